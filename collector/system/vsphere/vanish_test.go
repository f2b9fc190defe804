package vsphere_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
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
	// files is the reply of its files, without flavour; empty: it has none.
	files string
}

func vanishCases() []vanishCase {
	const soon, late = time.Minute, 5 * time.Minute // active.json expires after 4 minutes and 45 seconds
	return []vanishCase{
		{"completed", "api", "update", "active", "item-moved-on-api.json", soon, "succeeded", ""},
		{"completed", "rest", "update", "active", "item-moved-on-rest.json", soon, "succeeded", ""},
		{"completed after its expiration", "api", "update", "active", "item-moved-on-api.json", late, "succeeded", ""},
		{"deleted", "api", "update", "active", "item-api.json", soon, "gone", ""},
		{"expired", "api", "update", "active", "item-api.json", late, "expired", ""},
		{"deleted with its item", "api", "update", "active", "404 unknown-session-api.json", soon, "gone", ""},
		{"expired with its item", "rest", "update", "active", "404 unknown-session-rest.json", late, "expired", ""},
		{"item is not for us", "api", "update", "active", "403 unknown-session-api.json", soon, "gone", ""},
		{"download ended", "api", "download", "download-active", "", soon, "gone", ""},
		{"download expired", "api", "download", "download-active", "", late, "expired", ""},
		{"download expired halfway", "api", "download", "download-active", "", late, "expired", "download-files"},
		{"download fetched whole", "api", "download", "download-active", "", soon, "gone", "download-whole"},
		{"download fetched whole and left to expire", "rest", "download", "download-active", "", late, "gone", "download-whole"},
	}
}

// TestVanishedSession judges how a session ended that is not there any more.
func TestVanishedSession(t *testing.T) {
	for _, c := range vanishCases() {
		t.Run(strings.ReplaceAll(c.name+" "+c.flavour, " ", "_"), func(t *testing.T) {
			t.Parallel()
			r, server := readOnce(t, c)
			r.Clock.Advance(c.after)
			server.Become(vanishedRoutes(c))
			if got := r.Read().State(sessionID); got != c.want {
				t.Errorf("the session is %q, want %q", got, c.want)
			}
			server.Took()
			r.Clock.Advance(time.Minute)
			if got := r.Read().State(sessionID); got != c.want {
				t.Errorf("later the session is %q, want %q", got, c.want)
			}
			if again := len(server.Took()) != 0; again == (c.want == "succeeded") {
				t.Errorf("a session that has %s is read again: %t", c.want, again)
			}
		})
	}
}

// readOnce scrapes a session that is there, after which it is running.
func readOnce(t *testing.T, c vanishCase) (*goldentest.Reading, *goldentest.Server) {
	t.Helper()
	files := cmp.Or(c.files, "no-files")
	server := goldentest.Serve(t, "vsphere", sessionRoutes(c.flavour, c.kind, sessionID, c.before, files))
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"', kind: "+c.kind+"}]"))
	if got := r.Read().State(sessionID); got != "running" {
		t.Fatalf("the session is %q before it vanishes", got)
	}
	return r, server
}

// vanishedRoutes are those of a vCenter that knows the session no more.
func vanishedRoutes(c vanishCase) goldentest.Routes {
	all := loginRoutes(c.flavour).With(goldentest.Routes{
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
		index := slices.IndexFunc(vanishCases(), func(c vanishCase) bool { return "vanished-"+c.want == name })
		c := vanishCases()[index]
		r, server := readOnce(t, c)
		r.Clock.Advance(c.after)
		server.Become(vanishedRoutes(c))
		goldentest.CompareFile(t, name, goldentest.Text(t, r.Read()))
	}
}

// vanishAnswers are what sessions that vanish, and their items, are answered with.
func vanishAnswers() []string {
	var answers []string
	for _, c := range vanishCases() {
		answers = append(answers, c.item, c.files+"-"+c.flavour+".json")
	}
	return answers
}

func vanishedGoldens() []string {
	return []string{"vanished-succeeded", "vanished-expired", "vanished-gone"}
}

// TestItemOfVanishedSessionIsReadOnce also reads it again where it could not be read.
func TestItemOfVanishedSessionIsReadOnce(t *testing.T) {
	c := vanishCase{flavour: "api", kind: "update", before: "active", item: "500 unknown-session-api.json"}
	r, server := readOnce(t, c)
	server.Become(vanishedRoutes(c))
	if got := r.Read().Failure(sessionID); got != "upstream_error" {
		t.Errorf("the item cannot be read and the failure is %q", got)
	}
	c.item = "item-moved-on-api.json"
	server.Become(vanishedRoutes(c))
	server.Took()
	r.Clock.Advance(time.Minute)
	if got := r.Read().State(sessionID); got != "succeeded" {
		t.Errorf("the item can be read and the session is %q", got)
	}
	if requests := server.Took(); !slices.Equal(requests, []string{sessionURI("api", "update", sessionID), itemURI("api")}) {
		t.Errorf("concluding took the requests %q", requests)
	}
}

// TestFinalStateStaysAfterVanishing reads no item of a session that ended
// before it vanished.
func TestFinalStateStaysAfterVanishing(t *testing.T) {
	for before, want := range map[string]string{"done": "succeeded", "error": "failed", "canceled": "canceled"} {
		server := goldentest.Serve(t, "vsphere", sessionRoutes("api", "update", sessionID, before, "ovf-files"))
		r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]"))
		first := r.Read()
		if first.State(sessionID) != want {
			t.Fatalf("a session that is %s is %q", before, first.State(sessionID))
		}
		r.Clock.Advance(time.Hour) // beyond finished_ttl and expiration
		server.Become(vanishedRoutes(vanishCase{flavour: "api", kind: "update"}))
		server.Took()
		later := r.Read()
		if text := goldentest.Text(t, later); text != goldentest.Text(t, first) {
			t.Errorf("a session that was %s is shown otherwise after it vanished:\n%s", before, text)
		}
		if requests := server.Took(); !slices.Equal(requests, []string{sessionURI("api", "update", sessionID)}) {
			t.Errorf("the session was looked for with the requests %q", requests)
		}
	}
}

// TestNeverReadJobIsGone is about ids with a typo and jobs that ended before
// the exporter started.
func TestNeverReadJobIsGone(t *testing.T) {
	server := goldentest.Serve(t, "vsphere", vanishedRoutes(vanishCase{flavour: "api", kind: "update"}))
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]"))
	scraped := r.Read()
	if got := scraped.State(sessionID); got != "gone" {
		t.Errorf("the job is %q", got)
	}
	if up := scraped.Values("asyncjob_up", "job_id"); up[sessionID] != 1 {
		t.Errorf("up is %v", up)
	}
	if seen := scraped.Values("asyncjob_first_seen_timestamp_seconds", "job_id"); len(seen) != 0 {
		t.Errorf("nobody ever saw the job, and yet %v", seen)
	}
}

// TestGoneJobMayComeBack reads a job again that the upstream did not know.
func TestGoneJobMayComeBack(t *testing.T) {
	server := goldentest.Serve(t, "vsphere", vanishedRoutes(vanishCase{flavour: "api", kind: "update"}))
	r := goldentest.Start(t, goldentest.Target("example", "vsphere", server.URL, "jobs: [{id: '"+sessionID+"'}]\nfinished_ttl: 1m"))
	r.Read()
	server.Become(sessionRoutes("api", "update", sessionID, "active", "no-files"))
	r.Clock.Advance(2 * time.Minute)
	if got := r.Read().State(sessionID); got != "running" {
		t.Errorf("the job is there again and %q", got)
	}
}

// TestItemThatAGatewayAnsweredForDecidesNothing: only the content library knows
// whether an item is there.
func TestItemThatAGatewayAnsweredForDecidesNothing(t *testing.T) {
	for _, answer := range []string{"404 http-not-found-api.json", "404 no-service-rest.json", "404 unknown-operation-rest.json", "404 item-api.json"} {
		c := vanishCase{flavour: "api", kind: "update", before: "active", item: answer}
		r, server := readOnce(t, c)
		r.Clock.Advance(time.Hour)
		server.Become(vanishedRoutes(c))
		if got := r.Read().Failure(sessionID); got != "not_found" {
			t.Errorf("the item is answered with %s and the failure is %q", answer, got)
		}
		c.item = "item-moved-on-api.json"
		server.Become(vanishedRoutes(c))
		if got := r.Read().State(sessionID); got != "succeeded" {
			t.Errorf("after %s the item was read and the session is %q", answer, got)
		}
	}
}
