package collector_test

import "testing"

// TestReloadedStatesHoldAtOnce also for a finished job, which is served from memory.
func TestReloadedStatesHoldAtOnce(t *testing.T) {
	server := serveReplies(t, "sample_exchange", routes{sampleURI("samples", "4711"): "finished.json"})
	with := func(states string) string {
		return targetOf("samples", "sample_exchange", server.URL, states+"\njobs: [{id: 4711}]")
	}
	r := startReading(t, with("states: {}"))
	if got := r.scrape().state("4711"); got != "succeeded" {
		t.Fatalf("the job is %q", got)
	}
	r.apply(with("states: {FINISHED: canceled}"))
	if got := r.scrape().state("4711"); got != "canceled" {
		t.Errorf("FINISHED was configured to be canceled and the job is %q", got)
	}
}
