package faults

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/oraclemarketplace"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/vsphere"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// panicky is the Oracle Marketplace with a decoder that has a bug: one job's
// reply, or the list, makes it panic with a part of the reply.
type panicky struct {
	oraclemarketplace.System
	job  string
	list bool
}

func (p panicky) Connect(target *config.Target, upstream *upstream.Client) system.Reader {
	return panickyReader{p.System.Connect(target, upstream), p}
}

type panickyReader struct {
	system.Reader
	panicky
}

func (r panickyReader) Read(ctx context.Context, asked config.Job, last *job.Job) (*job.Job, error) {
	if asked.ID == r.job {
		panic("cannot decode " + canary)
	}
	return r.Reader.Read(ctx, asked, last)
}

func (r panickyReader) List(ctx context.Context, endedAfter time.Time) (system.Listing, error) {
	if r.list {
		panic("cannot decode " + canary)
	}
	lister, _ := r.Reader.(system.Lister)
	listing, err := lister.List(ctx, endedAfter)
	for i := range listing.Jobs {
		listing.Jobs[i].Found = nil // each is read by itself
	}
	return listing, err
}

func startPanicky(t *testing.T, broken panicky) (*exportertest.Exporter, *exportertest.Exposition) {
	t.Helper()
	clock := exportertest.NewClock()
	simulated := exportertest.Simulate(t, simulator.Options{Clock: clock.Now, Load: smallLoad()}, simulator.OracleMarketplace(), simulator.VSphere())
	exporter := exportertest.Start(t, exportertest.Options{
		Systems: []system.System{broken, vsphere.System{}}, Now: clock.Now,
		Config: exportertest.SetAll(t, simulated.Config(), "discovery", true),
	})
	e := exporter.Scrape(patient)
	return exporter, e
}

// A panic in a decoder is a failure of that job alone.
func TestAPanicInADecoderIsOneJobsFailure(t *testing.T) {
	t.Parallel()
	const job = "3000001"
	_, healthy := startPanicky(t, panicky{})
	exporter, e := startPanicky(t, panicky{job: job})
	if got := e.Reason("marketplace-demo", job); got != "internal" {
		t.Errorf("the reason is %q, want internal", got)
	}
	others := func(_, j string) bool { return j != job }
	wantSameLines(t, "the other jobs' series", e.Lines(others), healthy.Lines(others))
	wantNoCanary(t, exporter, e)
	if !strings.Contains(exporter.Log.String(), "panic") {
		t.Error("the log does not tell of the panic")
	}
}

// A panic while listing takes down neither the exporter nor the jobs that are
// known without the list.
func TestAPanicInAListIsTheTargetsFailure(t *testing.T) {
	t.Parallel()
	_, healthy := startPanicky(t, panicky{})
	exporter, e := startPanicky(t, panicky{list: true})
	wantValue(t, e, 0, "asyncjob_target_up", "target", "marketplace-demo")
	all := func(string, string) bool { return true }
	wantSameLines(t, "the jobs' series", e.Lines(all), healthy.Lines(all))
	wantNoCanary(t, exporter, e)
}
