package vsphere_test

import (
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// TestOneOfTwoListsIsRefused: they want different privileges, and an account
// that uploads has no need of the other.
func TestOneOfTwoListsIsRefused(t *testing.T) {
	for _, c := range []struct{ name, updates, downloads, listed, reason string }{
		{"downloads forbidden", "list-update-api.json", "403 unknown-session-api.json", sessionID, "forbidden"},
		{"updates forbidden", "403 unknown-session-api.json", "list-download-api.json", downloadID, "forbidden"},
		{"downloads not there", "list-update-api.json", "404 unknown-operation-api.json", sessionID, "not_found"},
		{"downloads are something else", "list-update-api.json", "item-api.json", sessionID, "decode"},
		{"downloads are no ids", "list-update-api.json", "list-objects-api.json", sessionID, "decode"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			routes := sessionRoutes("api", "update", sessionID, "active", "one-file").
				With(sessionRoutes("api", "download", downloadID, "download-active", "no-files")).
				With(listRoutes("api", c.updates, c.downloads))
			server := goldentest.Serve(t, "vsphere", routes)
			r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "discovery: true"))
			read := r.Read()
			if got := read.State(c.listed); got != "running" {
				t.Errorf("the session that was listed is %q", got)
			}
			up, failures := read.Values("asyncjob_target_up", "target"), read.Values("asyncjob_target_failure", "reason")
			if up["example"] != 0 || failures[c.reason] != 1 {
				t.Errorf("the target is %v with the failure %v", up, failures)
			}
			if log := r.Log.String(); strings.Count(log, "listing the target's jobs failed") != 1 {
				t.Errorf("the log says\n%s", log)
			}
			server.Become(routes.With(listRoutes("api", "list-update-api.json", "list-download-api.json")))
			r.Clock.Advance(1)
			if up := r.Read().Values("asyncjob_target_up", "target"); up["example"] != 1 {
				t.Errorf("both lists were read and the target is %v", up)
			}
		})
	}
}

// TestListKnowsTheKindBetter where a configured session's was left out, and then
// it is not an update that was meant.
func TestListKnowsTheKindBetter(t *testing.T) {
	routes := sessionRoutes("api", "download", downloadID, "download-active", "no-files").
		With(sessionRoutes("api", "update", sessionID, "active", "no-files")).
		With(listRoutes("api", "list-update-api.json", "list-download-api.json"))
	server := goldentest.Serve(t, "vsphere", routes)
	jobs := "discovery: true\njobs: [{id: '" + downloadID + "', name: export}, {id: '" + sessionID + "', kind: update}]"
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, jobs))
	for range 2 {
		read := r.Read()
		for id, kind := range map[string]string{downloadID: "download", sessionID: "update"} {
			if kinds := read.Values("asyncjob_info", "kind", "job_id", id); len(kinds) != 1 || kinds[kind] != 1 || read.State(id) != "running" {
				t.Errorf("the session is %v and %q (%s), want %s", kinds, read.State(id), read.Failure(id), kind)
			}
		}
		if jobs := read.Values("asyncjob_target_jobs", "source"); jobs["config"] != 2 || jobs["discovery"] != 0 {
			t.Errorf("there are the jobs %v", jobs)
		}
		r.Clock.Advance(time.Minute)
	}
	probed, err := r.ScrapeTarget(t.Context(), "example", nil)
	if err != nil || goldentest.Examined(t, probed).State(downloadID) != "running" {
		t.Errorf("asked for alone the session is not read: %v", err)
	}
}

// TestKindThatWasNamedIsRead, whatever a list says.
func TestKindThatWasNamedIsRead(t *testing.T) {
	routes := loginRoutes("api").With(listRoutes("api", "list-empty-api.json", "list-download-api.json")).
		With(goldentest.Routes{sessionURI("api", "update", downloadID): "404 unknown-session-api.json"})
	server := goldentest.Serve(t, "vsphere", routes)
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "discovery: true\njobs: [{id: '"+downloadID+"', kind: update}]"))
	if got := r.Read().State(downloadID); got != "gone" {
		t.Errorf("the session is %q", got)
	}
}
