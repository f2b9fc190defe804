package vsphere_test

import (
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestGolden reads captured replies and compares what they become.
func TestGolden(t *testing.T) { goldentest.Compare(t, "vsphere", goldenCases()) }

func TestEveryReplyAndGoldenIsUsed(t *testing.T) {
	answers := append(vanishAnswers(), "list-objects-api.json") // of TestOneOfTwoListsIsRefused
	goldentest.Complete(t, goldenCases(), vanishedGoldens(), answers)
}

// sessionID is an id as vCenters make them: of the session and of its node.
const sessionID = "815994e5-2828-4a88-86ed-4575f9e964e2:9c7e16e9-9b8c-4c5a-a67b-a66a08b7d71c"

// downloadID is the id of a download session.
const downloadID = "1f0c2b1e-8d26-4c0c-93f6-0d8f0cf3e9aa:9c7e16e9-9b8c-4c5a-a67b-a66a08b7d71c"

// sessionURI and filesURI are where a flavour of the API has a session and its files.
func sessionURI(flavour, kind, id string) string {
	if flavour == "rest" {
		return "/rest/com/vmware/content/library/item/" + kind + "-session/id:" + id
	}
	return "/api/content/library/item/" + kind + "-session/" + id
}

func filesURI(flavour, kind, id string) string {
	if flavour == "rest" {
		return "/rest/com/vmware/content/library/item/" + kind + "session/file?" + kind + "_session_id=" + strings.ReplaceAll(id, ":", "%3A")
	}
	return sessionURI(flavour, kind, id) + "/file"
}

func itemURI(flavour string) string {
	const item = "5b4a6c5e-0f5e-4a0f-9d2b-0d6f8a3c1f10"
	if flavour == "rest" {
		return "/rest/com/vmware/content/library/item/id:" + item
	}
	return "/api/content/library/item/" + item
}

// loginRoutes are a vCenter's that has the flavour; one that has only /rest
// does not know /api.
func loginRoutes(flavour string) goldentest.Routes {
	if flavour == "rest" {
		return goldentest.Routes{
			"POST /api/session":                   "404 unknown-operation-api.json",
			"POST /rest/com/vmware/cis/session":   "login-rest.json",
			"DELETE /rest/com/vmware/cis/session": "login-rest.json",
		}
	}
	return goldentest.Routes{"POST /api/session": "201 login-api.json"}
}

// sessionRoutes are a login and one session with its files and its library item. The replies are
// named without the flavour that their files end with.
func sessionRoutes(flavour, kind, id, session, files string) goldentest.Routes {
	all := loginRoutes(flavour).With(goldentest.Routes{
		sessionURI(flavour, kind, id): session + "-" + flavour + ".json", itemURI(flavour): "item-" + flavour + ".json",
	})
	if files != "" {
		all[filesURI(flavour, kind, id)] = files + "-" + flavour + ".json"
	}
	return all
}

func goldenCases() []goldentest.Case {
	one := func(name, flavour, session, files, keys string) goldentest.Case {
		return goldentest.Case{
			Name:    name + "-" + flavour,
			Keys:    strings.TrimSpace(keys + "\njobs: [{id: '" + sessionID + "'}]"),
			Replies: sessionRoutes(flavour, "update", sessionID, session, files),
		}
	}
	download := func(name, flavour, session, files string) goldentest.Case {
		return goldentest.Case{
			Name:    name + "-" + flavour,
			Keys:    "jobs: [{id: '" + downloadID + "', kind: download}]",
			Replies: sessionRoutes(flavour, "download", downloadID, session, files),
		}
	}
	unknown := func(name, flavour string) goldentest.Case {
		c := one(name, flavour, "", "", "")
		c.Replies[sessionURI(flavour, "update", sessionID)] = "404 " + name + "-" + flavour + ".json"
		return c
	}
	states := goldentest.Case{Name: "states", Keys: "jobs:", Replies: loginRoutes("api")}
	for _, word := range []string{"active", "done", "error", "canceled", "unknown-word", "preview-unavailable", "preview-not-applicable"} {
		states.Keys += "\n- {id: " + word + "}"
		states.Replies = states.Replies.With(sessionRoutes("api", "update", word, word, "no-files"))
	}
	wrongTypes := one("wrong-types", "api", "wrong-types", "", "")
	wrongTypes.Replies[filesURI("api", "update", sessionID)] = "wrong-types-files-api.json"
	wrongTypes.Replies["/api/content/library/item/103"] = "403 unknown-session-api.json"
	seed := goldentest.Case{
		Name: "seed", Keys: "vsphere: {api: rest}\njobs: [{id: obj-103}]",
		Replies: loginRoutes("rest").With(goldentest.Routes{
			sessionURI("rest", "update", "obj-103"): "seed-session.json", filesURI("rest", "update", "obj-103"): "seed-files.json",
			"/rest/com/vmware/content/library/item/id:obj-103": "404 unknown-session-old-rest.json",
		}),
	}
	return []goldentest.Case{
		{
			Name:    "refused-login-api",
			Keys:    "jobs: [{id: '" + sessionID + "'}]",
			Replies: goldentest.Routes{"POST /api/session": "401 unknown-session-api.json"},
		},
		seed,
		one("ovf", "api", "active", "ovf-files", ""),
		one("ovf", "rest", "active", "ovf-files", ""),
		one("pulled-file", "api", "active", "one-file", ""),
		one("pulled-file", "rest", "active", "one-file", "vsphere: {api: rest}"),
		one("no-files", "api", "active", "no-files", ""),
		one("no-files", "rest", "active", "no-files", ""),
		one("preview", "api", "preview", "no-files", ""),
		one("preview", "rest", "preview", "no-files", ""),
		one("preview-unsigned", "api", "preview-unsigned", "no-files", ""),
		one("error", "api", "error", "ovf-files", ""),
		one("error-text", "api", "error", "no-files", "error_text: true"),
		one("error-text", "rest", "error", "no-files", "error_text: true"),
		one("error-silent", "api", "error-silent", "no-files", "error_text: true"),
		one("states-configured", "api", "active", "ovf-files", "states: {active: pending, TRANSFERRING: canceled, validating: pending}"),
		one("max-files", "api", "active", "many-files", "max_files: 5"),
		one("no-file-series", "api", "active", "many-files", "max_files: 0"),
		wrongTypes,
		states,
		download("download", "api", "download-active", "download-files"),
		download("download", "rest", "download-active", "download-files"),
		download("download-error", "api", "download-error", "no-files"),
		download("download-canceled", "api", "download-canceled", "no-files"),
		unknown("unknown-session", "api"),
		unknown("unknown-session", "rest"),
		unknown("unknown-session-old", "rest"),
		unknown("unknown-operation", "api"),
		unknown("unknown-operation", "rest"),
		unknown("http-not-found", "api"),
		unknown("no-service", "rest"),
		{
			Name: "discovery-api", Keys: "discovery: true\nlabels: {team: images}",
			Replies: sessionRoutes("api", "update", sessionID, "active", "one-file").
				With(sessionRoutes("api", "download", downloadID, "download-active", "download-files")).
				With(listRoutes("api", "list-update-api.json", "list-download-api.json")),
		},
		{
			Name: "discovery-rest", Keys: "discovery: true\njobs: [{id: '" + sessionID + "', name: ubuntu}]",
			Replies: sessionRoutes("rest", "update", sessionID, "active", "one-file").
				With(sessionRoutes("rest", "download", downloadID, "download-active", "no-files")).
				With(listRoutes("rest", "list-update-rest.json", "list-download-rest.json")),
		},
		{
			Name: "discovery-empty-api", Keys: "discovery: true",
			Replies: loginRoutes("api").With(listRoutes("api", "list-empty-api.json", "list-empty-api.json")),
		},
		{
			Name: "discovery-empty-rest", Keys: "discovery: true",
			Replies: loginRoutes("rest").With(listRoutes("rest", "list-empty-rest.json", "list-empty-rest.json")),
		},
	}
}

func listRoutes(flavour, updates, downloads string) goldentest.Routes {
	prefix := "/api/content/library/item/"
	if flavour == "rest" {
		prefix = "/rest/com/vmware/content/library/item/"
	}
	return goldentest.Routes{prefix + "update-session": updates, prefix + "download-session": downloads}
}
