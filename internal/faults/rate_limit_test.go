package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// After a Retry-After nothing at all is sent to the target until then: its jobs
// are rate_limited, the finished ones stay served, and the target is down: none of
// the reads that are due is sent.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	date := func(in time.Duration) string { return exportertest.NewClock().Now().Add(in).Format(http.TimeFormat) }
	for _, asked := range []struct {
		name       string
		code       int
		retryAfter string
		pause      time.Duration
	}{
		{"429 in seconds", 429, "120", 2 * time.Minute},
		{"429 until a date", 429, date(2 * time.Minute), 2 * time.Minute},
		{"503 in seconds", 503, "120", 2 * time.Minute},
		{"503 until a date", 503, date(2 * time.Minute), 2 * time.Minute},
		{"an absurd number", 429, "99999999999", time.Hour},
		{"more than a number", 429, "99999999999999999999999999", time.Hour},
		{"an absurd date", 429, "Fri, 31 Dec 9999 23:59:59 GMT", time.Hour},
		{"a date in the past", 429, date(-time.Hour), 0},
		{"zero", 503, "0", 0},
	} {
		t.Run(asked.name, func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newScript(t)
			upstream.set(samplePath+"1", jsonBody(finishedSample))
			upstream.set(samplePath+"2", html(asked.code, "Retry-After", asked.retryAfter))
			upstream.set(samplePath+"3", jsonBody(`{"state":"RUNNING"}`))
			exporter := exportertest.Start(t, exportertest.Options{
				Now:    clock.Now,
				Config: oneTarget("sample_exchange", upstream.URL, "max_concurrency: 1", "finished_ttl: 1m", "jobs: [{id: 1}, {id: 2}, {id: 3}]"),
			})
			e := exporter.Scrape(patient)
			wantState(t, e, "1", "succeeded")
			wantReason(t, e, "2", "rate_limited")
			sent := upstream.Count("", "")
			const step = 16
			for range step {
				if asked.pause == 0 {
					break
				}
				clock.Advance((asked.pause - time.Second) / step)
				e = exporter.Scrape(patient)
				wantState(t, e, "1", "succeeded")
				wantReason(t, e, "2", "rate_limited")
				wantReason(t, e, "3", "rate_limited")
				wantValue(t, e, 0, "asyncjob_target_up", "target", "a")
			}
			if again := upstream.Count("", "") - sent; again != 0 {
				t.Errorf("%d requests were sent during the pause", again)
			}
			upstream.set(samplePath+"2", jsonBody(`{"state":"RUNNING"}`))
			clock.Advance(2 * time.Second)
			e = exporter.Scrape(patient)
			wantState(t, e, "2", "running")
			wantState(t, e, "3", "running")
		})
	}
}

// A pause holds for everything that would be sent to the target: lists, logins
// and probes too, and it outlives a reload.
func TestAPauseHoldsForAllRequests(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newVCenter(t)
	for _, list := range []string{"update-session", "download-session"} {
		upstream.set("/api/content/library/item/"+list, jsonBody(`["s"]`))
	}
	upstream.setSession("s", `{"state":"ACTIVE"}`)
	text := oneTarget("vsphere", upstream.URL, "discovery: true", "jobs: [{id: t}]")
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: text})
	upstream.set(sessionPath+"t", html(503, "Retry-After", "600"))
	exporter.Scrape(patient)
	sent := upstream.Count("", "")
	for range 10 {
		clock.Advance(30 * time.Second)
		exporter.Scrape(patient)
		exporter.Probe("target=a", patient)
		exporter.Probe("target=a&job_id=other", patient)
		exporter.Get("/sd?by=job")
	}
	exporter.Reload(exportertest.SetAll(t, text, "max_files", 7))
	exporter.Scrape(patient)
	if again := upstream.Count("", "") - sent; again != 0 {
		t.Errorf("%d requests were sent during the pause", again)
	}
	upstream.set(sessionPath+"t", nil)
	clock.Advance(6 * time.Minute)
	wantState(t, exporter.Scrape(patient), "s", "running")
}

// A pause that a login was asked for is obeyed as well, and the target is down
// meanwhile.
func TestAPauseOfALoginIsObeyed(t *testing.T) {
	t.Parallel()
	for _, login := range []struct{ system, path, job string }{
		{"vsphere", "POST /api/session", "{id: j}"},
		{"oracle_marketplace", "/appstore/publisher/v1/authenticate", "{id: 1}"},
		{"oracle_content", "POST /token", "{type: T, id: j}"},
	} {
		t.Run(login.system, func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newVCenter(t)
			upstream.set(login.path, html(429, "Retry-After", "300"))
			keys := map[string]string{
				"vsphere":            "",
				"oracle_marketplace": "basic_auth: {username: u, password: p}",
				"oracle_content":     "oauth2: {client_id: c, client_secret: s, token_url: " + upstream.URL + "/token}",
			}
			exporter := exportertest.Start(t, exportertest.Options{
				Now:    clock.Now,
				Config: oneTarget(login.system, upstream.URL, keys[login.system], "jobs: ["+login.job+"]"),
			})
			for range 19 {
				e := exporter.Scrape(patient)
				if n := len(e.Series("asyncjob_query_failure", "reason", "rate_limited")); n != 1 {
					t.Fatalf("%d jobs are rate_limited, want 1:\n%s", n, e.Lines(func(string, string) bool { return true }))
				}
				wantValue(t, e, 0, "asyncjob_target_up", "target", "a")
				clock.Advance(15 * time.Second)
			}
			if sent := upstream.Count("", ""); sent != 1 {
				t.Errorf("%d requests in 285 s of a pause of 300 s, want 1", sent)
			}
		})
	}
}

// A pause is the account's: it holds for the targets that have the same url and
// credentials, and for no others, though they are on the same host.
func TestAPauseIsOneAccountsAlone(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(samplePath+"1", html(429, "Retry-After", "60"))
	upstream.set(samplePath+"2", jsonBody(`{"state":"RUNNING"}`))
	exporter := exportertest.Start(t, exportertest.Options{Config: fmt.Sprintf(`
targets:
  - {name: a, system: sample_exchange, url: %[1]s, authorization: {credentials: one}, jobs: [{id: 1}]}
  - {name: b, system: sample_exchange, url: %[1]s, authorization: {credentials: two}, jobs: [{id: 2}]}
`, upstream.URL)})
	for range 3 {
		e := exporter.Scrape(patient)
		wantReason(t, e, "1", "rate_limited")
		if got := e.State("b", "2"); got != "running" {
			t.Errorf("the other account's job is %q", got)
		}
	}
	if sent := upstream.Count("", samplePath+"1"); sent != 1 {
		t.Errorf("the limited job was asked for %d times, want once", sent)
	}
	if log := exporter.Log.String(); strings.Count(log, "reading the job failed") != 1 {
		t.Errorf("the same failure is logged with every scrape:\n%s", linesWith(log, "reading the job failed"))
	}
	sent := upstream.Count("", "")
	exporter.Reload(fmt.Sprintf(`
targets:
  - {name: c, system: sample_exchange, url: %[1]s, authorization: {credentials: one}, timeout: 9s, jobs: [{id: 3}]}
`, upstream.URL))
	if got := exporter.Scrape(patient).Reason("c", "3"); got != "rate_limited" {
		t.Errorf("a target of the paused account that a reload brought has the reason %q, want rate_limited", got)
	}
	if again := upstream.Count("", "") - sent; again != 0 {
		t.Errorf("%d requests were sent to a paused account after a reload", again)
	}
}
