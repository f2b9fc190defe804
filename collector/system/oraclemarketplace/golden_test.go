package oraclemarketplace_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestGolden reads captured replies and compares what they become.
func TestGolden(t *testing.T) { goldentest.Compare(t, "oracle_marketplace", goldenCases()) }

func TestEveryReplyAndGoldenIsUsed(t *testing.T) { goldentest.Complete(t, goldenCases(), nil, nil) }

func imageURI(id string) string { return "/appstore/publisher/v1/machineimages/" + id }

func imageListURI(offset string) string {
	return "/appstore/publisher/v1/machineimages?limit=100&offset=" + offset + "&orderby=LASTUPDATEDATE&sortorder=DESC"
}

func goldenCases() []goldentest.Case {
	one := func(name, reply, keys string) goldentest.Case {
		return goldentest.Case{
			Name:    name,
			Keys:    strings.TrimSpace(keys + "\njobs: [{id: 2797087}]"),
			Replies: goldentest.Routes{imageURI("2797087"): reply},
		}
	}
	states := goldentest.Case{Name: "states", Keys: "jobs:", Replies: goldentest.Routes{}}
	for i, word := range []string{
		"initiated", "pending", "in-progress", "in-progess", "virus-scan-in-progress", "completed",
		"failed", "rejected", "deletion-failed", "delection-failed", "deleted", "awaiting-approval",
	} {
		id := strconv.Itoa(1000 + i)
		states.Keys += "\n- {id: " + id + ", name: " + word + "}"
		states.Replies[imageURI(id)] = "state-" + word + ".json"
	}
	listed := func(name, list string) goldentest.Case {
		return goldentest.Case{Name: name, Keys: "discovery: true", Replies: goldentest.Routes{
			imageListURI("0"): list, imageListURI("2"): "list-end.json", imageURI("2797090"): "in-progress.json", imageURI("1001"): "seed.json",
		}}
	}
	return []goldentest.Case{
		one("seed", "seed.json", ""),
		one("in-progress", "in-progress.json", ""),
		one("data-centers", "data-centers.json", ""),
		one("data-centers-configured", "data-centers.json", "states: {paused: pending, FAILED: canceled, \"in progress\": unknown}"),
		one("no-data-centers", "no-data-centers.json", ""),
		one("missing-fields", "missing-fields.json", ""),
		one("multipart", "multipart.json", ""),
		one("one-count", "one-count.json", ""),
		one("no-chunks", "no-chunks.json", ""),
		one("wrong-types", "wrong-types.json", ""),
		one("unknown-job", "404 unknown-job.json", ""),
		one("refused", "401 unknown-job.json", ""),
		one("gateway", "404 gateway.json", ""),
		one("forbidden", "403 unknown-job.json", ""),
		states,
		listed("discovery-wrapped", "list-wrapped.json"),
		listed("discovery-bare", "list-bare.json"),
		{
			Name:    "exchanged-login",
			Keys:    goldentest.BasicAuth + "\nuser_id: partner@example.com\njobs: [{id: 2797087}]",
			Replies: goldentest.Routes{"/appstore/publisher/v1/authenticate": "authenticate.json", imageURI("2797087"): "seed.json"},
		},
	}
}
