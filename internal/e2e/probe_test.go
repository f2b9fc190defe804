package e2e

import (
	"net/url"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// Each job that the demo's configuration names is asked for at an exporter whose
// configuration names none.
func TestJobsThatAreNotConfiguredAreProbed(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{})
	e := startExporter(t, withoutJobs(t, simulated.Config()))
	wanted := append(demoJobs(t, simulated.Config()), listedDownloads(t, simulated)...)
	kinds := map[string]int{}
	for _, job := range wanted {
		found := e.probe(job.query())
		kind := jobKind(found, job.target, job.id)
		kinds[kind]++
		if up, _ := found.Value("asyncjob_up", "target", job.target, "job_id", job.id); up != 1 || job.kind != "" && kind != job.kind {
			t.Errorf("probing %s: up %v, state %q, kind %q", job.query(), up, found.State(job.target, job.id), kind)
		}
		if state := found.State(job.target, job.id); (state == "gone") != (job.name == "mistyped-id") {
			t.Errorf("probing %s (%s): it is %s", job.query(), job.name, state)
		}
		if others := len(found.Series("asyncjob_up")); others != 1 {
			t.Errorf("probing %s: it shows %d jobs", job.query(), others)
		}
	}
	for _, kind := range []string{"sample", "contribution", "update", "download", "machine_image", "type_update", "operation"} {
		if kinds[kind] == 0 {
			t.Errorf("no job of the kind %q was probed", kind)
		}
	}

	metrics := e.metrics()
	if shown := metrics.Series("asyncjob_up"); len(shown) != 0 {
		t.Errorf("%d jobs that only /probe was asked for are on /metrics", len(shown))
	}
	if known := metrics.Sum("asyncjob_target_jobs", "source", "probe"); int(known) != len(wanted) {
		t.Errorf("%v jobs are known from probes, want %d", known, len(wanted))
	}
}

func TestConfiguredJobsOfAllKindsAreRead(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{})
	scrape := startExporter(t, simulated.Config()).metrics()
	for _, job := range demoJobs(t, simulated.Config()) {
		if up, _ := scrape.Value("asyncjob_up", "target", job.target, "job_id", job.id); up != 1 {
			t.Errorf("%s of %s is not up: %s", job.name, job.target, scrape.Reason(job.target, job.id))
		}
		if kind := jobKind(scrape, job.target, job.id); job.kind != "" && kind != job.kind {
			t.Errorf("%s of %s is of the kind %q, want %q", job.name, job.target, kind, job.kind)
		}
	}
}

// probedJob is a job that a user knows from elsewhere.
type probedJob struct {
	target, id, kind, contentType, path, name string
}

func (j probedJob) query() string {
	query := url.Values{"target": {j.target}, "job_id": {j.id}}
	for name, value := range map[string]string{"kind": j.kind, "type": j.contentType, "path": j.path} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query.Encode()
}

// demoJobs are those that a configuration names.
func demoJobs(t *testing.T, configuration string) []probedJob {
	t.Helper()
	var jobs []probedJob
	exportertest.EditTargets(t, configuration, func(_ string, target map[string]any) bool {
		for _, job := range jobsOf(target) {
			jobs = append(jobs, probedJob{
				target: text(target["name"]), id: text(job["id"]), kind: text(job["kind"]),
				contentType: text(job["type"]), path: text(job["path"]), name: text(job["name"]),
			})
		}
		return true
	})
	return jobs
}

// listedDownloads are the download sessions, which only a list tells of.
func listedDownloads(t *testing.T, simulated *simulator.Simulator) []probedJob {
	t.Helper()
	var jobs []probedJob
	listed := exportertest.Start(t, exportertest.Options{Config: simulated.Config()}).Scrape(scrapeTimeout)
	for _, info := range listed.Series("asyncjob_info", "kind", "download") {
		jobs = append(jobs, probedJob{target: exportertest.Label(info, "target"), id: exportertest.Label(info, "job_id"), kind: "download"})
	}
	return jobs
}

// withoutJobs is a configuration of the same targets that names none of their
// jobs and lists none.
func withoutJobs(t *testing.T, configuration string) string {
	t.Helper()
	return exportertest.EditTargets(t, configuration, func(_ string, target map[string]any) bool {
		delete(target, "jobs")
		delete(target, "discovery")
		return true
	})
}

func jobKind(found *exportertest.Exposition, target, id string) string {
	infos := found.Series("asyncjob_info", "target", target, "job_id", id)
	if len(infos) != 1 {
		return ""
	}
	return exportertest.Label(infos[0], "kind")
}
