package faults

import (
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// In an hour of scraping every 15 s, each system that is logged in to is logged
// in to once, and jobs that have finished cost next to nothing.
func TestAnHourOfScraping(t *testing.T) {
	t.Parallel()
	const (
		jobs, finished = 20, 16 // a quarter of each per system
		interval       = 15 * time.Second
		scrapes        = int(time.Hour / interval)
		finishedReads  = 6 // with a finished_ttl of 10 minutes
	)
	clock := exportertest.NewClock()
	simulated := exportertest.Simulate(t, simulator.Options{Clock: clock.Now, Load: &simulator.Load{Jobs: jobs, FinishedShare: 0.8, FilesPerSession: 1}})
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: simulated.Config()})
	for range scrapes {
		exporter.Get("/metrics")
		clock.Advance(interval)
	}
	if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != jobs {
		t.Errorf("%v of %d jobs are up", up, jobs)
	}
	for _, system := range []string{"vsphere", "oracle_marketplace", "oracle_content"} {
		if logins := simulated.Count(system, "login"); logins != 1 {
			t.Errorf("%d logins at %s in an hour, want 1", logins, system)
		}
	}
	// A session of vSphere takes two requests, every other job one.
	const running, requestsPerJob = jobs - finished, 5.0 / 4
	got := float64(simulated.Count("", "")-3) / float64(scrapes+1)
	want := requestsPerJob * (running + finished*float64(finishedReads+1)/float64(scrapes+1))
	t.Logf("%d jobs, %d of them finished: %.1f requests a scrape, three logins in an hour", jobs, finished, got)
	if got > want*1.01 {
		t.Errorf("%.2f requests a scrape, want no more than %.2f", got, want)
	}
}
