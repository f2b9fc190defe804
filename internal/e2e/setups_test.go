package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// The set-ups are those of examples/prometheus, with addresses that are there
// and with intervals that a test can wait for.

func TestTheSetUpOfOneExporterShowsAllJobs(t *testing.T) {
	t.Parallel()
	e := startExporter(t, simulateStanding(t).Config())
	p := startPrometheus(t, edited(t, example(t, "one-exporter.yml"),
		"exporter:10110", e.address,
		"scrape_interval: 30s", "scrape_interval: 1s",
		"scrape_timeout: 25s", "scrape_timeout: 1s",
	))
	waitForJobs(p, "", listedJobs(t, e))
}

func TestTheSetUpByTargetScrapesEachAtItsOwnInterval(t *testing.T) {
	t.Parallel()
	configuration := exportertest.EditTargets(t, simulateStanding(t).Config(), func(_ string, target map[string]any) bool {
		target["name"] = strings.TrimSuffix(text(target["name"]), "-demo") // as in examples/asyncjob.yml
		return true
	})
	e := startExporter(t, configuration, "--no-web.metrics-jobs")
	setUp := edited(t, example(t, "per-target.yml"), "exporter:10110", e.address)
	p := startPrometheus(t, setUp)
	wantIntervals(t, p, map[string][2]string{
		"vcenter": {"15s", "10s"}, "marketplace": {"5m", "30s"}, "content": {"1m", "30s"}, "samples": {"1m", "30s"},
	})

	p.reload(edited(t, setUp,
		"scrape_interval: 1m", "scrape_interval: 2s",
		"scrape_timeout: 30s", "scrape_timeout: 2s",
		"replacement: 15s", "replacement: 2s",
		"replacement: 10s", "replacement: 2s",
		"replacement: 5m", "replacement: 2s",
	))
	wantDistinctInstances(t, p.waitUntilUp("asyncjob", 4))
	p.waitUntilUp("asyncjob_exporter", 1)
	waitForJobs(p, "", listedJobs(t, e))
	if complaints := p.complaints(); len(complaints) > 0 {
		t.Errorf("Prometheus complains:\n%s", strings.Join(complaints, ""))
	}
}

// wantIntervals compares the interval and the timeout of each target.
func wantIntervals(t *testing.T, p *prometheus, want map[string][2]string) {
	t.Helper()
	for _, target := range p.waitUntilThere("asyncjob", len(want)) {
		_, name, _ := strings.Cut(target.Labels["instance"], "/")
		if found := [2]string{target.Interval, target.Timeout}; found != want[name] {
			t.Errorf("%s is scraped each %s with a timeout of %s, want %s", target.Labels["instance"], target.Interval, target.Timeout, want[name])
		}
	}
}

// example is a Prometheus configuration of the examples, with the alert rules
// and without an Alertmanager.
func example(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "examples/prometheus", name))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := filepath.Abs(filepath.Join(root, "alerts"))
	if err != nil {
		t.Fatal(err)
	}
	return edited(t, string(content), "../../alerts", rules, "targets: [alertmanager:9093]", "targets: []")
}

// edited is a text with parts replaced, all of which have to be there.
func edited(t *testing.T, text string, parts ...string) string {
	t.Helper()
	for i := 0; i+1 < len(parts); i += 2 {
		if !strings.Contains(text, parts[i]) {
			t.Fatalf("%q is not in\n%s", parts[i], text)
		}
		text = strings.ReplaceAll(text, parts[i], parts[i+1])
	}
	return text
}
