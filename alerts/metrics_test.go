package alerts

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// ofPrometheus are labels that Prometheus adds to what it scrapes, or in rules.
func ofPrometheus(label string) bool {
	return slices.Contains([]string{
		"instance", "job", "namespace", "service", "pod", "container", "endpoint", "node", "severity", "alertname", "alertstate", "le",
	}, label)
}

// anyHas says whether any metric has a label.
func anyHas(all exportertest.Exported, label string) bool {
	for _, labels := range all {
		if labels[label] {
			return true
		}
	}
	return false
}

// named are the metrics that a text names, each with the labels of its
// selectors, and the labels that it names elsewhere, under the empty name.
func named(text string) exportertest.Exported {
	found := exportertest.Exported{"": make(map[string]bool)}
	// The program and its module are called like a metric.
	text = regexp.MustCompile(`asyncjob_exporter([^_a-z]|$)`).ReplaceAllString(text, "$1")
	// A list of metrics becomes one name after the other.
	for _, list := range regexp.MustCompile(`\{__name__=~"asyncjob_\(([a-z_|]+)\)",?([^}]*)\}`).FindAllStringSubmatch(text, -1) {
		selectors := "asyncjob_" + strings.ReplaceAll(list[1], "|", " asyncjob_")
		text = strings.ReplaceAll(text, list[0], selectors)
	}
	for _, selector := range regexp.MustCompile(`(asyncjob_[a-z_]+)(\{[^}]*\})?`).FindAllStringSubmatch(text, -1) {
		name, matchers := selector[1], selector[2]
		if found[name] == nil {
			found[name] = make(map[string]bool)
		}
		for _, label := range regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)`).FindAllStringSubmatch(matchers, -1) {
			found[name][label[1]] = true
		}
	}
	for _, list := range regexp.MustCompile(`\b(?:without|by|on|ignoring|group_left)\s*\(([a-z_, ]*)\)`).FindAllStringSubmatch(text, -1) {
		for label := range strings.SplitSeq(list[1], ",") {
			found[""][strings.TrimSpace(label)] = true
		}
	}
	for _, use := range regexp.MustCompile(`(?:label "|[$.][lL]abels\.)([a-z_]+)`).FindAllStringSubmatch(text, -1) {
		found[""][use[1]] = true
	}
	delete(found[""], "")
	return found
}

func TestWhatRulesAndRunbooksNameIsExported(t *testing.T) {
	t.Parallel()
	have := whatIsExported(t)
	for _, path := range []string{rulesFile, runbooks, "../examples/alertmanager.yml"} {
		used := named(read(t, path))
		for label := range used[""] {
			if !anyHas(have, label) && !ofPrometheus(label) {
				t.Errorf("%s names the label %q, which nothing has", path, label)
			}
		}
		delete(used, "")
		for metric, labels := range used {
			if have[metric] == nil {
				t.Errorf("%s names %s, which is not exported", path, metric)
				continue
			}
			for label := range labels {
				if !have[metric][label] && !ofPrometheus(label) {
					t.Errorf("%s names the label %q of %s, which has none but %q", path, label, metric, slices.Sorted(maps.Keys(have[metric])))
				}
			}
		}
	}
}

func TestWhatATextNamesIsFound(t *testing.T) {
	t.Parallel()
	got := named("asyncjob_exporter reads `asyncjob_up`; max by (target, region) ({__name__=~\"asyncjob_(a|b)\",i=\"1\"}[5m])" +
		" * on (system) group_left () asyncjob_c{d=\"1\",e=~\"2\"} > asyncjob_exporter_f {{ $labels.g }} {{ label \"h\" }}")
	want := exportertest.Exported{
		"asyncjob_up": {}, "asyncjob_a": {}, "asyncjob_b": {}, "asyncjob_exporter_f": {},
		"asyncjob_c": {"d": true, "e": true},
		"":           {"target": true, "region": true, "system": true, "g": true, "h": true},
	}
	if !maps.EqualFunc(got, want, maps.Equal) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func whatIsExported(t *testing.T) exportertest.Exported {
	t.Helper()
	found := make(exportertest.Exported)
	for path, text := range exportertest.Goldens(t, "..") {
		found.Add(t, path, text)
	}
	addOwn(t, found)
	addParts(found)
	return found
}

// addOwn adds what the exporter says of itself, which no golden has because it
// depends on the build and on the machine.
func addOwn(t *testing.T, found exportertest.Exported) {
	t.Helper()
	jobFile := filepath.Join(t.TempDir(), "jobs.yml")
	if err := os.WriteFile(jobFile, []byte("[]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.SampleExchange())
	running := exportertest.Start(t, exportertest.Options{
		Config: exportertest.SetAll(t, simulated.Config(), "job_files", []string{jobFile}),
	})
	running.Scrape(time.Second)
	found.Add(t, "the exporter's own metrics", running.Scrape(time.Second).Text)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(versioncollector.NewCollector("asyncjob_exporter"))
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		found.AddFamily(family)
	}
}

// addParts adds what is exported of a job's parts, wherever they are from.
func addParts(found exportertest.Exported) {
	progress := 0.5
	table := exposition.NewTable(nil)
	exported := exposition.New(table, table.Layout(nil), nil, exposition.NewPartsPool(), func(int, time.Duration) {})
	parts := []job.Part{{Name: "build", Kind: "make", State: job.Running, Progress: &progress}}
	exported.AddJob([]string{"ci", "a", "1"}, table.Samples("ci", exposition.View{Job: &job.Job{State: job.Running, Parts: parts}, MaxFiles: 1}, &exposition.List{}, exposition.Samples{}))
	for family := range exported.Families() {
		found.AddFamily(family)
	}
}
