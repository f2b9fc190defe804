package collector_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
)

// vanishCase is an update session that is read while it is active and is not
// there any more afterwards.
type vanishCase struct {
	name    string
	flavour string
	kind    string
	// before is the reply of the session, without flavour.
	before string
	// item is the answer of the session's library item; empty: must not be asked.
	item string
	// after is when the session is read again.
	after time.Duration
	want  string
}

func vanishCases() []vanishCase {
	const soon, late = time.Minute, 5 * time.Minute // active.json expires after 4 minutes and 45 seconds
	return []vanishCase{
		{"completed", "api", "update", "active", "item-moved-on-api.json", soon, "succeeded"},
		{"completed", "rest", "update", "active", "item-moved-on-rest.json", soon, "succeeded"},
		{"completed after its expiration", "api", "update", "active", "item-moved-on-api.json", late, "succeeded"},
		{"deleted", "api", "update", "active", "item-api.json", soon, "gone"},
		{"expired", "api", "update", "active", "item-api.json", late, "expired"},
		{"deleted with its item", "api", "update", "active", "404 unknown-session-api.json", soon, "gone"},
		{"expired with its item", "rest", "update", "active", "404 unknown-session-rest.json", late, "expired"},
		{"item is not for us", "api", "update", "active", "403 unknown-session-api.json", soon, "gone"},
		{"download ended", "api", "download", "download-active", "", soon, "gone"},
		{"download expired", "api", "download", "download-active", "", late, "expired"},
	}
}

// TestVanishedSession judges how a session ended that is not there any more.
func TestVanishedSession(t *testing.T) {
	for _, c := range vanishCases() {
		t.Run(strings.ReplaceAll(c.name+" "+c.flavour, " ", "_"), func(t *testing.T) {
			t.Parallel()
			r, server := readOnce(t, c)
			r.clock.Advance(c.after)
			server.become(vanishedRoutes(c))
			if got := r.scrape().state(sessionID); got != c.want {
				t.Errorf("the session is %q, want %q", got, c.want)
			}
			server.took()
			r.clock.Advance(time.Minute)
			if got := r.scrape().state(sessionID); got != c.want {
				t.Errorf("later the session is %q, want %q", got, c.want)
			}
			if requests := server.took(); len(requests) != 0 {
				t.Errorf("what is concluded was read again: %q", requests)
			}
		})
	}
}

// readOnce scrapes a session that is there, after which it is running.
func readOnce(t *testing.T, c vanishCase) (*reading, *replyServer) {
	t.Helper()
	server := serveReplies(t, "vsphere", sessionRoutes(c.flavour, c.kind, sessionID, c.before, "no-files"))
	r := startReading(t, targetOf("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"', kind: "+c.kind+"}]"))
	if got := r.scrape().state(sessionID); got != "running" {
		t.Fatalf("the session is %q before it vanishes", got)
	}
	return r, server
}

// vanishedRoutes are those of a vCenter that knows the session no more.
func vanishedRoutes(c vanishCase) routes {
	all := loginRoutes(c.flavour).with(routes{
		sessionURI(c.flavour, c.kind, sessionID): "404 unknown-session-" + c.flavour + ".json",
	})
	if c.item != "" {
		all[itemURI(c.flavour)] = c.item
	}
	return all
}

// TestVanishedSessionKeepsWhatWasFixed compares what is still shown of a
// session that vanished.
func TestVanishedSessionKeepsWhatWasFixed(t *testing.T) {
	for _, name := range vanishedGoldens() {
		index := slices.IndexFunc(vanishCases(), func(c vanishCase) bool { return "vsphere-vanished-"+c.want == name })
		c := vanishCases()[index]
		r, server := readOnce(t, c)
		r.clock.Advance(c.after)
		server.become(vanishedRoutes(c))
		compareGolden(t, name, encoded(t, r.scrape().families, expfmt.TypeTextPlain))
	}
}

func vanishedGoldens() []string {
	return []string{"vsphere-vanished-succeeded", "vsphere-vanished-expired", "vsphere-vanished-gone"}
}

// TestItemOfVanishedSessionIsReadOnce also reads it again where it could not be read.
func TestItemOfVanishedSessionIsReadOnce(t *testing.T) {
	c := vanishCase{flavour: "api", kind: "update", before: "active", item: "500 unknown-session-api.json"}
	r, server := readOnce(t, c)
	server.become(vanishedRoutes(c))
	if got := r.scrape().failure(sessionID); got != "upstream_error" {
		t.Errorf("the item cannot be read and the failure is %q", got)
	}
	c.item = "item-moved-on-api.json"
	server.become(vanishedRoutes(c))
	server.took()
	r.clock.Advance(time.Minute)
	if got := r.scrape().state(sessionID); got != "succeeded" {
		t.Errorf("the item can be read and the session is %q", got)
	}
	if requests := server.took(); !slices.Equal(requests, []string{sessionURI("api", "update", sessionID), itemURI("api")}) {
		t.Errorf("concluding took the requests %q", requests)
	}
}

// TestFinalStateStaysAfterVanishing reads no item of a session that ended
// before it vanished.
func TestFinalStateStaysAfterVanishing(t *testing.T) {
	for before, want := range map[string]string{"done": "succeeded", "error": "failed", "canceled": "canceled"} {
		server := serveReplies(t, "vsphere", sessionRoutes("api", "update", sessionID, before, "ovf-files"))
		r := startReading(t, targetOf("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]"))
		first := r.scrape()
		if first.state(sessionID) != want {
			t.Fatalf("a session that is %s is %q", before, first.state(sessionID))
		}
		r.clock.Advance(time.Hour) // beyond finished_ttl and expiration
		server.become(vanishedRoutes(vanishCase{flavour: "api", kind: "update"}))
		server.took()
		later := r.scrape()
		if text := encoded(t, later.families, expfmt.TypeTextPlain); text != encoded(t, first.families, expfmt.TypeTextPlain) {
			t.Errorf("a session that was %s is shown otherwise after it vanished:\n%s", before, text)
		}
		if requests := server.took(); !slices.Equal(requests, []string{sessionURI("api", "update", sessionID)}) {
			t.Errorf("the session was looked for with the requests %q", requests)
		}
	}
}

// TestNeverReadJobIsGone is about ids with a typo and jobs that ended before
// the exporter started.
func TestNeverReadJobIsGone(t *testing.T) {
	server := serveReplies(t, "vsphere", vanishedRoutes(vanishCase{flavour: "api", kind: "update"}))
	r := startReading(t, targetOf("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]"))
	scraped := r.scrape()
	if got := scraped.state(sessionID); got != "gone" {
		t.Errorf("the job is %q", got)
	}
	if up := scraped.values("asyncjob_up", "job_id"); up[sessionID] != 1 {
		t.Errorf("up is %v", up)
	}
	if seen := scraped.values("asyncjob_first_seen_timestamp_seconds", "job_id"); len(seen) != 0 {
		t.Errorf("nobody ever saw the job, and yet %v", seen)
	}
}

// TestGoneJobMayComeBack reads a job again that the upstream did not know.
func TestGoneJobMayComeBack(t *testing.T) {
	server := serveReplies(t, "vsphere", vanishedRoutes(vanishCase{flavour: "api", kind: "update"}))
	r := startReading(t, targetOf("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]\nfinished_ttl: 1m"))
	r.scrape()
	server.become(sessionRoutes("api", "update", sessionID, "active", "no-files"))
	r.clock.Advance(2 * time.Minute)
	if got := r.scrape().state(sessionID); got != "running" {
		t.Errorf("the job is there again and %q", got)
	}
}
