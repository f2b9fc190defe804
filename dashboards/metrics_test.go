package dashboards

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// goldens are the expositions that the collector's tests compare with.
const goldens = "../collector/testdata/*.prom"

// exported are the labels of each metric, as Prometheus knows them after a scrape.
type exported map[string]map[string]bool

func (e exported) add(t *testing.T, where, text string) {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	for name, family := range families {
		e.label(name, "instance", "job") // Prometheus gives these
		for _, metric := range family.GetMetric() {
			for _, pair := range metric.GetLabel() {
				e.label(name, pair.GetName())
			}
		}
		if family.GetType() == dto.MetricType_HISTOGRAM {
			e.label(name+"_bucket", slices.Collect(maps.Keys(e[name]))...)
			e.label(name+"_bucket", "le")
		}
	}
}

func (e exported) label(metric string, labels ...string) {
	if e[metric] == nil {
		e[metric] = make(map[string]bool)
	}
	for _, label := range labels {
		e[metric][label] = true
	}
}

// whatIsExported is what the golden expositions have, what the program says of
// itself, and what Prometheus says of a scrape.
func whatIsExported(t *testing.T) exported {
	t.Helper()
	found := make(exported)
	for path, text := range goldenTexts(t) {
		found.add(t, path, text)
	}
	found.add(t, "the demo", get(t, startDemo(t)+"/metrics"))
	found.add(t, "an exporter with a job file", get(t, startExporterOfALostJob(t)+"/metrics"))
	found.label("scrape_duration_seconds", "instance", "job")
	return found
}

func goldenTexts(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(goldens)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden exposition is %s: %v", goldens, err)
	}
	texts := make(map[string]string)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	return texts
}

// states are the states that a job can be in, by the golden expositions.
func states(t *testing.T) []string {
	t.Helper()
	inState := regexp.MustCompile(`(?m)^asyncjob_state\{.*\bstate="(\w+)"`)
	found := make(map[string]bool)
	for _, text := range goldenTexts(t) {
		for _, series := range inState.FindAllStringSubmatch(text, -1) {
			found[series[1]] = true
		}
	}
	if len(found) == 0 {
		t.Fatal("no golden exposition has a state")
	}
	return slices.Sorted(maps.Keys(found))
}

func TestQueriesAskForWhatIsExported(t *testing.T) {
	known := whatIsExported(t)
	eachBoard(t, func(t *testing.T, b board) {
		for _, q := range b.queries() {
			checkNames(t, q, known)
		}
	})
}

func checkNames(t *testing.T, q query, known exported) {
	t.Helper()
	s := selectorsOf(t, q.expr)
	here := labelsOf(s, known)
	if len(s.selected) == 0 {
		t.Errorf("%s asks for no metric", q.where)
	}
	for _, selected := range s.selected {
		for _, name := range selected.names {
			labels, found := known[name]
			if !found {
				t.Errorf("%s: nothing exports %s", q.where, name)
			}
			for label := range selected.matchers {
				if label != "__name__" && !labels[label] {
					t.Errorf("%s: %s has no label %s", q.where, name, label)
				}
			}
		}
	}
	for _, label := range s.grouped {
		if !here[label] {
			t.Errorf("%s: nothing in it has the label %s", q.where, label)
		}
	}
}

// labelsOf are the labels that an expression's result can have.
func labelsOf(s selectors, known exported) map[string]bool {
	labels := make(map[string]bool)
	for _, selected := range s.selected {
		for _, name := range selected.names {
			maps.Copy(labels, known[name])
		}
	}
	for _, label := range s.made {
		labels[label] = true
	}
	return labels
}

// A choice of exporters is one among what they say of themselves. The series of
// jobs and targets may come from /probe, under an instance that is no exporter's.
func TestEverySelectorObeysTheVariables(t *testing.T) {
	known := whatIsExported(t)
	eachBoard(t, func(t *testing.T, b board) {
		for _, q := range b.queries() {
			for _, selected := range selectorsOf(t, q.expr).selected {
				for _, label := range b.variableNames() {
					name := selected.names[0]
					own := strings.HasPrefix(name, "asyncjob_exporter_")
					asked := known[name][label] && strings.HasPrefix(name, "asyncjob_") && (label != "instance" || own)
					if asked && selected.matchers[label] != "$"+label {
						t.Errorf("%s: %v is not limited to the chosen %s", q.where, selected.names, label)
					}
				}
			}
		}
	})
}

func TestLegendsAndColumnsAreLabelsOfTheirQueries(t *testing.T) {
	known := whatIsExported(t)
	inLegend := regexp.MustCompile(`\{\{(\w+)\}\}`)
	eachPanel(t, func(t *testing.T, p panel) {
		columns := map[string]bool{"Value": len(p.Targets) == 1}
		for _, target := range p.Targets {
			labels := labelsOf(selectorsOf(t, target.Expr), known)
			maps.Copy(columns, labels)
			columns["Value #"+target.RefID] = true
			for _, found := range inLegend.FindAllStringSubmatch(target.LegendFormat, -1) {
				if !labels[found[1]] {
					t.Errorf("%s: its legend has %s, its query has not", target.RefID, found[1])
				}
			}
		}
		for column := range organized(p).Options.IndexByName {
			if !columns[column] {
				t.Errorf("no query gives the column %s", column)
			}
		}
	})
}
