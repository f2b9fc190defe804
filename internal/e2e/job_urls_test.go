package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// A list that a web server has counts like a job file: from the next request on,
// and its last good state while the server fails.
func TestJobsOfAListFromAURL(t *testing.T) {
	t.Parallel()
	var list atomic.Pointer[string]
	say := func(text string) { list.Store(&text) }
	say(`[{"id": 4711, "name": "import", "labels": {"release": "first"}}]`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text := *list.Load(); text == "" || r.Header.Get("Authorization") != "Bearer of-the-list" {
			w.WriteHeader(http.StatusServiceUnavailable)
		} else {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, text)
		}
	}))
	t.Cleanup(server.Close)
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.SampleExchange())
	e := startExporter(t, exportertest.EditTargets(t, simulated.Config(), func(_ string, target map[string]any) bool {
		delete(target, "jobs")
		target["job_urls"] = []any{map[string]any{
			"url": server.URL + "/jobs?signature=secret", "refresh_interval": "1s",
			"authorization": map[string]any{"credentials": "of-the-list"},
		}}
		return true
	}))
	path := server.URL + "/jobs"

	first := e.metrics()
	if up, _ := first.Value("asyncjob_up", "job_id", "4711", "release", "first"); up != 1 {
		t.Errorf("the job of the list is not up at the first scrape: %s", first.Lines(func(string, string) bool { return true }))
	}
	if known := first.Sum("asyncjob_target_jobs", "source", "url"); known != 1 {
		t.Errorf("%v jobs are known from URLs, want 1", known)
	}
	expectList(t, e, path, 1, "4711")
	say("")
	expectList(t, e, path, 0, "4711")
	say(`[{"id": 4714}]`)
	expectList(t, e, path, 1, "4714")
}

// expectList waits until the metrics show a list as valid, or not, and its one job.
func expectList(t *testing.T, e *exporter, path string, valid float64, job string) {
	t.Helper()
	exportertest.Eventually(t, "the list counts", func() error {
		now := e.metrics()
		if got, _ := now.Value("asyncjob_exporter_job_file_valid", "path", path); got != valid {
			return fmt.Errorf("the list is shown as %v, want %v", got, valid)
		}
		shown := now.Series("asyncjob_up")
		if len(shown) != 1 || exportertest.Label(shown[0], "job_id") != job {
			return fmt.Errorf("%d jobs are shown, want %s alone", len(shown), job)
		}
		return nil
	})
}
