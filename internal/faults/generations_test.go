package faults

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// gate lets one request wait, until it is opened.
type gate struct {
	armed   atomic.Bool
	arrived chan struct{}
	open    chan struct{}
}

func newGate() *gate {
	g := &gate{arrived: make(chan struct{}, 1), open: make(chan struct{})}
	g.armed.Store(true)
	return g
}

// pass returns when the gate is open, for the first request, else at once.
func (g *gate) pass() {
	if g.armed.CompareAndSwap(true, false) {
		g.arrived <- struct{}{}
		<-g.open
	}
}

// A read that is under way while "states" is reloaded was decoded by the old
// words: the next scrape neither shows it nor lets a 304 confirm it.
func TestAReadUnderWayDoesNotUndoReloadedStates(t *testing.T) {
	t.Parallel()
	for _, of := range []struct{ name, word, meant string }{
		{"a job under way", "Awaiting Approval", "pending"}, {"a finished job", "Completed", "running"},
	} {
		t.Run(of.name, func(t *testing.T) {
			t.Parallel()
			upstream, held := newScript(t), newGate()
			upstream.set(imagesPath+"/1", func(w http.ResponseWriter, r *http.Request) {
				held.pass()
				w.Header().Set("ETag", `"v1"`)
				if r.Header.Get("If-None-Match") == `"v1"` {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				jsonBody(fmt.Sprintf(`{"statusName":%q}`, of.word))(w, r)
			})
			text := func(states string) string {
				return oneTarget("oracle_marketplace", upstream.URL, "authorization: {credentials: x}", "states: "+states, "jobs: [{id: 1}]")
			}
			exporter := exportertest.Start(t, exportertest.Options{Config: text("{}")})
			var scrapes sync.WaitGroup
			scrapes.Go(func() { exporter.Scrape(patient) })
			<-held.arrived
			if reply := exporter.Reload(text(fmt.Sprintf("{%q: %s}", of.word, of.meant))); reply.Status != http.StatusOK {
				t.Fatal(reply.Body)
			}
			close(held.open)
			scrapes.Wait()
			for range 3 {
				wantState(t, exporter.Scrape(patient), "1", of.meant)
			}
		})
	}
}

// A scrape that began before a reload and ends after it does not forget what was
// learned of a new job meanwhile.
func TestAnOldScrapeForgetsNothingOfItsSuccessor(t *testing.T) {
	t.Parallel()
	upstream, held := newVCenter(t), newGate()
	upstream.setSession("old", `{"state":"ACTIVE"}`)
	upstream.set(sessionPath+"old", func(w http.ResponseWriter, r *http.Request) {
		held.pass()
		jsonBody(`{"state":"ACTIVE"}`)(w, r)
	})
	upstream.setSession("new", `{"state":"ACTIVE","library_item_id":"item","library_item_content_version":"1"}`)
	upstream.set(itemPath+"item", jsonBody(`{"content_version":"2"}`))
	text := func(jobs string) string { return oneTarget("vsphere", upstream.URL, "jobs: "+jobs) }
	exporter := exportertest.Start(t, exportertest.Options{Config: text("[{id: old}]")})
	var scrapes sync.WaitGroup
	scrapes.Go(func() { exporter.Scrape(patient) })
	<-held.arrived
	exporter.Reload(text("[{id: new}]"))
	e := exporter.Scrape(patient)
	wantState(t, e, "new", "running")
	firstSeen, _ := e.Value("asyncjob_first_seen_timestamp_seconds", "job_id", "new")
	close(held.open)
	scrapes.Wait()
	upstream.setSession("new", "") // completed and deleted
	e = exporter.Scrape(patient)
	wantState(t, e, "new", "succeeded")
	wantValue(t, e, firstSeen, "asyncjob_first_seen_timestamp_seconds", "job_id", "new")
}

// The end answers scrapes under way and logs out, though a read hangs.
func TestClosingEndsScrapesUnderWay(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	upstream.setSession("s", `{"state":"ACTIVE"}`)
	upstream.set(sessionPath+"hangs", hang)
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("vsphere", upstream.URL, "timeout: 1h", "jobs: [{id: s}, {id: hangs}]")})
	answered := make(chan exportertest.Reply, 1)
	go func() { answered <- exporter.Get("/metrics") }()
	waitFor(t, "the hanging read", func() bool { return upstream.Count("", sessionPath+"hangs") == 1 })
	waitFor(t, "the end of the other read", func() bool {
		return strings.Contains(exporter.Get("/api/v1/jobs?target=a&job_id=s").Body, `"state":"running"`)
	})
	began := time.Now()
	if err := exporter.Collector.Close(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("closing took %s", took)
	}
	reply := <-answered
	e, err := exportertest.Parse(reply.Body)
	if err != nil || reply.Status != http.StatusOK {
		t.Fatalf("the scrape under way is answered %d: %v", reply.Status, err)
	}
	wantState(t, e, "s", "running")
	wantReason(t, e, "hangs", "timeout")
	if logouts := upstream.Count("DELETE", ""); logouts != 1 {
		t.Errorf("%d logouts, want one", logouts)
	}
}

// Of 50 jobs some are refused for ever, wherever they stand: the others are read
// with every scrape.
func TestRefusedJobsBlankNoOther(t *testing.T) {
	t.Parallel()
	for _, refused := range []struct {
		name  string
		which func(i int) bool
		many  int
	}{
		{"one", func(i int) bool { return i == 1 }, 1},
		{"three apart", func(i int) bool { return i%20 == 7 }, 3},
		{"eight apart", func(i int) bool { return i < 48 && i%6 == 1 }, 8},
		{"the first eight", func(i int) bool { return i < 8 }, 8},
		{"the last eight", func(i int) bool { return i >= 42 }, 8},
	} {
		t.Run(refused.name, func(t *testing.T) {
			t.Parallel()
			clock := exportertest.NewClock()
			const first = 3_000_000 // the simulator's ids of its load
			simulated := exportertest.Simulate(t, simulator.Options{
				Clock: clock.Now, Load: &simulator.Load{Jobs: 50, Systems: []string{"oracle_marketplace"}},
				Intercept: func(_ string, w http.ResponseWriter, r *http.Request) bool {
					for i := range 50 {
						if refused.which(i) && strings.HasSuffix(r.URL.Path, fmt.Sprintf("/%d", first+i)) {
							w.WriteHeader(http.StatusUnauthorized)
							return true
						}
					}
					return false
				},
			})
			exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config(), Now: clock.Now})
			var ups []float64
			for range 20 {
				e := exporter.Scrape(patient)
				wantValue(t, e, 1, "asyncjob_target_up")
				ups = append(ups, e.Sum("asyncjob_up"))
				clock.Advance(15 * time.Second)
			}
			if wrong := slices.IndexFunc(ups, func(up float64) bool { return up != float64(50-refused.many) }); wrong >= 0 {
				t.Errorf("of 50 jobs of which %d are refused these many are up: %v", refused.many, ups)
			}
			t.Logf("%d logins in 20 scrapes", simulated.Count("oracle_marketplace", "login"))
		})
	}
}

// Many finished jobs and one target that hangs: the answer is whole before the
// scrape's timeout, since the time for encoding it is kept back.
func TestManyFinishedJobsBesideAHangingTarget(t *testing.T) {
	const many = 4_000
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{
		Jobs: many, FinishedShare: 1, DataCenters: 4, Systems: []string{"oracle_marketplace"},
	}}, simulator.OracleMarketplace())
	dead := exportertest.NewUpstream(t, hang)
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config() + fmt.Sprintf(`
  - {name: a, system: sample_exchange, timeout: 60s, url: %q, jobs: [{id: 1}]}
`, dead.URL)})
	const timeout = 5 * time.Second
	waitFor(t, "all jobs to be read once", func() bool { return exporter.Scrape(timeout).Sum("asyncjob_up") == many })
	for range 2 {
		e, took := exporter.Measured(timeout)
		if took > timeout {
			t.Errorf("answered after %s", took)
		}
		if up := e.Sum("asyncjob_up"); up != many {
			t.Errorf("%v jobs are up", up)
		}
		wantReason(t, e, "1", "timeout")
	}
}
