package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// What README shows for a Prometheus that asks the exporter for its targets: no
// relabelling.
const discoveringPrometheus = `
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: exporter
    static_configs: [{targets: ["ADDRESS"]}]
  - job_name: by-target
    http_sd_configs:
      - url: http://ADDRESS/sd
  - job_name: by-job
    http_sd_configs:
      - url: http://ADDRESS/sd?by=job
`

func TestPrometheusScrapesWhatTheExporterListsWithoutRelabelling(t *testing.T) {
	t.Parallel()
	simulated := simulateStanding(t)
	e := startExporter(t, simulated.Config(), "--no-web.metrics-jobs")
	p := startPrometheus(t, strings.ReplaceAll(discoveringPrometheus, "ADDRESS", e.address))

	wantDistinctInstances(t, p.waitUntilUp("by-target", len(systems.Simulated())))
	want := listedJobs(t, e)
	wantDistinctInstances(t, p.waitUntilUp("by-job", len(want)))
	for _, way := range []string{"by-target", "by-job"} {
		waitForJobs(p, fmt.Sprintf(`{job=%q}`, way), want)
	}
	wantSeriesOncePerScrapeJob(t, p)
	for _, series := range p.vector(`{job=~"by-.*",__name__=~"asyncjob_.*"}`) {
		for name := range series.Metric {
			if strings.HasPrefix(string(name), "exported_") {
				t.Fatalf("Prometheus renamed a label of the exporter's: %v", series.Metric)
			}
		}
	}
	wantExportersOwnSeries(t, p)
	if complaints := p.complaints(); len(complaints) > 0 {
		t.Errorf("Prometheus complains:\n%s", strings.Join(complaints, ""))
	}
}

// A listed job can be scraped without anybody having scraped its target.
func TestServiceDiscoveryByJobAsksTheSystemsThatList(t *testing.T) {
	t.Parallel()
	simulated := simulateStanding(t)
	e := startExporter(t, simulated.Config(), "--no-web.metrics-jobs")
	before := listedJobs(t, e)
	for _, id := range e.probe("target=vcenter-demo").Jobs("vcenter-demo") {
		if job := "vcenter-demo/" + id; !slices.Contains(before, job) {
			t.Errorf("before the first scrape /sd?by=job does not list %s", job)
		}
	}
}

// listedJobs are the target and the id of each job that /sd lists.
func listedJobs(t *testing.T, e *exporter) []string {
	t.Helper()
	_, text := get(t, e.url("/sd?by=job"))
	var entries []struct {
		Labels map[string]string `json:"labels"`
	}
	if err := json.Unmarshal([]byte(text), &entries); err != nil || len(entries) == 0 {
		t.Fatalf("/sd?by=job: %s (%v)", text, err)
	}
	jobs := make([]string, 0, len(entries))
	for _, entry := range entries {
		jobs = append(jobs, entry.Labels["__param_target"]+"/"+entry.Labels["__param_job_id"])
	}
	slices.Sort(jobs)
	return jobs
}

// simulateStanding simulates all systems at one moment a quarter of an hour after
// the start, when all states are on show and every job can be read, so that two
// reads find the same jobs.
func simulateStanding(t *testing.T) *simulator.Simulator {
	t.Helper()
	now := time.Now()
	var standing atomic.Pointer[time.Time]
	begun := now.Add(-15 * time.Minute)
	standing.Store(&begun)
	simulated := exportertest.Simulate(t, simulator.Options{Clock: func() time.Time { return *standing.Load() }})
	standing.Store(&now)
	return simulated
}

// waitForJobs waits until Prometheus shows exactly these jobs, all up.
func waitForJobs(p *prometheus, selector string, want []string) {
	p.t.Helper()
	exportertest.Eventually(p.t, "Prometheus shows the listed jobs", func() error {
		if found := jobsIn(p, selector); !slices.Equal(found, want) {
			return fmt.Errorf("it has %q, listed are %q", found, want)
		}
		return nil
	})
}

// jobsIn are the target and the id of each job that is up in the last scrapes.
func jobsIn(p *prometheus, selector string) []string {
	p.t.Helper()
	var jobs []string
	for _, series := range p.vector("asyncjob_up" + selector + " == 1") {
		jobs = append(jobs, fmt.Sprintf("%s/%s", series.Metric["target"], series.Metric["job_id"]))
	}
	slices.Sort(jobs)
	return jobs
}

func wantDistinctInstances(t *testing.T, targets []scrapeTarget) {
	t.Helper()
	seen := map[string]bool{}
	for _, target := range targets {
		if instance := target.Labels["instance"]; seen[instance] {
			t.Errorf("two targets of %s have the instance %q", target.Pool, instance)
		} else {
			seen[instance] = true
		}
	}
}

// wantSeriesOncePerScrapeJob tells whether a job's state is there once for each
// of the two ways to scrape it: one more would be a job that is scraped twice.
func wantSeriesOncePerScrapeJob(t *testing.T, p *prometheus) {
	t.Helper()
	for _, expression := range []string{
		`count by (job, target, job_id) (asyncjob_info) != 1`,
		`sum by (job, target, job_id) (asyncjob_state) != 1`,
		`count by (target, job_id) (asyncjob_up) != 2`,
	} {
		if found := p.vector(expression); len(found) > 0 {
			t.Errorf("%s: %v", expression, found)
		}
	}
}

// wantExportersOwnSeries tells whether /metrics has these and no jobs.
func wantExportersOwnSeries(t *testing.T, p *prometheus) {
	t.Helper()
	names := map[model.LabelValue]bool{}
	for _, series := range p.vector(`{job="exporter",__name__=~"asyncjob_.*"}`) {
		names[series.Metric[model.MetricNameLabel]] = true
	}
	for name := range names {
		if !strings.HasPrefix(string(name), "asyncjob_exporter_") {
			t.Errorf("/metrics shows %s, although its jobs are scraped elsewhere", name)
		}
	}
	for _, name := range []model.LabelValue{"asyncjob_exporter_build_info", "asyncjob_exporter_upstream_requests_total"} {
		if !names[name] {
			t.Errorf("/metrics does not show %s", name)
		}
	}
}
