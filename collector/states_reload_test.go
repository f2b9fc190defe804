package collector_test

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestReloadedStatesHoldAtOnce also for a finished job, which is served from memory.
func TestReloadedStatesHoldAtOnce(t *testing.T) {
	server := goldentest.Serve(t, "sample_exchange", goldentest.Routes{"/sampleExchange/v1/samples/async/4711": "finished.json"})
	with := func(states string) string {
		return goldentest.Target("samples", "sample_exchange", server.URL, states+"\njobs: [{id: 4711}]")
	}
	r := goldentest.Start(t, with("states: {}"))
	if got := r.Read().State("4711"); got != "succeeded" {
		t.Fatalf("the job is %q", got)
	}
	r.Configure(with("states: {FINISHED: canceled}"))
	if got := r.Read().State("4711"); got != "canceled" {
		t.Errorf("FINISHED was configured to be canceled and the job is %q", got)
	}
}
