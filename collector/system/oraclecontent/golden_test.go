package oraclecontent_test

import (
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestGolden reads captured replies and compares what they become.
func TestGolden(t *testing.T) { goldentest.Compare(t, "oracle_content", goldenCases()) }

func TestEveryReplyAndGoldenIsUsed(t *testing.T) { goldentest.Complete(t, goldenCases(), nil, nil) }

func typeURI(escapedName, id string) string {
	return "/content/management/api/v1.1/types/" + escapedName + "/updateType/.status/" + id
}

func goldenCases() []goldentest.Case {
	one := func(name, reply, keys string) goldentest.Case {
		return goldentest.Case{
			Name:    name,
			Keys:    strings.TrimSpace(keys + "\njobs: [{type: Type1, id: OP1}]"),
			Replies: goldentest.Routes{typeURI("Type1", "OP1"): reply},
		}
	}
	states := goldentest.Case{Name: "states", Keys: "jobs:", Replies: goldentest.Routes{}}
	for _, word := range []string{"pending", "paused", "blocked", "processing", "failed", "aborted", "unknown-word"} {
		states.Keys += "\n- {type: Type1, id: " + word + "}"
		states.Replies[typeURI("Type1", word)] = word + ".json"
	}
	operations := goldentest.Case{Name: "operations", Keys: "error_text: true\njobs:", Replies: goldentest.Routes{}}
	for _, name := range []string{
		"export-running", "export-done", "export-failed", "import-failed", "translation", "export-service", "refresh", "refresh-empty", "refresh-failed",
		"bulk-failed-items", "bulk-no-failed-items",
	} {
		operations.Keys += "\n- {id: " + name + ", path: '/system/export/api/v1/" + name + "?fields=id,progress&links=none'}"
		operations.Replies["/system/export/api/v1/"+name+"?fields=id%2Cprogress&links=none"] = name + ".json"
	}
	const operation = "/content/management/api/v1.1/bulkItemsOperations/9F2"
	return []goldentest.Case{
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
		one("refused", "401 unknown-job.json", ""),
		one("gateway", "404 gateway.json", ""),
		operations,
		one("login-page", "login-page.html", ""),
		{
			Name:    "operation",
			Keys:    "jobs: [{path: " + operation + ", id: 9F2, name: bulk publish}]",
			Replies: goldentest.Routes{operation: "plain-times.json"},
		},
		{
			Name:    "type-to-escape",
			Keys:    "jobs: [{type: \"Größe & Co?\", id: OP1}]",
			Replies: goldentest.Routes{typeURI("Gr%C3%B6%C3%9Fe%20&%20Co%3F", "OP1"): "processing.json"},
		},
	}
}
