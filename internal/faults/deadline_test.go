package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web"
)

// hangingWorld is an exporter whose requests for which hangs is true get no
// answer, and no request times out before the scrape does.
func hangingWorld(t *testing.T, hangs func(system string, r *http.Request) bool, edit func(system string, keys map[string]any)) *exportertest.Exporter {
	t.Helper()
	return spoiltWorld(t, func(system string, r *http.Request) answer {
		if hangs(system, r) {
			return hang
		}
		return nil
	}, func(system string, keys map[string]any) {
		keys["timeout"] = "1h"
		if edit != nil {
			edit(system, keys)
		}
	})
}

// Whatever hangs, logins, tokens and lists included, the answer comes before
// the scrape's timeout, with all that is known, and the rest timed out.
func TestTheAnswerComesInTimeWhateverHangs(t *testing.T) { // not parallel to others: it measures time
	healthy := healthyWorld(t)
	for _, hanging := range []struct {
		name, system string
		hangs        func(r *http.Request) bool
		edit         func(string, map[string]any)
	}{
		{"reads of sample_exchange", "sample_exchange", func(*http.Request) bool { return true }, nil},
		{"session login of vsphere", "vsphere", isLogin, nil},
		{"session login of vsphere, before its list", "vsphere", isLogin, discovery},
		{"sessions of vsphere", "vsphere", func(r *http.Request) bool { return !isLogin(r) }, nil},
		{"files of vsphere", "vsphere", func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/file") }, nil},
		{"token exchange of oracle_marketplace", "oracle_marketplace", isLogin, nil},
		{"OAuth2 token endpoint of oracle_content", "oracle_content", isLogin, nil},
	} {
		t.Run(hanging.name, func(t *testing.T) {
			t.Parallel()
			target := smallWorld()[hanging.system]
			exporter := hangingWorld(t, func(system string, r *http.Request) bool { return system == hanging.system && hanging.hangs(r) }, hanging.edit)
			const timeout = 2 * time.Second
			e, took := exporter.Measured(timeout)
			if took > timeout {
				t.Errorf("the answer took %s, the scrape waits %s", took, timeout)
			}
			wantTargetFailed(t, e, target, "timeout", true)
			wantSameLines(t, "the other targets' series", allBut(e, target.name), allBut(healthy, target.name))
		})
	}
}

// discovery switches it on where there is such a thing.
func discovery(_ string, keys map[string]any) {
	if keys["system"] == "vsphere" || keys["system"] == "oracle_marketplace" {
		keys["discovery"] = true
	}
}

// A list that hangs leaves half of the time to the jobs that are known.
func TestAListThatHangsCostsNoJobItsRead(t *testing.T) { // not parallel to others: it measures time
	healthy := healthyWorld(t)
	for system, listed := range map[string]string{"vsphere": "-session", "oracle_marketplace": "/machineimages"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			exporter := hangingWorld(t, func(of string, r *http.Request) bool { return of == system && strings.HasSuffix(r.URL.Path, listed) }, discovery)
			const timeout = 4 * time.Second
			e, took := exporter.Measured(timeout)
			if took > timeout {
				t.Errorf("the answer took %s, the scrape waits %s", took, timeout)
			}
			wantValue(t, e, 0, "asyncjob_target_up", "target", smallWorld()[system].name)
			wantSameLines(t, "the series of all jobs", allBut(e, ""), allBut(healthy, ""))
		})
	}
}

// The time for reading is the header's value, or the flag's where the header
// is no positive number, less the offset, which is at most a fifth.
func TestTheBudgetOfAScrape(t *testing.T) { // not parallel to others: it measures time
	// slack is for everything but waiting: this is no real-time system.
	const flag, offset, slack = 800 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond
	for _, of := range []struct {
		header string
		want   time.Duration
	}{
		{"", flag - offset},
		{"NaN", flag - offset},
		{"Inf", flag - offset},
		{"+Inf", flag - offset},
		{"-Inf", flag - offset},
		{"-1", flag - offset},
		{"0", flag - offset},
		{"-0", flag - offset},
		{"ten", flag - offset},
		{"1s", flag - offset},
		{"1e300", flag - offset},
		{"1e400", flag - offset},
		{"0.2", 160 * time.Millisecond},
		{"0.05", 40 * time.Millisecond},
		{"1e-9", 0},
		{"1.4", 1300 * time.Millisecond},
	} {
		t.Run(fmt.Sprintf("header %q", of.header), func(t *testing.T) {
			t.Parallel()
			upstream := exportertest.NewUpstream(t, hang)
			exporter := exportertest.Start(t, exportertest.Options{
				Budget: web.Budget{Timeout: flag, Offset: offset},
				Config: "targets: [{name: a, system: sample_exchange, url: " + upstream.URL + ", jobs: [{id: 1}]}]",
			})
			var headers []string
			if of.header != "" {
				headers = []string{"X-Prometheus-Scrape-Timeout-Seconds", of.header}
			}
			started := time.Now()
			reply := exporter.Get("/metrics", headers...)
			took := time.Since(started)
			e, err := exportertest.Parse(reply.Body)
			if err != nil || reply.Status != http.StatusOK {
				t.Fatalf("answered %d: %v", reply.Status, err)
			}
			if took < of.want || took > of.want+slack {
				t.Errorf("the scrape took %s, want %s for reading", took, of.want)
			}
			if got := e.Reason("a", "1"); got != "timeout" {
				t.Errorf("the reason is %q, want timeout", got)
			}
		})
	}
}

// A thousand jobs on four targets, of which one is dead and one hangs: the
// answer comes before 5 s and is complete for the other two.
func TestAThousandJobsWithADeadAndAHangingTarget(t *testing.T) { // not parallel: it measures time
	const timeout = 5 * time.Second
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: 1000, FinishedShare: 0.2, FilesPerSession: 1, DataCenters: 2},
		Intercept: func(system string, _ http.ResponseWriter, r *http.Request) bool {
			if system == "oracle_content" && !isLogin(r) {
				<-goneAway(r)
				return true
			}
			return false
		},
	})
	dead := "http://" + closedPort(t)
	text := exportertest.EditTargets(t, simulated.Config(), func(system string, keys map[string]any) bool {
		if system == "sample_exchange" {
			keys["url"] = dead
		}
		return true
	})
	exporter := exportertest.Start(t, exportertest.Options{Config: text})
	e, took := exporter.Measured(timeout)
	if took >= timeout {
		t.Errorf("the answer took %s, the scrape waits %s", took, timeout)
	}
	for name, want := range map[string]struct{ up, targetUp float64 }{
		"samples-demo": {0, 0}, "content-demo": {0, 0}, "vcenter-demo": {250, 1}, "marketplace-demo": {250, 1},
	} {
		if up, all := e.Sum("asyncjob_up", "target", name), len(e.Jobs(name)); up != want.up || all != 250 {
			t.Errorf("%v of the %d jobs of %s are up, want %v of 250", up, all, name, want.up)
		}
		wantValue(t, e, want.targetUp, "asyncjob_target_up", "target", name)
	}
	for target, reason := range map[string]string{"samples-demo": "connection", "content-demo": "timeout"} {
		if failed := len(e.Series("asyncjob_query_failure", "target", target, "reason", reason)); failed != 250 {
			t.Errorf("%d of the 250 jobs of %s have the reason %s", failed, target, reason)
		}
	}
	refused := e.Sum("asyncjob_exporter_upstream_requests_total", "target", "samples-demo")
	hung := simulated.Count("oracle_content", "status")
	t.Logf("answered after %s; %v connections tried to the dead target, %d requests sent to the hanging one, 250 jobs each", took, refused, hung)
	// max_concurrency reads may be under way before the first has failed.
	const mostAtOnce = 8
	if refused > mostAtOnce || hung > mostAtOnce {
		t.Errorf("%v requests to the dead target and %d to the hanging one, want at most %d each", refused, hung, mostAtOnce)
	}
}

// A target whose reads are refused is not asked once per job.
func TestATargetIsGivenUp(t *testing.T) {
	t.Parallel()
	var jobs strings.Builder
	for i := range 100 {
		fmt.Fprintf(&jobs, "{id: %d},", i)
	}
	for _, given := range []struct {
		name   string
		answer answer
		most   int
	}{
		{"hangs after accepting", hang, 2},
		{"hangs after its headers", hangAfterHeaders, 2},
		{"drips", drip, 2},
		{"refuses static credentials", html(401), 2},
		{"429 without Retry-After", html(429), 2},
		{"429 with Retry-After", html(429, "Retry-After", "30"), 1},
		{"503 with Retry-After", html(503, "Retry-After", "30"), 1},
	} {
		t.Run(given.name, func(t *testing.T) {
			t.Parallel()
			upstream := exportertest.NewUpstream(t, given.answer)
			exporter := exportertest.Start(t, exportertest.Options{Config: `
targets:
  - name: a
    system: sample_exchange
    url: ` + upstream.URL + `
    basic_auth: {username: u, password: p}
    max_concurrency: 1
    timeout: 300ms
    jobs: [` + jobs.String() + `]
`})
			e, took := exporter.Measured(patient)
			if sent := upstream.Count("", ""); sent != given.most {
				t.Errorf("%d requests were sent for 100 jobs, want %d", sent, given.most)
			}
			reason := e.Reason("a", "0")
			if same := len(e.Series("asyncjob_query_failure", "reason", reason)); same != 100 {
				t.Errorf("%d of 100 jobs share the reason %s", same, reason)
			}
			if took > 20*time.Second {
				t.Errorf("the scrape took %s", took)
			}
		})
	}
}

// One slow job, or one that is forbidden, is no reason to give up the others.
func TestATargetThatAnswersIsNotGivenUp(t *testing.T) {
	t.Parallel()
	for name, spoiltAnswer := range map[string]answer{"hangs": hang, "401": html(401), "403": html(403), "500": html(500), "reset": reset} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			upstream := exportertest.NewUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				if isAbout(r, "2") || isAbout(r, "3") || isAbout(r, "4") {
					spoiltAnswer(w, r)
					return
				}
				_, _ = w.Write([]byte(`{"state":"RUNNING"}`))
			})
			exporter := exportertest.Start(t, exportertest.Options{Config: `
targets:
  - name: a
    system: sample_exchange
    url: ` + upstream.URL + `
    max_concurrency: 1
    timeout: 2s
    jobs: [{id: 1}, {id: 2}, {id: 3}, {id: 4}, {id: 5}, {id: 6}]
`})
			e := exporter.Scrape(patient)
			if up := e.Sum("asyncjob_up"); up != 3 {
				t.Errorf("%v of the 3 healthy jobs are up", up)
			}
			wantValue(t, e, 1, "asyncjob_target_up", "target", "a")
		})
	}
}
