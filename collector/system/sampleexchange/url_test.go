package sampleexchange_test

import (
	"net/http"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestURLMayEndInTheAPIsOwnPath, as the vendor's own clients have it: it is not
// put there twice.
func TestURLMayEndInTheAPIsOwnPath(t *testing.T) {
	server := exportertest.NewUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/gw/sampleExchange/v1/samples/async/4711" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(`{"state":"RUNNING"}`))
	})
	for _, path := range []string{"/gw", "/gw/", "/gw/sampleExchange/v1", "/gw/sampleExchange/v1/"} {
		read := goldentest.Start(t, goldentest.Target("example", "sample_exchange", server.URL+path, "jobs: [{id: 4711}]")).Read()
		if got := read.State("4711"); got != "running" {
			t.Errorf("below %s the job is %q (%s)", path, got, read.Failure("4711"))
		}
	}
}
