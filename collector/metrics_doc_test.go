package collector_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// documented is one row of the README's tables of metrics.
type documented struct {
	kind, labels, systems string
}

// TestMetricsAreDocumented compares the README's tables with the golden files,
// which other tests compare with the code: names, types, labels and systems.
func TestMetricsAreDocumented(t *testing.T) {
	rows := documentedMetrics(t)
	seen := exportedMetrics(t)
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if _, ok := rows[name]; !ok {
			t.Errorf("%s is exported and not documented", name)
		}
	}
	for name, row := range rows {
		got, ok := seen[name]
		if !ok {
			t.Errorf("%s is documented and not exported", name)
		} else if got != row {
			t.Errorf("%s is documented as %q and exported as %q", name, row, got)
		}
	}
}

// exportedMetrics are the metrics of all golden files.
func exportedMetrics(t *testing.T) map[string]documented {
	t.Helper()
	kinds, labels, of := map[string]string{}, map[string]string{}, map[string]map[string]bool{}
	for _, path := range goldenFiles(t) {
		for name, family := range parsedFile(t, path) {
			kinds[name] = strings.ToLower(family.GetType().String())
			if of[name] == nil {
				of[name] = map[string]bool{}
			}
			for _, m := range family.GetMetric() {
				labels[name] = labelsToDocument(name, m)
				of[name][documentedSystem(metrictest.Labels(m)["system"])] = true
			}
		}
	}
	exported := map[string]documented{}
	for name, kind := range kinds {
		if len(of[name]) > 1 {
			delete(of[name], described) // such a system can have whatever others have
		}
		by := strings.Join(slices.Sorted(maps.Keys(of[name])), " ")
		switch {
		case strings.HasPrefix(name, "asyncjob_exporter_"):
			by = ""
		case len(of[name]) == 4:
			by = "all"
		}
		exported[name] = documented{kind: kind, labels: labels[name], systems: by}
	}
	return exported
}

// described stands for all systems that are described.
const described = "described"

// documentedSystem is what the README calls a system.
func documentedSystem(name string) string {
	for _, system := range systems.Collected() {
		if system.Name() == name {
			return name
		}
	}
	return described
}

func labelsToDocument(metric string, m *dto.Metric) string {
	if strings.HasPrefix(metric, "asyncjob_exporter_") {
		return strings.Join(slices.Sorted(maps.Keys(metrictest.Labels(m))), " ")
	}
	return ownLabels(metric, m)
}

// documentedMetrics are the rows whose first cell is a metric.
func documentedMetrics(t *testing.T) map[string]documented {
	t.Helper()
	rows := map[string]documented{}
	for _, row := range tableRows(t, "") {
		name := strings.Trim(row[0], "`")
		if !strings.HasPrefix(name, "asyncjob_") {
			continue
		}
		if _, twice := rows[name]; twice {
			t.Errorf("%s is documented twice", name)
		}
		documents := documented{kind: row[1], labels: strings.Join(slices.Sorted(slices.Values(backticked(row[2]))), " ")}
		if len(row) > 4 {
			of := strings.Split(row[4], ", ")
			slices.Sort(of)
			documents.systems = strings.Join(of, " ")
		}
		rows[name] = documents
	}
	if len(rows) < 40 {
		t.Fatalf("the README documents %d metrics only", len(rows))
	}
	return rows
}

// tableRows are the cells of the tables in the README below a heading, without
// the tables' own headings; of all tables where the heading is empty.
func tableRows(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	within, inTable := heading == "", 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title, isHeading := strings.CutPrefix(line, "#"); isHeading && heading != "" {
			within = strings.TrimLeft(title, "# ") == heading
		}
		if !strings.HasPrefix(line, "|") {
			inTable = 0
			continue
		}
		inTable++
		if within && inTable > 2 {
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("the README has no table below %q", heading)
	}
	return rows
}

// backticked are the words of a text that stand in backticks.
func backticked(text string) []string {
	var words []string
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			words = append(words, part)
		}
	}
	return words
}

// TestReasonsAreDocumented compares the README with the reasons that are
// exported from the beginning.
func TestReasonsAreDocumented(t *testing.T) {
	exported := map[string]bool{}
	for _, m := range parsedFile(t, "testdata/exporter.prom")["asyncjob_exporter_query_failures_total"].GetMetric() {
		exported[metrictest.Labels(m)["reason"]] = true
	}
	rows := map[string]bool{}
	for _, row := range tableRows(t, "Reasons") {
		rows[strings.Trim(row[0], "`")] = true
	}
	if !maps.Equal(exported, rows) {
		t.Errorf("the README has the reasons %q, exported are %q", slices.Sorted(maps.Keys(rows)), slices.Sorted(maps.Keys(exported)))
	}
}

// seedReplies are the samples of the vendors' own pages by the heading of the
// README that tells what becomes of their fields.
func seedReplies() map[string]string {
	return map[string]string{
		"sample_exchange":    "seed.json",
		"vsphere sessions":   "seed-session.json",
		"vsphere files":      "seed-files.json",
		"oracle_marketplace": "seed.json",
		"oracle_content":     "seed.json",
	}
}

// TestEveryFieldOfTheVendorIsDocumented wants each field of the vendors'
// samples to be a metric, a label, or named as left out with the reason.
func TestEveryFieldOfTheVendorIsDocumented(t *testing.T) {
	for heading, seed := range seedReplies() {
		rows := tableRows(t, "Fields of "+heading)
		fields := fieldsOf(t, repliesOf(t, heading, seed))
		for _, field := range fields {
			hasParts := slices.ContainsFunc(fields, func(other string) bool { return strings.HasPrefix(other, field+".") })
			if !hasParts && !slices.ContainsFunc(rows, func(row []string) bool { return covers(row, field) }) {
				t.Errorf("%s: nothing tells what becomes of %s", heading, field)
			}
		}
	}
}

// TestDocumentedFieldsExist looks for each field of the README in some captured
// reply, and for each metric that it becomes in the golden files.
func TestDocumentedFieldsExist(t *testing.T) {
	exported := exportedMetrics(t)
	for heading := range seedReplies() {
		fields := fieldsOf(t, repliesOf(t, heading, "*.json"))
		for _, row := range tableRows(t, "Fields of "+heading) {
			if !slices.ContainsFunc(fields, func(field string) bool { return covers(row, field) }) {
				t.Errorf("%s: no captured reply has the field %s", heading, row[0])
			}
			reason, leftOut := strings.CutPrefix(row[1], "left out: ")
			metrics := slices.DeleteFunc(backticked(row[1]), func(word string) bool { return !strings.HasPrefix(word, "asyncjob_") })
			if leftOut && reason == "" || !leftOut && len(metrics) == 0 {
				t.Errorf("%s: %s becomes neither a metric nor is there a reason why not", heading, row[0])
			}
			for _, metric := range metrics {
				if _, ok := exported[metric]; !ok {
					t.Errorf("%s: %s becomes %s, which is not exported", heading, row[0], metric)
				}
			}
		}
	}
}

// repliesOf are the captured replies of the system that a heading is about.
func repliesOf(t *testing.T, heading, pattern string) string {
	t.Helper()
	system, _, _ := strings.Cut(heading, " ")
	return filepath.Join(goldentest.Directory(t, system), "replies", pattern)
}

// covers reports whether a row is about a field, or about what the field is a part of.
func covers(row []string, field string) bool {
	name := strings.Trim(row[0], "`")
	return field == name || strings.HasPrefix(field, name+".")
}

// fieldsOf are the paths of all fields of replies, those of a list's elements
// like those of an object, without the "value" that /rest wraps all in.
func fieldsOf(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no replies %s: %v", pattern, err)
	}
	found := map[string]bool{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var reply any
		if json.Unmarshal(text, &reply) == nil { // one is truncated on purpose
			addFields(reply, "", found)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func addFields(node any, path string, found map[string]bool) {
	switch value := node.(type) {
	case map[string]any:
		for name, field := range value {
			below := strings.TrimPrefix(path+"."+name, ".")
			if path == "" && name == "value" {
				below = ""
			} else {
				found[below] = true
			}
			addFields(field, below, found)
		}
	case []any:
		for _, element := range value {
			addFields(element, path, found)
		}
	}
}
