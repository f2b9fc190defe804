package faults

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// fault is what an upstream answers a read with, and what comes of it.
type fault struct {
	name   string
	answer answer
	reason string
	// waits: the read ends with its timeout.
	waits bool
	// targetDown: nothing is an answer when all reads go wrong so.
	targetDown bool
	// spreads: one job's answer ends all reads of its target.
	spreads bool
	// spreadsWithLogin is the same for targets that are logged in to.
	spreadsWithLogin bool
}

func faults() []fault {
	const seconds, date, absurd = "120", "Fri, 02 Jan 2026 03:30:00 GMT", "999999999999"
	return []fault{
		{name: "reset", answer: reset, reason: "connection", targetDown: true},
		{name: "hang after accept", answer: hang, reason: "timeout", targetDown: true, waits: true},
		{name: "hang after headers", answer: hangAfterHeaders, reason: "timeout", targetDown: true, waits: true},
		{name: "a byte a second", answer: drip, reason: "timeout", targetDown: true, waits: true},
		{name: "body cut off", answer: cutOff, reason: "connection", targetDown: true},
		{name: "not HTTP", answer: notHTTP, reason: "connection", targetDown: true},
		{name: "broken header", answer: badHeader, reason: "connection", targetDown: true},
		{name: "401", answer: html(401), reason: "unauthorized", targetDown: true, spreadsWithLogin: true},
		{name: "403", answer: html(403), reason: "forbidden"},
		{name: "404 HTML", answer: html(404), reason: "not_found"},
		{name: "404 empty", answer: status(404, "", ""), reason: "not_found"},
		{name: "404 text", answer: status(404, "text/plain", canary), reason: "not_found"},
		{name: "404 empty object", answer: status(404, "application/json", "{}"), reason: "not_found"},
		{name: "410 HTML", answer: html(410), reason: "not_found"},
		{name: "400", answer: html(400), reason: "bad_status"},
		{name: "418", answer: html(418), reason: "bad_status"},
		{name: "304 unasked", answer: status(304, "", ""), reason: "bad_status"},
		{name: "429", answer: html(429), reason: "rate_limited"},
		{name: "429 for seconds", answer: html(429, "Retry-After", seconds), reason: "rate_limited", spreads: true},
		{name: "429 until a date", answer: html(429, "Retry-After", date), reason: "rate_limited", spreads: true},
		{name: "429 until an absurd time", answer: html(429, "Retry-After", absurd), reason: "rate_limited", spreads: true},
		{name: "429 with nonsense", answer: html(429, "Retry-After", "soon"), reason: "rate_limited"},
		{name: "500", answer: html(500), reason: "upstream_error"},
		{name: "502 HTML", answer: html(502), reason: "upstream_error"},
		{name: "503", answer: html(503), reason: "upstream_error"},
		{name: "503 for seconds", answer: html(503, "Retry-After", seconds), reason: "rate_limited", spreads: true},
		{name: "503 until a date", answer: html(503, "Retry-After", date), reason: "rate_limited", spreads: true},
		{name: "302 on the same host", answer: html(302, "Location", "/login"), reason: "redirect"},
		{name: "302 to another host", answer: html(302, "Location", "http://127.0.0.1:1/"+canary), reason: "redirect"},
		{name: "302 to nowhere", answer: html(302), reason: "redirect"},
		{name: "200 HTML", answer: html(200), reason: "decode"},
		{name: "empty body", answer: jsonBody(""), reason: "decode"},
		{name: "204", answer: status(204, "", ""), reason: "decode"},
		{name: "truncated JSON", answer: jsonBody(`{"state":"RUNNING","note":"` + canary), reason: "decode"},
		{name: "two documents", answer: jsonBody(`{"state":"RUNNING"}{"state":"` + canary + `"}`), reason: "decode"},
		{name: "a list", answer: jsonBody(`["` + canary + `"]`), reason: "decode"},
		{name: "a null", answer: jsonBody(`null`), reason: "decode"},
		{name: "nulls", answer: jsonBody(everyField("null")), reason: "decode"},
		{name: "numbers for all", answer: jsonBody(everyField("0")), reason: "decode"},
		{name: "lists for all", answer: jsonBody(everyField("[]")), reason: "decode"},
		{name: "deep nesting", answer: jsonBody(deep()), reason: "decode"},
		{name: "gzip bomb", answer: gzipBomb(1), reason: "too_large"},
		{name: "gzip garbage", answer: status(200, "application/json", canary, "Content-Encoding", "gzip"), reason: "decode"},
		{name: "gzip cut off", answer: cutGzip, reason: "decode"},
		{name: "unknown encoding", answer: status(200, "application/json", canary, "Content-Encoding", "br"), reason: "decode"},
		{name: "huge body", answer: huge, reason: "too_large"},
		{name: "huge body of unknown size", answer: hugeChunked, reason: "too_large"},
	}
}

// timeout bounds one read: what hangs, hangs so long.
func (f fault) timeout() time.Duration {
	if f.waits {
		return time.Second
	}
	return patient
}

// shorten gives the targets the fault's timeout.
func (f fault) shorten(_ string, keys map[string]any) { keys["timeout"] = f.timeout().String() }

// spoiltWorld is an exporter on a small world whose requests for which spoilt is
// true are answered otherwise.
func spoiltWorld(t *testing.T, spoilt func(system string, r *http.Request) answer, edit func(system string, keys map[string]any)) *exportertest.Exporter {
	t.Helper()
	clock := exportertest.NewClock()
	simulated := exportertest.Simulate(t, simulator.Options{
		Clock: clock.Now, Load: smallLoad(),
		Intercept: func(system string, w http.ResponseWriter, r *http.Request) bool {
			instead := spoilt(system, r)
			if instead != nil {
				instead(w, r)
			}
			return instead != nil
		},
	})
	text := exportertest.EditTargets(t, simulated.Config(), func(system string, keys map[string]any) bool {
		keys["max_response_bytes"] = mostBytes
		if edit != nil {
			edit(system, keys)
		}
		return true
	})
	return exportertest.Start(t, exportertest.Options{Config: text, Now: clock.Now})
}

// healthyWorld is what a scrape of the small world says without faults.
func healthyWorld(t *testing.T) *exportertest.Exposition {
	t.Helper()
	exporter := spoiltWorld(t, func(string, *http.Request) answer { return nil }, nil)
	defer exporter.Close()
	e := exporter.Scrape(patient)
	for system, target := range smallWorld() {
		wantValue(t, e, 1, "asyncjob_target_up", "target", target.name, "system", system)
		if up := e.Sum("asyncjob_up", "target", target.name); up != 3 {
			t.Fatalf("%v jobs of the healthy %s are up, want 3", up, target.name)
		}
	}
	return e
}

// Every fault of one job's reads has its reason, and touches no other job.
func TestAFaultOfOneJobIsThatJobsAlone(t *testing.T) {
	t.Parallel()
	healthy := healthyWorld(t)
	spoilsOne := func(r *http.Request, target simulatedTarget) bool { return isAbout(r, target.firstJob) }
	eachFault(t, spoilsOne, func(t *testing.T, f fault, target simulatedTarget, e *exportertest.Exposition) {
		if got := e.Reason(target.name, target.firstJob); got != f.reason {
			t.Errorf("the job has the reason %q, want %q", got, f.reason)
		}
		if f.spreads || f.spreadsWithLogin && target.session {
			wantSameLines(t, "the other targets' series", allBut(e, target.name), allBut(healthy, target.name))
			return
		}
		others := func(_, job string) bool { return job != target.firstJob }
		wantSameLines(t, "the other jobs' series", e.Lines(others), healthy.Lines(others))
		wantValue(t, e, 1, "asyncjob_target_up", "target", target.name)
	})
}

// Every fault of all reads of a target has its reason on all of its jobs, shows
// in the target's own metric, and touches no other target.
func TestAFaultOfATargetIsThatTargetsAlone(t *testing.T) {
	t.Parallel()
	healthy := healthyWorld(t)
	spoilsAll := func(r *http.Request, _ simulatedTarget) bool { return !isLogin(r) }
	eachFault(t, spoilsAll, func(t *testing.T, f fault, target simulatedTarget, e *exportertest.Exposition) {
		wantTargetFailed(t, e, target, f.reason, f.targetDown)
		wantSameLines(t, "the other targets' series", allBut(e, target.name), allBut(healthy, target.name))
	})
}

// eachFault scrapes a world for each fault and system in which that system
// answers so where spoils is true, and checks what came of it.
func eachFault(t *testing.T, spoils func(*http.Request, simulatedTarget) bool, check func(*testing.T, fault, simulatedTarget, *exportertest.Exposition)) {
	t.Helper()
	for _, f := range faults() {
		for _, system := range systemNames() {
			target := smallWorld()[system]
			t.Run(f.name+"/"+system, func(t *testing.T) {
				t.Parallel()
				exporter := spoiltWorld(t, func(s string, r *http.Request) answer {
					if s == system && spoils(r, target) {
						return f.answer
					}
					return nil
				}, f.shorten)
				e := exporter.Scrape(patient)
				check(t, f, target, e)
				wantNoCanary(t, exporter, e)
			})
		}
	}
}

func wantTargetFailed(t *testing.T, e *exportertest.Exposition, target simulatedTarget, reason string, down bool) {
	t.Helper()
	jobs := e.Jobs(target.name)
	if len(jobs) != 3 {
		t.Errorf("the target shows the jobs %v, want three", jobs)
	}
	for _, job := range jobs {
		if got := e.Reason(target.name, job); got != reason {
			t.Errorf("job %s has the reason %q, want %q", job, got, reason)
		}
	}
	up := 1.0
	if down {
		up = 0
	}
	wantValue(t, e, up, "asyncjob_target_up", "target", target.name)
	if failures, _ := e.Value("asyncjob_exporter_query_failures_total", "target", target.name, "reason", reason); failures != 3 {
		t.Errorf("asyncjob_exporter_query_failures_total says %v, want 3", failures)
	}
}

func wantNoCanary(t *testing.T, exporter *exportertest.Exporter, e *exportertest.Exposition) {
	t.Helper()
	for where, text := range map[string]string{"/metrics": e.Text, "the log": exporter.Log.String()} {
		if strings.Contains(text, canary) {
			t.Errorf("%s shows a part of the upstream's answer:\n%s", where, linesWith(text, canary))
		}
	}
}

func linesWith(text, part string) string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

// A target that cannot be reached at all is down with the network's reason.
func TestATargetThatCannotBeReached(t *testing.T) {
	t.Parallel()
	healthy := healthyWorld(t)
	secure := exportertest.NewTLSUpstream(t, status(200, "application/json", "{}"))
	plain := exportertest.NewUpstream(t, status(200, "application/json", "{}"))
	for name, reach := range map[string]struct {
		url, thumbprint, reason string
	}{
		"connection refused":      {url: "http://" + closedPort(t), reason: "connection"},
		"name unknown":            {url: "http://no-such-host.invalid", reason: "connection"},
		"certificate not trusted": {url: secure.URL, reason: "tls"},
		"wrong thumbprint":        {url: secure.URL, thumbprint: strings.Repeat("AB", 32), reason: "tls"},
		"no TLS at all":           {url: strings.Replace(plain.URL, "http:", "https:", 1), reason: "tls"},
	} {
		for _, system := range systemNames() {
			target := smallWorld()[system]
			t.Run(name+"/"+system, func(t *testing.T) {
				t.Parallel()
				exporter := spoiltWorld(t, func(string, *http.Request) answer { return nil }, func(s string, keys map[string]any) {
					if s == system {
						keys["url"] = reach.url
						if reach.thumbprint != "" {
							keys["tls_thumbprint"] = reach.thumbprint
						}
					}
				})
				e := exporter.Scrape(patient)
				wantTargetFailed(t, e, target, reach.reason, true)
				wantSameLines(t, "the other targets' series", allBut(e, target.name), allBut(healthy, target.name))
			})
		}
	}
	t.Cleanup(func() {
		if n := len(secure.Arrivals()) + len(plain.Arrivals()); n != 0 {
			t.Errorf("%d requests were sent to servers without the right certificate", n)
		}
	})
}

// closedPort is an address that nobody listens on.
func closedPort(t *testing.T) string {
	t.Helper()
	var listening net.ListenConfig
	listener, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
