package sampleexchange_test

import (
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestGolden reads captured replies and compares what they become.
func TestGolden(t *testing.T) { goldentest.Compare(t, "sample_exchange", goldenCases()) }

func TestEveryReplyAndGoldenIsUsed(t *testing.T) { goldentest.Complete(t, goldenCases(), nil, nil) }

func sampleURI(collection, id string) string {
	return "/sampleExchange/v1/" + collection + "/async/" + id
}

func goldenCases() []goldentest.Case {
	one := func(name, reply, keys string) goldentest.Case {
		return goldentest.Case{
			Name:    name,
			Keys:    strings.TrimSpace(keys + "\njobs: [{id: 4711}]"),
			Replies: goldentest.Routes{sampleURI("samples", "4711"): reply},
		}
	}
	return []goldentest.Case{
		one("seed", "seed.json", ""),
		one("new", "new.json", ""),
		one("only-state", "only-state.json", ""),
		one("running", "running.json", ""),
		one("other-case", "other-case.json", ""),
		one("finished", "finished.json", ""),
		one("finished-with-error", "finished-with-error.json", ""),
		one("finished-with-error-text", "finished-with-error.json", "error_text: true"),
		one("finished-with-empty-error", "empty-error.json", "error_text: true"),
		one("finished-overridden", "finished-with-error.json", "states: {finished: pending}"),
		one("unknown-word", "unknown-word.json", ""),
		one("unknown-word-configured", "unknown-word.json", "states: {RESYNC PENDING: pending}"),
		one("nulls", "nulls.json", ""),
		one("wrong-types", "wrong-types.json", ""),
		one("out-of-range", "out-of-range.json", ""),
		one("no-state", "no-state.json", ""),
		one("truncated", "truncated.json", ""),
		one("unknown-job", "404 unknown-job.json", ""),
		one("refused", "401 unknown-job.json", ""),
		one("gateway", "404 gateway.json", ""),
		one("web-server", "404 web-server.html", ""),
		{
			Name:    "contribution",
			Keys:    "jobs: [{id: 12, kind: contribution, name: new sample}]",
			Replies: goldentest.Routes{sampleURI("contributions", "12"): "contribution.json"},
		},
	}
}
