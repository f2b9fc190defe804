package dashboards

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// whatIsExported is what the golden expositions have, what the program says of
// itself, and what Prometheus says of a scrape.
func whatIsExported(t *testing.T) exportertest.Exported {
	t.Helper()
	found := make(exportertest.Exported)
	for path, text := range exportertest.Goldens(t, "..") {
		found.Add(t, path, text)
	}
	found.Add(t, "the demo", get(t, startDemo(t)+"/metrics"))
	found.Add(t, "an exporter with a job file", get(t, startExporterOfALostJob(t)+"/metrics"))
	found.AddLabels("scrape_duration_seconds", "instance", "job")
	for name, labels := range recorded(t) {
		found.AddLabels(name, labels...)
	}
	return found
}

// states are the states that a job can be in, by the golden expositions.
func states(t *testing.T) []string {
	t.Helper()
	inState := regexp.MustCompile(`(?m)^asyncjob_state\{.*\bstate="(\w+)"`)
	found := make(map[string]bool)
	for _, text := range exportertest.Goldens(t, "..") {
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

func checkNames(t *testing.T, q query, known exportertest.Exported) {
	t.Helper()
	s := selectorsOf(t, q.expr)
	here := labelsOf(s, known)
	if len(s.selected) == 0 {
		t.Errorf("%s asks for no metric", q.where)
	}
	for _, selected := range s.selected {
		for _, name := range selected.names {
			labels, found := labelsByName(name, known)
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

// labelsByName are the labels of a metric, or of all that a pattern of names has.
func labelsByName(name string, known exportertest.Exported) (map[string]bool, bool) {
	if labels, found := known[name]; found {
		return labels, true
	}
	labels, pattern := make(map[string]bool), regexp.MustCompile("^(?:"+name+")$")
	for metric, its := range known {
		if pattern.MatchString(metric) {
			maps.Copy(labels, its)
		}
	}
	return labels, len(labels) > 0
}

// labelsOf are the labels that an expression's result can have.
func labelsOf(s selectors, known exportertest.Exported) map[string]bool {
	labels := make(map[string]bool)
	for _, selected := range s.selected {
		for _, name := range selected.names {
			more, _ := labelsByName(name, known)
			maps.Copy(labels, more)
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
				for _, label := range b.queryVariables() {
					name := selected.names[0]
					own := strings.HasPrefix(name, "asyncjob_exporter_")
					labels, _ := labelsByName(name, known)
					asked := labels[label] && strings.HasPrefix(name, "asyncjob") && (label != "instance" || own)
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
		// The number of a single query is "Value", as is that of the only one that
		// answers.
		columns := map[string]bool{"Value": true}
		for _, name := range added(p) {
			columns[name] = true
		}
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
