package faults

import (
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// loginFaults are what a login can be answered with. Refusals of the credentials have
// the reason login, and everything else its own.
func loginFaults() []fault {
	return []fault{
		{name: "401", answer: html(401), reason: "login"},
		{name: "401 JSON", answer: status(401, "application/json", `{"error":"invalid_client","error_description":"`+canary+`"}`), reason: "login"},
		{name: "403", answer: html(403), reason: "login"},
		{name: "400", answer: html(400), reason: "login"},
		{name: "404", answer: html(404), reason: "not_found"},
		{name: "500", answer: html(500), reason: "upstream_error"},
		{name: "503", answer: html(503), reason: "upstream_error"},
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
				}, nil)
				within := patient
				if f.waits {
					within = 2 * time.Second // a login has more time than a scrape
				}
				e := exporter.Scrape(within)
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

// A login that failed rests: refused credentials for minutes, since a vCenter locks an
// account after five refusals in three minutes; a login that was not answered for
// seconds, so that it works again soon after a restart.
func TestALoginThatFailedRests(t *testing.T) {
	t.Parallel()
	refused := []time.Duration{0, 3 * time.Minute, 13 * time.Minute, 43 * time.Minute, 103 * time.Minute}
	silent := []time.Duration{0, 5 * time.Second, 15 * time.Second, 35 * time.Second, 75 * time.Second, 135 * time.Second, 195 * time.Second}
	for name, failing := range map[string]struct {
		answer   answer
		interval time.Duration
		sent     []time.Duration // when logins are sent
		reason   string
	}{
		"400":                   {html(400), time.Minute, refused, "login"},
		"401":                   {html(401), time.Minute, refused, "login"},
		"403":                   {html(403), time.Minute, refused, "login"},
		"404":                   {html(404), 5 * time.Second, silent, "not_found"},
		"500":                   {html(500), 5 * time.Second, silent, "upstream_error"},
		"503":                   {html(503), 5 * time.Second, silent, "upstream_error"},
		"reset":                 {reset, 5 * time.Second, silent, "connection"},
		"no token":              {jsonBody(`""`), 5 * time.Second, silent, "decode"},
		"503 for half a minute": {html(503, "Retry-After", "30"), 5 * time.Second, []time.Duration{0, 30 * time.Second, 60 * time.Second, 90 * time.Second}, "rate_limited"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newVCenter(t)
			upstream.set("POST /api/session", failing.answer)
			upstream.setSession("s", `{"state":"ACTIVE"}`)
			exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("vsphere", upstream.URL, "jobs: [{id: s}]")})
			var sent []time.Duration
			last := failing.sent[len(failing.sent)-1]
			for passed := time.Duration(0); passed <= last; passed += failing.interval {
				e := exporter.Scrape(patient)
				wantReason(t, e, "s", failing.reason)
				wantValue(t, e, 0, "asyncjob_target_up", "target", "a")
				if upstream.Count(http.MethodPost, "") > len(sent) {
					sent = append(sent, passed)
				}
				clock.Advance(failing.interval)
			}
			if !slices.Equal(sent, failing.sent) || upstream.Count(http.MethodPost, "") != len(sent) {
				t.Errorf("logins were sent at %v, %d in all, want %v", sent, upstream.Count(http.MethodPost, ""), failing.sent)
			}
			// The next one is accepted, and ends the count.
			upstream.set("POST /api/session", status(http.StatusCreated, "application/json", `"session"`))
			clock.Advance(time.Hour)
			wantState(t, exporter.Scrape(patient), "s", "running")
		})
	}
}
