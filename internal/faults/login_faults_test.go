package faults

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// loginFaults are what a login can be answered with. Refusals have the reason
// login, and everything else its own.
func loginFaults() []fault {
	return []fault{
		{name: "401", answer: html(401), reason: "login"},
		{name: "401 JSON", answer: status(401, "application/json", `{"error":"invalid_client","error_description":"`+canary+`"}`), reason: "login"},
		{name: "403", answer: html(403), reason: "login"},
		{name: "400", answer: html(400), reason: "login"},
		{name: "404", answer: html(404), reason: "login"},
		{name: "500", answer: html(500), reason: "login"},
		{name: "503", answer: html(503), reason: "login"},
		{name: "429", answer: html(429), reason: "rate_limited"},
		{name: "503 for seconds", answer: html(503, "Retry-After", "60"), reason: "rate_limited"},
		{name: "302 to another host", answer: html(302, "Location", "http://127.0.0.1:1/"+canary), reason: "redirect"},
		{name: "200 HTML", answer: html(200), reason: "decode"},
		{name: "200 empty", answer: jsonBody(""), reason: "decode"},
		{name: "200 without a token", answer: jsonBody(`{"value":"","access_token":"","error_text":"` + canary + `"}`), reason: "decode"},
		{name: "200 with a token of two lines", answer: jsonBody(`{"value":"a\nb","access_token":"a\nb"}`), reason: "decode"},
		{name: "not HTTP", answer: notHTTP, reason: "connection"},
		{name: "reset", answer: reset, reason: "connection"},
		{name: "body cut off", answer: cutOff, reason: "connection"},
		{name: "hang", answer: hang, reason: "timeout", waits: true},
		{name: "hang after headers", answer: hangAfterHeaders, reason: "timeout", waits: true},
		{name: "a byte a second", answer: drip, reason: "timeout", waits: true},
	}
}

// A login that fails takes down its target with one reason, and no other.
func TestAFaultOfALoginIsThatTargetsAlone(t *testing.T) {
	t.Parallel()
	healthy := healthyWorld(t)
	for _, f := range loginFaults() {
		for _, system := range systemNames() {
			target := smallWorld()[system]
			if !target.session {
				continue
			}
			t.Run(f.name+"/"+system, func(t *testing.T) {
				t.Parallel()
				var reads atomic.Int32
				exporter := spoiltWorld(t, func(s string, r *http.Request) answer {
					switch {
					case s != system:
						return nil
					case isLogin(r):
						return f.answer
					default:
						reads.Add(1)
						return nil
					}
				}, f.shorten)
				e := exporter.Scrape(patient)
				wantTargetFailed(t, e, target, f.reason, true)
				wantSameLines(t, "the other targets' series", allBut(e, target.name), allBut(healthy, target.name))
				wantNoCanary(t, exporter, e)
				exporter.Close()
				if n := reads.Load(); n != 0 {
					t.Errorf("%d reads were sent without a login", n)
				}
			})
		}
	}
}

// A refused login is not repeated with every scrape, and works again once the
// upstream accepts it.
func TestARefusedLoginIsBackedOff(t *testing.T) {
	t.Parallel()
	for _, refusal := range []struct {
		name    string
		code    int
		allowed int // logins sent in the first 30 s of scraping every 5 s
	}{
		{"503", 503, 1},
		{"401", 401, 2},
	} {
		t.Run(refusal.name, func(t *testing.T) {
			t.Parallel()
			clock := exportertest.NewClock()
			var accepting atomic.Bool
			upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case isLogin(r) && !accepting.Load():
					w.WriteHeader(refusal.code)
				case isLogin(r):
					w.WriteHeader(http.StatusCreated)
					_, _ = w.Write([]byte(`"session"`))
				case r.Method == http.MethodGet && isAbout(r, "file"):
					_, _ = w.Write([]byte(`[]`))
				default:
					_, _ = w.Write([]byte(`{"state":"ACTIVE"}`))
				}
			})
			exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: `
targets:
  - name: vcenter
    system: vsphere
    url: ` + upstream.URL + `
    basic_auth: {username: u, password: p}
    vsphere: {api: api}
    jobs: [{id: a}, {id: b}, {id: c}]
`})
			scrapeEvery := func(interval, until time.Duration) *exportertest.Exposition {
				var last *exportertest.Exposition
				for passed := time.Duration(0); passed < until; passed += interval {
					last = exporter.Scrape(patient)
					clock.Advance(interval)
				}
				return last
			}
			e := scrapeEvery(5*time.Second, 30*time.Second)
			if logins := upstream.Count(http.MethodPost, ""); logins != refusal.allowed {
				t.Errorf("%d logins in 30 s, want %d", logins, refusal.allowed)
			}
			if e.Reason("vcenter", "a") != "login" {
				t.Errorf("the reason is %q while the login rests, want login", e.Reason("vcenter", "a"))
			}
			wantValue(t, e, 0, "asyncjob_target_up", "target", "vcenter")
			accepting.Store(true)
			e = scrapeEvery(15*time.Second, time.Minute)
			wantValue(t, e, 3, "asyncjob_target_jobs", "target", "vcenter", "source", "config")
			if up := e.Sum("asyncjob_up", "target", "vcenter"); up != 3 {
				t.Errorf("%v of 3 jobs are up a minute after the upstream accepts logins again", up)
			}
		})
	}
}
