package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// soakFor is how long TestSoak runs: ASYNCJOB_SOAK=10m, or a few seconds.
func soakFor(t *testing.T) (total, interval time.Duration) {
	t.Helper()
	given := os.Getenv("ASYNCJOB_SOAK")
	if given == "" {
		return 8 * time.Second, 200 * time.Millisecond
	}
	total, err := time.ParseDuration(given)
	if err != nil {
		t.Fatalf("ASYNCJOB_SOAK: %v", err)
	}
	return total, time.Second
}

// soaking is an exporter that is scraped, probed, reloaded and lied to.
type soaking struct {
	// short spares the logins: one that hangs does so for longer than that.
	short     bool
	exporter  *exportertest.Exporter
	simulated *simulator.Simulator
	configs   []string
	calm      atomic.Bool
	scrapes   atomic.Int64
	reloads   atomic.Int64
	abandoned atomic.Int64
	injected  atomic.Int64
	slowest   atomic.Int64
}

// Scraped for long under random faults and reloads, the exporter answers every
// scrape in time, and neither its goroutines nor its memory grow.
func TestSoak(t *testing.T) { // not parallel: it counts goroutines
	total, interval := soakFor(t)
	s := startSoaking(t, total < time.Minute)
	s.run(t, total/4, interval)
	goroutines, memory := s.rest(t)
	s.run(t, total-total/4, interval)
	goroutinesLater, memoryLater := s.rest(t)

	grown := float64(memoryLater-memory) / (1 << 20)
	t.Logf("%s: %d scrapes (the slowest %s), %d abandoned, %d reloads, %d faults in %d upstream requests; goroutines %d, then %d; heap %.1f MiB, then %+.1f",
		total, s.scrapes.Load(), time.Duration(s.slowest.Load()).Round(time.Millisecond), s.abandoned.Load(), s.reloads.Load(), s.injected.Load(),
		s.simulated.Count("", ""), goroutines, goroutinesLater, float64(memory)/(1<<20), grown)
	if goroutinesLater > goroutines {
		t.Errorf("%d goroutines more", goroutinesLater-goroutines)
	}
	if grown > 8 {
		t.Errorf("the heap grew by %.1f MiB", grown)
	}
	s.calm.Store(true)
	waitFor(t, "all targets to recover", func() bool {
		time.Sleep(200 * time.Millisecond)
		e := s.exporter.Scrape(soakTimeout)
		return len(e.Series("asyncjob_target_up")) == 4 && e.Sum("asyncjob_target_up") == 4
	})
	// Not all sessions are logged out of: some are lost to injected faults, abandoned scrapes and pauses.
	s.exporter.Close()
	t.Logf("%d logins, %d sessions still open after the end", s.simulated.Count("vsphere", "login"), s.simulated.OpenSessions())
}

const soakTimeout = 3 * time.Second

func startSoaking(t *testing.T, short bool) *soaking {
	t.Helper()
	s := &soaking{short: short}
	s.simulated = exportertest.Simulate(t, simulator.Options{SessionTTL: 20 * time.Second, TokenTTL: 15 * time.Second, Intercept: s.intercept})
	full := exportertest.SetAll(t, s.simulated.Config(), "timeout", "1s")
	s.configs = []string{
		full,
		exportertest.SetAll(t, full, "max_concurrency", 3),
		exportertest.SetAll(t, full, "finished_ttl", "2s"),
		exportertest.SetAll(t, full, "labels", map[string]any{"team": "soaked"}),
		exportertest.EditTargets(t, full, func(system string, _ map[string]any) bool { return system != "vsphere" }),
		"targets: [{name: a, system: nothing}]",
		full,
	}
	s.exporter = exportertest.Start(t, exportertest.Options{Config: full})
	return s
}

// intercept spoils one request in ten.
func (s *soaking) intercept(_ string, w http.ResponseWriter, r *http.Request) bool {
	if s.short && isLogin(r) {
		return false
	}
	if s.calm.Load() || rand.IntN(10) != 0 {
		return false
	}
	s.injected.Add(1)
	answers := []answer{
		html(401), html(403), html(500), html(502), html(503), html(404), html(200), jsonBody(""), jsonBody("null"), jsonBody(everyField("[]")),
		html(429), html(429, "Retry-After", "1"), html(503, "Retry-After", "1"), html(302, "Location", "http://127.0.0.1:1/"),
		reset, hang, hangAfterHeaders, drip, notHTTP, cutGzip, hugeChunked,
		func(w http.ResponseWriter, r *http.Request) { s.simulated.ForgetLogins(); html(401)(w, r) },
	}
	chosen := rand.IntN(len(answers))
	if isLogin(r) && (chosen < 2 || chosen == len(answers)-1) {
		chosen = 2 // a login that is refused rests for longer than all of this
	}
	answers[chosen](w, r)
	return true
}

// run scrapes with two servers at once, and does everything else beside.
func (s *soaking) run(t *testing.T, total, interval time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), total)
	defer stop()
	var working sync.WaitGroup
	every := func(interval time.Duration, work func()) {
		working.Go(func() {
			ticker := time.NewTicker(interval)
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
					work()
				}
			}
		})
	}
	for range 2 {
		every(interval, func() { s.scrape(t) })
	}
	every(interval, func() { s.scrapeShards(t) })
	every(interval, func() { s.look(t) })
	every(2*interval, func() { s.abandon(ctx) })
	every(5*interval, func() { s.reload(t) })
	working.Wait()
}

func (s *soaking) scrape(t *testing.T) {
	_, took := s.exporter.Measured(soakTimeout) // reports all but a whole answer of status 200
	s.scrapes.Add(1)
	for {
		slowest := s.slowest.Load()
		if int64(took) <= slowest || s.slowest.CompareAndSwap(slowest, int64(took)) {
			break
		}
	}
	if took > soakTimeout {
		t.Errorf("a scrape of %s took %s", soakTimeout, took)
	}
}

// scrapeShards reads all jobs as a sharded set-up does: two scrapes at once, each of
// half of them.
func (s *soaking) scrapeShards(t *testing.T) {
	var shards sync.WaitGroup
	for shard := range 2 {
		shards.Go(func() {
			began := time.Now()
			s.exporter.Probe(fmt.Sprintf("shard=%d/2", shard), soakTimeout)
			if took := time.Since(began); took > soakTimeout {
				t.Errorf("a shard's scrape of %s took %s", soakTimeout, took)
			}
			s.scrapes.Add(1)
		})
	}
	shards.Wait()
}

// look asks for all other pages.
func (s *soaking) look(t *testing.T) {
	paths := []string{
		"/probe?target=samples-demo", "/probe?target=samples-demo&job_id=" + fmt.Sprint(rand.IntN(5000)),
		"/probe?target=marketplace-demo&debug=true", "/sd?by=job", "/jobs", "/config",
	}
	path := paths[rand.IntN(len(paths))]
	if reply := s.exporter.Get(path, exportertest.TimeoutHeader(soakTimeout)...); reply.Status != http.StatusOK {
		t.Errorf("%s: %d %s", path, reply.Status, reply.Body)
	}
}

// abandon begins a scrape and goes away.
func (s *soaking) abandon(ctx context.Context) {
	ctx, goAway := context.WithTimeout(ctx, time.Duration(rand.IntN(50))*time.Millisecond)
	defer goAway()
	_, _ = s.exporter.Try(ctx, http.MethodGet, "/metrics")
	s.abandoned.Add(1)
}

// reload takes one configuration after the other, of which one is refused.
func (s *soaking) reload(t *testing.T) {
	text := s.configs[int(s.reloads.Add(1))%len(s.configs)]
	want := http.StatusOK
	if strings.Contains(text, "system: nothing") {
		want = http.StatusInternalServerError
	}
	if reply := s.exporter.Reload(text); reply.Status != want {
		t.Errorf("reloading: %d %s, want %d", reply.Status, reply.Body, want)
	}
	s.exporter.Log.Forget()
}

// rest drops all targets, waits until nothing is under way, and counts what is
// left. Connections that are kept for later would make the count uncertain.
func (s *soaking) rest(t *testing.T) (goroutines int, memory int64) {
	t.Helper()
	s.calm.Store(true)
	defer s.calm.Store(false)
	s.exporter.Reload("targets: [{name: nothing, system: sample_exchange, url: 'http://127.0.0.1:1'}]")
	last, same := 0, 0
	waitFor(t, "the number of goroutines to settle", func() bool {
		s.exporter.CloseIdleConnections()
		time.Sleep(50 * time.Millisecond)
		if goroutines = runtime.NumGoroutine(); goroutines != last {
			last, same = goroutines, 0
		}
		same++
		return same > 40 // two seconds, longer than anything that hangs
	})
	memory = heap()
	s.exporter.Reload(s.configs[0])
	return goroutines, memory
}
