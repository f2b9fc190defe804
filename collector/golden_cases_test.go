package collector_test

import (
	"slices"
	"strconv"
	"strings"
)

func allGoldenCases() []goldenCase {
	return slices.Concat(sampleExchangeCases(), vsphereCases(), marketplaceCases(), contentCases())
}

// oneCaseOfEachSystem are named for their targets. Each has labels of its own.
func oneCaseOfEachSystem() []goldenCase {
	return []goldenCase{
		{
			name: "samples", system: "sample_exchange",
			keys:    "labels: {team: community}\njobs: [{id: 4711, name: inventory report}]",
			replies: routes{sampleURI("samples", "4711"): "running.json"},
		}, {
			name: "vcenter-prod", system: "vsphere",
			keys:    "labels: {team: images}\njobs: [{id: '" + sessionID + "', name: photon, labels: {release: \"5\"}}]",
			replies: sessionRoutes("api", "update", sessionID, "active", "ovf-files"),
		}, {
			name: "marketplace", system: "oracle_marketplace",
			keys:    "jobs: [{id: 2797090, labels: {team: sales}}]",
			replies: routes{imageURI("2797090"): "in-progress.json"},
		}, {
			name: "content", system: "oracle_content",
			keys:    "jobs: [{id: OP1, type: Type1}]",
			replies: routes{typeURI("Type1", "OP1"): "processing.json"},
		},
	}
}

func sampleURI(collection, id string) string {
	return "/sampleExchange/v1/" + collection + "/async/" + id
}

func sampleExchangeCases() []goldenCase {
	one := func(name, reply, keys string) goldenCase {
		return goldenCase{
			name: name, system: "sample_exchange",
			keys:    strings.TrimSpace(keys + "\njobs: [{id: 4711}]"),
			replies: routes{sampleURI("samples", "4711"): reply},
		}
	}
	return []goldenCase{
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
		one("web-server", "404 web-server.html", ""),
		{
			name: "contribution", system: "sample_exchange",
			keys:    "jobs: [{id: 12, kind: contribution, name: new sample}]",
			replies: routes{sampleURI("contributions", "12"): "contribution.json"},
		},
	}
}

func imageURI(id string) string { return "/appstore/publisher/v1/machineimages/" + id }

func imageListURI() string {
	return "/appstore/publisher/v1/machineimages?limit=100&offset=0&orderby=LASTUPDATEDATE&sortorder=DESC"
}

func marketplaceCases() []goldenCase {
	one := func(name, reply, keys string) goldenCase {
		return goldenCase{
			name: name, system: "oracle_marketplace",
			keys:    strings.TrimSpace(keys + "\njobs: [{id: 2797087}]"),
			replies: routes{imageURI("2797087"): reply},
		}
	}
	states := goldenCase{name: "states", system: "oracle_marketplace", keys: "jobs:", replies: routes{}}
	for i, word := range []string{
		"initiated", "pending", "in-progress", "in-progess", "virus-scan-in-progress", "completed",
		"failed", "rejected", "deletion-failed", "delection-failed", "deleted", "awaiting-approval",
	} {
		id := strconv.Itoa(1000 + i)
		states.keys += "\n- {id: " + id + ", name: " + word + "}"
		states.replies[imageURI(id)] = "state-" + word + ".json"
	}
	listed := func(name, list string) goldenCase {
		return goldenCase{name: name, system: "oracle_marketplace", keys: "discovery: true", replies: routes{
			imageListURI(): list, imageURI("2797090"): "in-progress.json", imageURI("1001"): "seed.json",
		}}
	}
	return []goldenCase{
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
		one("forbidden", "403 unknown-job.json", ""),
		states,
		listed("discovery-wrapped", "list-wrapped.json"),
		listed("discovery-bare", "list-bare.json"),
		{
			name: "exchanged-login", system: "oracle_marketplace",
			keys:    basicAuth + "\nuser_id: partner@example.com\njobs: [{id: 2797087}]",
			replies: routes{"/appstore/publisher/v1/authenticate": "authenticate.json", imageURI("2797087"): "seed.json"},
		},
	}
}

func typeURI(escapedName, id string) string {
	return "/content/management/api/v1.1/types/" + escapedName + "/updateType/.status/" + id
}

func contentCases() []goldenCase {
	one := func(name, reply, keys string) goldenCase {
		return goldenCase{
			name: name, system: "oracle_content",
			keys:    strings.TrimSpace(keys + "\njobs: [{type: Type1, id: OP1}]"),
			replies: routes{typeURI("Type1", "OP1"): reply},
		}
	}
	states := goldenCase{name: "states", system: "oracle_content", keys: "jobs:", replies: routes{}}
	for _, word := range []string{"pending", "paused", "blocked", "processing", "failed", "aborted", "unknown-word"} {
		states.keys += "\n- {type: Type1, id: " + word + "}"
		states.replies[typeURI("Type1", word)] = word + ".json"
	}
	const operation = "/content/management/api/v1.1/bulkItemsOperations/9F2"
	return []goldenCase{
		one("seed", "seed.json", ""),
		one("processing-silent", "processing-silent.json", ""),
		states,
		one("failed-with-error", "failed.json", "error_text: true"),
		one("failed-silent", "failed-silent.json", "error_text: true"),
		one("error-without-code", "error-without-code.json", "error_text: true"),
		one("error-text", "error-text.json", "error_text: true"),
		one("result-409", "result-409.json", "error_text: true"),
		one("result-409-configured", "result-409.json", "states: {succeeded: succeeded}"),
		one("other-times", "other-times.json", ""),
		one("nulls", "nulls.json", ""),
		one("wrong-types", "wrong-types.json", ""),
		one("unknown-job", "404 unknown-job.json", ""),
		one("login-page", "login-page.html", ""),
		{
			name: "operation", system: "oracle_content",
			keys:    "jobs: [{path: " + operation + ", id: 9F2, name: bulk publish}]",
			replies: routes{operation: "plain-times.json"},
		},
		{
			name: "type-to-escape", system: "oracle_content",
			keys:    "jobs: [{type: \"Größe & Co?\", id: OP1}]",
			replies: routes{typeURI("Gr%C3%B6%C3%9Fe%20&%20Co%3F", "OP1"): "processing.json"},
		},
	}
}
