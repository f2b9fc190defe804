package faults

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// A thousand sessions are read with one login, over many scrapes, two Prometheus
// servers at once included, and it is logged out of at the end.
func TestOneLoginForAThousandJobs(t *testing.T) {
	t.Parallel()
	const jobs, rounds = 1000, 3
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: jobs, FinishedShare: 0.9, FilesPerSession: 1},
	}, simulator.VSphere())
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	for range rounds {
		var scraping sync.WaitGroup
		for range 2 {
			scraping.Go(func() {
				reply := exporter.Get("/metrics") // not parsed: a thousand jobs are many lines
				if up := strings.Count(reply.Body, "\nasyncjob_up{"); up != jobs || strings.Contains(reply.Body, "asyncjob_query_failure{") {
					t.Errorf("%d of %d jobs are shown, or some are down", up, jobs)
				}
			})
		}
		scraping.Wait()
	}
	if logins, open := simulated.Count("vsphere", "login"), simulated.OpenSessions(); logins != 1 || open != 1 {
		t.Errorf("%d logins, %d open sessions, want one", logins, open)
	}
	exporter.Close()
	if logouts, open := simulated.Count("vsphere", "logout"), simulated.OpenSessions(); logouts != 1 || open != 0 {
		t.Errorf("%d logouts, %d sessions still open after the end, want one and none", logouts, open)
	}
}

// A session that ends in the middle of a scrape is renewed once, whatever the
// number of reads that notice, and no job is lost.
func TestALoginThatEndsInAScrapeIsRenewedOnce(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"vsphere", "oracle_marketplace", "oracle_content"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			var forget atomic.Value // of func()
			simulated := exportertest.Simulate(t, simulator.Options{
				Load: &simulator.Load{Jobs: 200, Systems: []string{system}},
				Intercept: func(_ string, _ http.ResponseWriter, _ *http.Request) bool {
					if requests.Add(1) == 100 {
						forget.Load().(func())() //nolint:forcetypeassert // stored below
					}
					return false
				},
			})
			forget.Store(simulated.ForgetLogins)
			exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
			e := exporter.Scrape(patient)
			if up := e.Sum("asyncjob_up"); up != 200 {
				t.Errorf("%v of 200 jobs are up", up)
			}
			if logins := simulated.Count(system, "login"); logins != 2 {
				t.Errorf("%d logins, want 2", logins)
			}
			// The next scrape finds the login lost again.
			simulated.ForgetLogins()
			if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != 200 {
				t.Errorf("%v of 200 jobs are up in the scrape after", up)
			}
			if logins := simulated.Count(system, "login"); logins != 3 {
				t.Errorf("%d logins after losing the login twice, want 3", logins)
			}
		})
	}
}

// An upstream that accepts logins but refuses what comes of them is not logged
// in to for each job, nor over and over.
func TestALoginThatIsAcceptedButRefusedIsNotRepeatedForEachJob(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"vsphere", "oracle_marketplace", "oracle_content"} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			simulated := exportertest.Simulate(t, simulator.Options{
				Load: &simulator.Load{Jobs: 200, Systems: []string{system}},
				Intercept: func(_ string, w http.ResponseWriter, r *http.Request) bool {
					if isLogin(r) {
						return false
					}
					w.WriteHeader(http.StatusUnauthorized)
					return true
				},
			})
			exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
			const scrapes = 10
			for range scrapes {
				e := exporter.Scrape(patient)
				if refused := len(e.Series("asyncjob_query_failure", "reason", "unauthorized")); refused != 200 {
					t.Fatalf("%d of 200 jobs have the reason unauthorized", refused)
				}
				if up := e.Sum("asyncjob_target_up"); up != 0 {
					t.Fatalf("target_up is %v, want 0", up)
				}
			}
			logins, reads := simulated.Count(system, "login"), simulated.Count(system, "status")
			t.Logf("%d scrapes of 200 jobs: %d logins, %d reads, %d sessions left open", scrapes, logins, reads, simulated.OpenSessions())
			// One login is what it takes to find out; it is tried again after a rest.
			if logins > 2 {
				t.Errorf("%d logins in %d scrapes, want no more than two", logins, scrapes)
			}
			if system == "vsphere" && simulated.OpenSessions() > 1 {
				t.Errorf("%d sessions are left open, a vCenter has a limit of 550", simulated.OpenSessions())
			}
		})
	}
}

// A reload logs out of accounts that no target uses any more, and of no others.
func TestAReloadLogsOutOfWhatNoTargetUses(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{Jobs: 3}}, simulator.VSphere())
	text := simulated.Config()
	exporter := exportertest.Start(t, exportertest.Options{Config: text})
	exporter.Scrape(patient)
	reloaded := func(step, text string, wantLogins, wantLogouts int) {
		t.Helper()
		if reply := exporter.Reload(text); reply.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", step, reply.Status, reply.Body)
		}
		exporter.Scrape(patient)
		waitFor(t, step+": logging out", func() bool { return simulated.Count("", "logout") >= wantLogouts })
		logins, logouts := simulated.Count("", "login"), simulated.Count("", "logout")
		if logins != wantLogins || logouts != wantLogouts || simulated.OpenSessions() != wantLogins-wantLogouts {
			t.Errorf("%s: %d logins, %d logouts, %d open sessions, want %d, %d and %d",
				step, logins, logouts, simulated.OpenSessions(), wantLogins, wantLogouts, wantLogins-wantLogouts)
		}
	}
	set := func(key string, value any) string { return exportertest.SetAll(t, text, key, value) }
	reloaded("nothing changed", text, 1, 0)
	reloaded("labels changed", set("labels", map[string]any{"team": "x"}), 1, 0)
	reloaded("jobs changed", set("jobs", []any{map[string]any{"id": "other"}}), 1, 0)
	reloaded("what is shown changed", set("max_files", 3), 1, 0)
	reloaded("timeout changed", set("timeout", "7s"), 1, 0)
	reloaded("name changed", exportertest.SetAll(t, set("timeout", "7s"), "name", "renamed"), 1, 0)
	reloaded("another account", exportertest.SetAll(t, text, "http_headers", map[string]any{"X-Of": map[string]any{"values": []any{"other"}}}), 2, 1)
	other := newScript(t)
	other.set(samplePath+"1", jsonBody(finishedSample))
	reloaded("target dropped", oneTarget("sample_exchange", other.URL, "jobs: [{id: 1}]"), 2, 2)
}

// A scrape under way keeps its session over a reload that drops the target.
func TestAReloadDoesNotLogOutOfAScrapeUnderWay(t *testing.T) {
	t.Parallel()
	reading, goOn := make(chan struct{}, 100), make(chan struct{})
	simulated := exportertest.Simulate(t, simulator.Options{
		Load: &simulator.Load{Jobs: 3},
		Intercept: func(_ string, _ http.ResponseWriter, r *http.Request) bool {
			if !isLogin(r) {
				reading <- struct{}{}
				<-goOn
			}
			return false
		},
	}, simulator.VSphere())
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	scraped := make(chan *exportertest.Exposition)
	go func() { scraped <- exporter.Scrape(patient) }()
	<-reading
	other := newScript(t)
	exporter.Reload(oneTarget("sample_exchange", other.URL, "jobs: [{id: 1}]"))
	if logouts := simulated.Count("", "logout"); logouts != 0 {
		t.Errorf("logged out %d times in the middle of a scrape", logouts)
	}
	close(goOn)
	if up := (<-scraped).Sum("asyncjob_up", "target", "vcenter-demo"); up != 3 {
		t.Errorf("%v of the 3 jobs of the scrape under way are up", up)
	}
	waitFor(t, "logging out after the scrape", func() bool { return simulated.OpenSessions() == 0 })
}

// Nothing of a target that is not configured any more stays on /metrics.
func TestADroppedTargetLeavesNoSeries(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{Jobs: 3}}, simulator.VSphere())
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	exporter.Scrape(patient)
	other := newScript(t)
	exporter.Reload(oneTarget("sample_exchange", other.URL, "jobs: [{id: 1}]"))
	waitFor(t, "logging out", func() bool { return simulated.Count("", "logout") == 1 })
	waitFor(t, "the dropped target's series to go away", func() bool {
		return !strings.Contains(exporter.Scrape(patient).Text, `target="vcenter-demo"`)
	})
}

// waitFor waits until something that happens in the background has happened.
func waitFor(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 3000 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("waiting for %s took too long", what)
}

// A logout that is not answered holds up neither a reload nor, for long, the end.
func TestALogoutThatHangsHoldsUpNothing(t *testing.T) {
	t.Parallel()
	upstream, other := newVCenter(t), newScript(t)
	upstream.setSession("s", `{"state":"ACTIVE"}`)
	upstream.set("DELETE /api/session", hang)
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("vsphere", upstream.URL, "jobs: [{id: s}]")})
	wantState(t, exporter.Scrape(patient), "s", "running")
	began := time.Now()
	exporter.Reload(oneTarget("sample_exchange", other.URL, "jobs: [{id: 1}]"))
	wantState(t, exporter.Scrape(patient), "1", "gone")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("a reload and a scrape took %s", took)
	}
	waitFor(t, "the logout", func() bool { return upstream.Count(http.MethodDelete, "") == 1 })
	exporter.Close() // reports what takes longer than 10 s
}
