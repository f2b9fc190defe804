package faults

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// manyTargets is a configuration of several targets of one account on a vCenter,
// with a job each.
func manyTargets(number int, url string, keys ...string) string {
	text := "targets:\n"
	for i := range number {
		text += fmt.Sprintf("  - name: t%d\n    system: vsphere\n    url: %s\n    vsphere: {api: api}\n    jobs: [{id: s%d}]\n    %s\n",
			i, url, i, strings.Join(keys, "\n    "))
	}
	return text
}

const basicAuth = "basic_auth: {username: u, password: p}"

// However many targets use an account, refused logins stay below what locks it: a
// vCenter's five in three minutes, and what an Active Directory allows in half an hour.
func TestRefusedLoginsOfOneAccountAreFew(t *testing.T) {
	t.Parallel()
	for _, targets := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(targets), func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newVCenter(t)
			upstream.set("POST /api/session", html(http.StatusUnauthorized))
			exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: manyTargets(targets, upstream.URL, basicAuth)})
			logins := map[time.Duration]int{}
			const interval = 15 * time.Second
			for passed := time.Duration(0); passed < time.Hour; passed += interval {
				if down := exporter.Scrape(patient).Sum("asyncjob_target_up"); down != 0 {
					t.Fatalf("%v targets are up", down)
				}
				clock.Advance(interval)
				logins[passed+interval] = upstream.Count(http.MethodPost, "")
			}
			first, quarter, hour := logins[3*time.Minute], logins[15*time.Minute], logins[time.Hour]
			t.Logf("%d targets: %d refused logins in 3 minutes, %d in 15, %d in an hour", targets, first, quarter, hour)
			if first > 1 || quarter > 3 || hour > 5 {
				t.Errorf("%d targets: %d refused logins in 3 minutes, %d in 15, %d in an hour, want at most 1, 3 and 5", targets, first, quarter, hour)
			}
		})
	}
}

// Targets of one account have one session, which ends when the last of them goes.
func TestTargetsOfOneAccountShareItsSession(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	for i := range 3 {
		upstream.setSession(fmt.Sprint("s", i), `{"state":"ACTIVE"}`)
	}
	exporter := exportertest.Start(t, exportertest.Options{Config: manyTargets(3, upstream.URL, basicAuth)})
	wantLogins := func(step string, logins, logouts int) {
		t.Helper()
		if up := exporter.Scrape(patient).Sum("asyncjob_target_up"); up == 0 {
			t.Errorf("%s: no target is up", step)
		}
		if n, m := upstream.Count(http.MethodPost, ""), upstream.Count(http.MethodDelete, ""); n != logins || m != logouts {
			t.Errorf("%s: %d logins and %d logouts, want %d and %d", step, n, m, logins, logouts)
		}
	}
	wantLogins("at first", 1, 0)
	exporter.Reload(manyTargets(2, upstream.URL, basicAuth, "timeout: 9s", "max_concurrency: 2"))
	wantLogins("after a reload that drops one and changes the others", 1, 0)
	exporter.Reload(manyTargets(1, upstream.URL, basicAuth, "http_headers: {X-Other: {values: [account]}}"))
	wantLogins("after a reload to another account", 2, 0)
	waitFor(t, "the logout of the first account", func() bool { return upstream.Count(http.MethodDelete, "") == 1 })
	exporter.Close()
	if n := upstream.Count(http.MethodDelete, ""); n != 2 {
		t.Errorf("%d logouts after the end, want 2", n)
	}
}

// A secret file that says something else is tried at once, and begins a new count. A
// reload, or a file written anew, that changes nothing tries nothing.
func TestAChangedSecretIsTriedAtOnce(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newVCenter(t)
	var right atomic.Value
	right.Store("current")
	upstream.set("POST /api/session", func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != right.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		status(http.StatusCreated, "application/json", `"the-session"`)(w, r)
	})
	upstream.setSession("s0", `{"state":"ACTIVE"}`)
	secret := filepath.Join(t.TempDir(), "password")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(secret, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("outdated\n")
	text := manyTargets(1, upstream.URL, "basic_auth: {username: u, password_file: "+secret+"}")
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: text})
	wantRefused := func(step string, logins int) {
		t.Helper()
		if reason := exporter.Scrape(patient).Reason("t0", "s0"); reason != "login" {
			t.Errorf("%s: the reason is %q, want login", step, reason)
		}
		if n := upstream.Count(http.MethodPost, ""); n != logins {
			t.Errorf("%s: %d logins, want %d", step, n, logins)
		}
	}
	wantRefused("at first", 1)
	exporter.Reload(text)
	wantRefused("after a reload of the same", 1)
	exporter.Reload(exportertest.SetAll(t, text, "timeout", "7s"))
	wantRefused("after a reload of another timeout", 1)
	write("outdated")
	time.Sleep(1100 * time.Millisecond) // a file is looked at once a second
	wantRefused("after the file was written anew", 1)
	write("also outdated")
	time.Sleep(1100 * time.Millisecond)
	wantRefused("after another outdated secret", 2)
	clock.Advance(3 * time.Minute)
	wantRefused("three minutes after that", 3)
	write("\uFEFFcurrent\r\n") // as Windows' editors write it
	time.Sleep(1100 * time.Millisecond)
	if got := exporter.Scrape(patient).State("t0", "s0"); got != "running" {
		t.Errorf("with the right secret the job is %q, want running", got)
	}
	// The same by a reload.
	right.Store("in the configuration")
	exporter.Reload(manyTargets(1, upstream.URL, "basic_auth: {username: u, password: in the configuration}"))
	if got := exporter.Scrape(patient).State("t0", "s0"); got != "running" {
		t.Errorf("with the right secret in the configuration the job is %q, want running", got)
	}
}

// A secret file that cannot be read is told by its key, and used again once it is there.
func TestASecretFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(samplePath+"1", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer right" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		jsonBody(`{"state":"RUNNING"}`)(w, r)
	})
	secret := filepath.Join(t.TempDir(), "token")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(secret, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("right\n")
	exporter := exportertest.Start(t, exportertest.Options{
		Config: oneTarget("sample_exchange", upstream.URL, "authorization: {credentials_file: "+secret+"}", "jobs: [{id: 1}]"),
	})
	wantState(t, exporter.Scrape(patient), "1", "running")
	for _, change := range []struct {
		name string
		make func() error
		told string
	}{
		{"gone", func() error { return os.Remove(secret) }, "authorization.credentials_file: cannot be read: stat " + secret + ": no such file"},
		{"a directory", func() error { return os.Mkdir(secret, 0o700) }, "authorization.credentials_file: " + secret + " is no regular file"},
		{"two lines", func() error {
			_ = os.Remove(secret)
			return os.WriteFile(secret, []byte("right\nsecond"), 0o600)
		}, "authorization.credentials_file: holds a line break"},
	} {
		if err := change.make(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1100 * time.Millisecond)
		sent := upstream.Count("", "")
		e := exporter.Scrape(patient)
		wantReason(t, e, "1", "login")
		wantValue(t, e, 0, "asyncjob_target_up", "target", "a")
		if told := exporter.Get("/probe?target=a&debug=true").Body; !strings.Contains(told, change.told) {
			t.Errorf("%s: the trace does not say %q:\n%s", change.name, change.told, told)
		}
		if again := upstream.Count("", "") - sent; again != 0 {
			t.Errorf("%s: %d requests were sent without the secret", change.name, again)
		}
	}
	write("right")
	time.Sleep(1100 * time.Millisecond)
	wantState(t, exporter.Scrape(patient), "1", "running")
}

// A renewal that is refused, or hangs, costs one login, and no job: the old token
// serves as long as it is accepted.
func TestARenewalThatFailsCostsNoJob(t *testing.T) {
	t.Parallel()
	const jobs, week = 50, 7 * 24 * time.Hour
	for name, renewal := range map[string]answer{"refused": html(http.StatusUnauthorized), "hangs": hang, "without a token": jsonBody(`{}`)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newScript(t)
			upstream.set("/appstore/publisher/v1/authenticate", jsonBody(`{"access_token":"t1","expires_in":604800}`))
			text := ""
			for i := range jobs {
				upstream.set(fmt.Sprint(imagesPath, "/", i), jsonBody(`{"statusName":"In Progress"}`))
				text += fmt.Sprintf("{id: %d},", i)
			}
			exporter := exportertest.Start(t, exportertest.Options{
				Now:    clock.Now,
				Config: oneTarget("oracle_marketplace", upstream.URL, basicAuth, "timeout: 1s", "jobs: ["+text+"]"),
			})
			exporter.Scrape(patient)
			upstream.set("/appstore/publisher/v1/authenticate", renewal)
			for _, left := range []time.Duration{30 * time.Second, time.Second, -time.Minute} {
				clock.Advance(week - left - clock.Now().Sub(exportertest.NewClock().Now()))
				e, took := exporter.Measured(10 * time.Second)
				if up := e.Sum("asyncjob_up"); up != jobs || e.Sum("asyncjob_target_up") != 1 {
					t.Errorf("%s before its end %v of %d jobs are up, target_up %v", left, up, jobs, e.Sum("asyncjob_target_up"))
				}
				if took > 5*time.Second {
					t.Errorf("%s before its end a scrape took %s", left, took)
				}
			}
			// Refused it rests 3 minutes; not answered a minute at most.
			logins := upstream.Count("", "/appstore/publisher/v1/authenticate")
			if most := map[string]int{"refused": 2, "hangs": 2, "without a token": 4}[name]; logins < 2 || logins > most {
				t.Errorf("%d logins, want 2 to %d", logins, most)
			}
		})
	}
}

// A login slower than a scrape is sent once, and its late answer serves the next one:
// none of its sessions is lost.
func TestASlowLoginLeavesNoSession(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	var open, most atomic.Int32
	upstream.set("POST /api/session", func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), open.Add(1)))
		time.Sleep(1500 * time.Millisecond)
		status(http.StatusCreated, "application/json", fmt.Sprintf("%q", fmt.Sprint("session-", upstream.Count(http.MethodPost, ""))))(w, r)
	})
	upstream.set("DELETE /api/session", func(w http.ResponseWriter, _ *http.Request) {
		open.Add(-1)
		w.WriteHeader(http.StatusNoContent)
	})
	upstream.setSession("s0", `{"state":"ACTIVE"}`)
	exporter := exportertest.Start(t, exportertest.Options{Config: manyTargets(1, upstream.URL, basicAuth, "timeout: 400ms")})
	reasons := map[string]int{}
	for range 60 {
		e := exporter.Scrape(500 * time.Millisecond)
		reasons[e.Reason("t0", "s0")]++
	}
	t.Logf("60 scrapes of 500 ms, a login takes 1.5 s: reasons %v, %d logins, at most %d sessions open", reasons, upstream.Count(http.MethodPost, ""), most.Load())
	if n := upstream.Count(http.MethodPost, ""); n != 1 || most.Load() != 1 {
		t.Errorf("%d logins, at most %d sessions open at once, want one", n, most.Load())
	}
	if reasons[""] < 40 {
		t.Errorf("the job was up in %d of 60 scrapes only: %v", reasons[""], reasons)
	}
	exporter.Close()
	if n := open.Load(); n != 0 {
		t.Errorf("%d sessions are open after the end", n)
	}
}

// A login that is under way at the end is waited for, and logged out of.
func TestALoginUnderWayAtTheEndIsLoggedOutOf(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	arrived := make(chan struct{}, 10)
	upstream.set("POST /api/session", func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		time.Sleep(time.Second)
		status(http.StatusCreated, "application/json", `"late"`)(w, r)
	})
	exporter := exportertest.Start(t, exportertest.Options{Config: manyTargets(1, upstream.URL, basicAuth)})
	exporter.Scrape(100 * time.Millisecond)
	<-arrived
	exporter.Close()
	if n := upstream.Count(http.MethodDelete, "/api/session"); n != 1 {
		t.Errorf("%d logouts, want one", n)
	}
}

// Jobs that are always refused cost one login more at most, and no other job.
func TestJobsThatAreAlwaysRefusedCostNoLogins(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"vsphere", "oracle_marketplace", "oracle_content"} {
		for _, bad := range []int{1, 3, 8} {
			t.Run(fmt.Sprint(system, " ", bad), func(t *testing.T) {
				t.Parallel()
				clock := exportertest.NewClock()
				wantFewLogins(t, system, bad, clock.Now, func() { clock.Advance(15 * time.Second) })
			})
		}
		t.Run(system+" by the wall clock", func(t *testing.T) {
			t.Parallel()
			wantFewLogins(t, system, 8, time.Now, func() { time.Sleep(50 * time.Millisecond) })
		})
	}
}

// wantFewLogins scrapes fifty jobs, some of which are always refused.
func wantFewLogins(t *testing.T, system string, bad int, now func() time.Time, pass func()) {
	t.Helper()
	const jobs, scrapes = 50, 20
	simulated := exportertest.Simulate(t, simulator.Options{
		Clock: now, Latency: 2 * time.Millisecond, Load: &simulator.Load{Jobs: jobs, Systems: []string{system}},
		Intercept: func(_ string, w http.ResponseWriter, r *http.Request) bool {
			for i := range bad {
				if isAbout(r, loadJob(system, i*6+1)) {
					w.WriteHeader(http.StatusUnauthorized)
					return true
				}
			}
			return false
		},
	})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), Now: now})
	without := 0
	for range scrapes {
		e := exporter.Scrape(patient)
		if e.Sum("asyncjob_up") != float64(jobs-bad) || len(e.Series("asyncjob_query_failure", "reason", "unauthorized")) != bad {
			without++
		}
		pass()
	}
	logins := simulated.Count(system, "login")
	t.Logf("%s, %d of %d jobs always 401: %d logins, %d logouts in %d scrapes, in %d of them a healthy job was not up",
		system, bad, jobs, logins, simulated.Count(system, "logout"), scrapes, without)
	if logins > 2 {
		t.Errorf("%d logins in %d scrapes, want at most two", logins, scrapes)
	}
	if without > 0 {
		t.Errorf("in %d of %d scrapes a healthy job was not up", without, scrapes)
	}
}

// loadJob is the id of a job of a simulated load, as the URLs have it.
func loadJob(system string, number int) string {
	switch system {
	case "vsphere":
		return fmt.Sprintf("00000000-0000-4000-8000-%012d:9c7e16e9-9b8c-4c5a-a67b-a66a08b7d71c", number)
	case "oracle_marketplace":
		return fmt.Sprint(3000000 + number)
	default:
		return fmt.Sprintf("OPL%012d", number)
	}
}

// Sessions that end again and again, between scrapes and within them, cost no job.
func TestSessionsThatEndCostNoJob(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	var forget atomic.Value // of func()
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: 100, Systems: []string{"vsphere"}},
		Intercept: func(_ string, _ http.ResponseWriter, _ *http.Request) bool {
			if requests.Add(1)%150 == 0 {
				forget.Load().(func())() //nolint:forcetypeassert // stored below
			}
			return false
		},
	})
	forget.Store(simulated.ForgetLogins)
	clock := exportertest.NewClock()
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), Now: clock.Now})
	for range 20 {
		if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 100 {
			t.Errorf("%v of 100 jobs are up", up)
		}
		clock.Advance(15 * time.Second)
	}
}

// After an outage of 100 s all is read again within a minute and a scrape, whether the
// sessions outlived it or not, and whether the exporter was logged in before or not.
func TestAnOutageIsOverSoon(t *testing.T) {
	t.Parallel()
	for name, outage := range map[string]struct {
		loggedIn bool
		answer   answer
	}{
		"503, logged in": {true, html(503)}, "503": {false, html(503)},
		"no connection, logged in": {true, reset}, "no connection": {false, reset},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := exportertest.NewClock()
			var down atomic.Bool
			simulated := exportertest.Simulate(t, simulator.Options{
				Clock: clock.Now, Load: &simulator.Load{Jobs: 10, Systems: []string{"vsphere"}},
				Intercept: func(_ string, w http.ResponseWriter, r *http.Request) bool {
					if down.Load() {
						outage.answer(w, r)
					}
					return down.Load()
				},
			})
			exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), Now: clock.Now})
			const interval = 15 * time.Second
			if outage.loggedIn {
				exporter.Scrape(patient)
			}
			down.Store(true)
			for range 7 { // 105 s
				exporter.Scrape(patient)
				clock.Advance(interval)
			}
			simulated.ForgetLogins()
			down.Store(false)
			ended := clock.Now()
			for exporter.Scrape(patient).Sum("asyncjob_up") != 10 && clock.Now().Sub(ended) < 10*time.Minute {
				clock.Advance(interval)
			}
			took := clock.Now().Sub(ended)
			t.Logf("%s: from the end of the outage to the first good scrape: %s, %d logins", name, took, simulated.Count("vsphere", "login"))
			if took > time.Minute+interval {
				t.Errorf("from the end of the outage to the first good scrape: %s", took)
			}
		})
	}
}

// An account's token that is refused below another login is fetched anew, once.
func TestARefusedAccountTokenIsFetchedAnew(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	var issued, revoked atomic.Int32
	upstream.set("POST /token", func(w http.ResponseWriter, r *http.Request) {
		jsonBody(fmt.Sprintf(`{"access_token":"account-%d","expires_in":604800}`, issued.Add(1)))(w, r)
	})
	upstream.set("POST /api/session", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer account-%d", issued.Load()) || issued.Load() <= revoked.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		status(http.StatusCreated, "application/json", `"s"`)(w, r)
	})
	var ended atomic.Bool
	upstream.setSession("s0", `{"state":"ACTIVE"}`)
	upstream.set(sessionPath+"s0", func(w http.ResponseWriter, r *http.Request) {
		if ended.CompareAndSwap(true, false) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		jsonBody(`{"state":"ACTIVE"}`)(w, r)
	})
	clock := exportertest.NewClock()
	exporter := exportertest.Start(t, exportertest.Options{
		Now:    clock.Now,
		Config: manyTargets(1, upstream.URL, "oauth2: {client_id: c, client_secret: s, token_url: "+upstream.URL+"/token}"),
	})
	up := func(step string) {
		t.Helper()
		clock.Advance(10 * time.Minute)
		if got := exporter.Scrape(patient).State("t0", "s0"); got != "running" {
			t.Errorf("%s the job is %q, want running", step, got)
		}
	}
	up("at first")
	revoked.Store(1)
	ended.Store(true)
	up("after the account's token was revoked and the session ended")
	if issued.Load() != 2 {
		t.Errorf("%d tokens of the account, want 2", issued.Load())
	}
	// Where the new one is refused too, it rests.
	revoked.Store(100)
	ended.Store(true)
	for range 10 {
		clock.Advance(10 * time.Second)
		exporter.Scrape(patient)
	}
	if issued.Load() != 3 || upstream.Count(http.MethodPost, "/api/session") != 5 {
		t.Errorf("%d tokens of the account and %d logins, want 3 and 5", issued.Load(), upstream.Count(http.MethodPost, "/api/session"))
	}
}

// On a vCenter that has only /rest no read ever goes to /api, while it is logged in
// to anew neither.
func TestTheFlavourOfAVCenterIsItsLogins(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	var forget atomic.Value // of func()
	simulated := exportertest.Simulate(t, simulator.Options{
		Latency: 2 * time.Millisecond, Load: &simulator.Load{Jobs: 60, FilesPerSession: 2},
		Intercept: func(_ string, _ http.ResponseWriter, r *http.Request) bool {
			if strings.HasPrefix(r.URL.Path, "/api/session") {
				time.Sleep(20 * time.Millisecond)
			}
			if requests.Add(1)%200 == 0 {
				forget.Load().(func())() //nolint:forcetypeassert // stored below
			}
			return false
		},
	}, simulator.VSphereREST())
	forget.Store(simulated.ForgetLogins)
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	for range 6 {
		if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 60 {
			t.Errorf("%v of 60 jobs are up", up)
		}
	}
	asked := 0
	for _, r := range simulated.Requests() {
		if !strings.HasPrefix(r.Path, "/api/") {
			continue
		}
		if strings.HasPrefix(r.Path, "/api/session") {
			asked++ // whether there is a login
		} else {
			t.Errorf("%s %s was asked of a vCenter that has only /rest", r.Method, r.Path)
		}
	}
	if asked != 1 {
		t.Errorf("the login of /api was tried %d times, want once", asked)
	}
}

// That a token endpoint wants the client's secret in the body, and a header of its own,
// is asked once, for all targets of the account, all tokens and all reloads. A refusal
// names the code of the standard and nothing else.
func TestOAuth2IsAskedOnceWhereTheSecretGoes(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	var inHeader, inBody atomic.Int32
	var refusing atomic.Bool
	upstream.set("POST /token", func(w http.ResponseWriter, r *http.Request) {
		_, _, basic := r.BasicAuth()
		switch {
		case refusing.Load():
			status(http.StatusBadRequest, "application/json", `{"error":"invalid_scope","error_description":"`+canary+`"}`)(w, r)
		case basic:
			inHeader.Add(1)
			status(http.StatusUnauthorized, "application/json", `{"error":"invalid_client"}`)(w, r)
		case r.FormValue("client_secret") == "secret" && r.Header.Get("X-Domain") == "tenant":
			status(http.StatusOK, "text/plain", fmt.Sprintf(`{"access_token":"token-%d","expires_in":"60.5"}`, inBody.Add(1)))(w, r)
		default:
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	for _, job := range []string{"a", "b"} {
		upstream.set(contentPath+job, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Domain") != "" || r.Header.Get("Authorization") != fmt.Sprint("Bearer token-", inBody.Load()) {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			jsonBody(`{"progress":"processing"}`)(w, r)
		})
	}
	text := "targets:\n"
	for _, job := range []string{"a", "b"} {
		text += "  - {name: " + job + ", system: oracle_content, url: " + upstream.URL + ", jobs: [{type: T, id: " + job + "}],\n" +
			"     oauth2: {client_id: id, client_secret: secret, token_url: " + upstream.URL + "/token, http_headers: {X-Domain: {values: [tenant]}}}}\n"
	}
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: text})
	for range 4 {
		if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 2 {
			t.Errorf("%v of 2 jobs are up", up)
		}
		clock.Advance(61 * time.Second)
		exporter.Reload(text)
	}
	if inHeader.Load() != 1 || inBody.Load() != 4 {
		t.Errorf("the secret was sent %d times in the header and %d times in the body, want 1 and 4", inHeader.Load(), inBody.Load())
	}
	refusing.Store(true)
	exporter.Reload(strings.ReplaceAll(text, "client_secret: secret", "client_secret: other"))
	e := exporter.Scrape(patient)
	if refused := len(e.Series("asyncjob_query_failure", "reason", "login")); refused != 2 {
		t.Errorf("%d of 2 jobs have the reason login", refused)
	}
	if log := exporter.Log.String(); !strings.Contains(log, "answered 400 Bad Request: invalid_scope: check the target's credentials (refused at") {
		t.Errorf("the log does not name the code:\n%s", linesWith(log, "logging in failed"))
	}
	wantNoCanary(t, exporter, e)
	if sent := upstream.Count(http.MethodPost, "/token"); sent != 6 {
		t.Errorf("%d requests for tokens, want one of each sort before and one that was refused", sent)
	}
}
