package faults

import (
	"net/http"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// Asking whether a job has changed is an economy, and never costs the job: where the
// condition is refused the job is read without it in the same scrape, and from then on.
func TestARefusedConditionCostsNoJob(t *testing.T) {
	t.Parallel()
	for _, refusal := range []int{304 + 1, 400, 403, 405, 412, 428, 500, 501, 502} {
		t.Run(http.StatusText(refusal), func(t *testing.T) {
			t.Parallel()
			upstream := newScript(t)
			upstream.set(samplePath+"1", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != "" {
					w.WriteHeader(refusal)
					return
				}
				w.Header().Set("ETag", `"v1"`)
				jsonBody(`{"state":"RUNNING"}`)(w, r)
			})
			exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")})
			for range 4 {
				wantState(t, exporter.Scrape(patient), "1", "running")
			}
			if sent := upstream.Count("", samplePath+"1"); sent != 5 {
				t.Errorf("%d requests for 4 scrapes, want one more in the first that asked", sent)
			}
		})
	}
}

// What has nothing to do with the condition is not asked twice, nor forgets it.
func TestOtherFailuresKeepTheCondition(t *testing.T) {
	t.Parallel()
	for _, failure := range []int{401, 404, 429, 503} {
		t.Run(http.StatusText(failure), func(t *testing.T) {
			t.Parallel()
			upstream := newScript(t)
			good := func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"v1"`)
				if r.Header.Get("If-None-Match") == `"v1"` {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				jsonBody(`{"state":"RUNNING"}`)(w, r)
			}
			upstream.set(samplePath+"1", good)
			exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")})
			exporter.Scrape(patient)
			upstream.set(samplePath+"1", html(failure))
			exporter.Scrape(patient)
			upstream.set(samplePath+"1", good)
			wantState(t, exporter.Scrape(patient), "1", "running")
			arrivals := upstream.Arrivals()
			if len(arrivals) != 3 || arrivals[2].Header.Get("If-None-Match") != `"v1"` {
				t.Errorf("%d requests for 3 scrapes, the last with the condition %q", len(arrivals), arrivals[len(arrivals)-1].Header.Get("If-None-Match"))
			}
		})
	}
}
