package vsphere_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

// TestLibraryItemIsAskedForItsNameOnce because its name does not change while a
// session is under way, and each request costs. It is asked for in the second
// scrape: the first one has enough to do.
func TestLibraryItemIsAskedForItsNameOnce(t *testing.T) {
	r, server := readOnce(t, vanishCase{flavour: "api", kind: "update", before: "active"})
	if requests := server.Took(); slices.Contains(requests, itemURI("api")) {
		t.Errorf("the first read took %q", requests)
	}
	asked := 0
	for range 4 {
		r.Clock.Advance(time.Hour)
		if names := r.Read().Values("asyncjob_info", "job_name"); names["ubuntu-24.04"] != 1 || len(names) != 1 {
			t.Errorf("the session is called %v", names)
		}
		if slices.Contains(server.Took(), itemURI("api")) {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("the name was asked for %d times", asked)
	}
}

// TestListedSessionHasItsNameAtOnce: an id that nobody wrote down says nothing.
func TestListedSessionHasItsNameAtOnce(t *testing.T) {
	routes := sessionRoutes("rest", "update", sessionID, "active", "no-files").
		With(listRoutes("rest", "list-update-rest.json", "list-empty-rest.json"))
	server := goldentest.Serve(t, "vsphere", routes)
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "discovery: true"))
	if names := r.Read().Values("asyncjob_info", "job_name"); names["ubuntu-24.04"] != 1 || len(names) != 1 {
		t.Errorf("the session is called %v", names)
	}
}

// TestNameThatIsNotToldIsAskedForAgainLater: the session is as good without.
func TestNameThatIsNotToldIsAskedForAgainLater(t *testing.T) {
	for _, answer := range []string{"403 unknown-session-api.json", "404 unknown-session-api.json", "500 unknown-session-api.json", "200 list-empty-api.json"} {
		routes := sessionRoutes("api", "update", sessionID, "active", "no-files")
		routes[itemURI("api")] = answer
		server := goldentest.Serve(t, "vsphere", routes)
		r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]"))
		for _, scraped := range []struct {
			after time.Duration
			asked bool
		}{{0, false}, {time.Minute, true}, {time.Minute, false}, {9 * time.Minute, true}} {
			r.Clock.Advance(scraped.after)
			read := r.Read()
			if names := read.Values("asyncjob_info", "job_name"); read.State(sessionID) != "running" || names[sessionID] != 1 {
				t.Errorf("%s: the session is %q and called %v", answer, read.State(sessionID), names)
			}
			if asked := slices.Contains(server.Took(), itemURI("api")); asked != scraped.asked {
				t.Errorf("%s: after %s the name is asked for: %t", answer, scraped.after, asked)
			}
		}
		server.Become(sessionRoutes("api", "update", sessionID, "active", "no-files"))
		r.Clock.Advance(10 * time.Minute)
		if names := r.Read().Values("asyncjob_info", "job_name"); names["ubuntu-24.04"] != 1 {
			t.Errorf("after %s the item was read and the session is called %v", answer, names)
		}
	}
}

// TestConfiguredNameIsNotAskedFor: nobody would see the item's.
func TestConfiguredNameIsNotAskedFor(t *testing.T) {
	server := goldentest.Serve(t, "vsphere", sessionRoutes("api", "update", sessionID, "active", "no-files"))
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"', name: ubuntu}]"))
	for range 2 {
		if names := r.Read().Values("asyncjob_info", "job_name"); names["ubuntu"] != 1 {
			t.Errorf("the session is called %v", names)
		}
	}
	if requests := server.Took(); slices.Contains(requests, itemURI("api")) {
		t.Errorf("the read took %q", requests)
	}
}

// TestVanishedSessionKeepsItsName so that an alert about it says what it was.
func TestVanishedSessionKeepsItsName(t *testing.T) {
	c := vanishCase{flavour: "api", kind: "update", before: "active", item: "item-api.json"}
	r, server := readOnce(t, c)
	r.Read()
	server.Become(vanishedRoutes(c))
	if read := r.Read(); read.State(sessionID) != "gone" || read.Values("asyncjob_info", "job_name")["ubuntu-24.04"] != 1 {
		t.Errorf("the session is %q and called %v", read.State(sessionID), read.Values("asyncjob_info", "job_name"))
	}
}

// TestNamesOfManySessionsComeBitByBit: while they are asked for, the status of other
// sessions waits.
func TestNamesOfManySessionsComeBitByBit(t *testing.T) {
	const sessions = 250
	routes := goldentest.Routes{}
	var jobs strings.Builder
	for i := range sessions {
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		routes = routes.With(sessionRoutes("api", "update", id, "active", "no-files"))
		fmt.Fprintf(&jobs, "{id: '%s'}, ", id)
	}
	server := goldentest.Serve(t, "vsphere", routes)
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: ["+jobs.String()+"]"))
	for scrape, want := range []int{0, 100, 100, 50, 0} {
		r.Clock.Advance(30 * time.Second)
		read := metrictest.Copied(r.Scrape(t.Context()).Families()) // not examined: promlint takes a second for so many
		asked := 0
		for _, uri := range server.Took() {
			if uri == itemURI("api") {
				asked++
			}
		}
		running := 0
		for _, value := range read.Values("asyncjob_state", "job_id", "state", "running") {
			running += int(value)
		}
		if asked != want || running != sessions {
			t.Errorf("scrape %d asked for %d names, want %d, with %d sessions running, want %d", scrape+1, asked, want, running, sessions)
		}
	}
}
