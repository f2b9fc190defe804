package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// The button on a job's page reads it at once, a finished one too, and only it.
func TestReadNowReadsAFinishedJob(t *testing.T) {
	upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"state":"FINISHED"}`))
	})
	exporter := exportertest.Start(t, exportertest.Options{
		Config: `targets: [{name: a, system: sample_exchange, url: "` + upstream.URL + `", jobs: [{id: 1}, {id: 2}]}]`,
	})
	const path = "/sampleExchange/v1/samples/async/1"
	exporter.Scrape(10 * time.Second)
	exporter.Scrape(10 * time.Second)
	if sent := upstream.Count(http.MethodGet, path); sent != 1 {
		t.Fatalf("a finished job was read %d times for two scrapes", sent)
	}
	for _, test := range []struct {
		query   string
		headers []string
		want    int
		reads   int
	}{
		{"target=a&job_id=1", nil, http.StatusOK, 2},
		{"target=a&job_id=1", []string{"Sec-Fetch-Site", "same-origin"}, http.StatusOK, 3},
		{"target=a&job_id=1", []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, 3},
		{"target=a&job_id=3", nil, http.StatusNotFound, 3},
		{"", nil, http.StatusNotFound, 3},
	} {
		reply := exporter.Do(t.Context(), http.MethodPost, "/jobs/read?"+test.query, test.headers...)
		if reply.Status != test.want || test.want == http.StatusOK && !strings.Contains(reply.Body, "Changes of state") {
			t.Errorf("reading %q now: %d %.300s", test.query, reply.Status, reply.Body)
		}
		if sent := upstream.Count(http.MethodGet, path); sent != test.reads {
			t.Errorf("after %+v the job was read %d times", test, sent)
		}
	}
	if sent := upstream.Count(http.MethodGet, "/sampleExchange/v1/samples/async/2"); sent != 1 {
		t.Errorf("another job was read %d times", sent)
	}
	if reply := exporter.Get("/jobs/read?target=a&job_id=1"); reply.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET reads a job: %d", reply.Status)
	}
}
