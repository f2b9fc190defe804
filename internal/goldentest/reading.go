// Package goldentest reads captured replies with the whole collector, over real
// HTTP, and compares the exposition with a golden file. A system's replies and
// goldens stand beside it, below testdata/.
package goldentest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// Reading is a collector at work, with its own clock, registry and log.
type Reading struct {
	*collector.Collector
	Clock    *exportertest.Clock
	Registry *prometheus.Registry
	Log      *exportertest.Log

	t *testing.T
}

// ReplyTime is when the captured replies were captured, and when tests begin.
func ReplyTime() time.Time { return time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC) }

// Start makes a collector of all systems with the targets, as Target makes
// them, and closes it at the end of the test.
func Start(t *testing.T, targets ...string) *Reading {
	t.Helper()
	r := &Reading{
		t: t, Clock: exportertest.NewClockAt(ReplyTime()), Registry: prometheus.NewRegistry(), Log: &exportertest.Log{},
	}
	made, err := collector.New(collector.Options{
		Registerer: r.Registry,
		Logger:     r.Log.Logger(),
		Now:        r.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Collector = made
	r.Configure(targets...)
	t.Cleanup(func() {
		if err := made.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return r
}

// Configure makes the targets the configured ones.
func (r *Reading) Configure(targets ...string) {
	r.t.Helper()
	text := "targets:\n" + strings.Join(targets, "")
	parsed, err := config.Parse([]byte(text), filepath.Join(r.t.TempDir(), "asyncjob.yml"), systems.Rules())
	if err != nil {
		r.t.Fatalf("%v\n%s", err, text)
	}
	if err := r.Apply(r.t.Context(), parsed); err != nil {
		r.t.Fatal(err)
	}
}

// Read reads everything and checks that what comes of it is fit for Prometheus.
func (r *Reading) Read() metrictest.Families {
	r.t.Helper()
	return Examined(r.t, r.Scrape(r.t.Context()))
}

// Examined copies what an Exposition lends, and checks it.
func Examined(t *testing.T, x *exposition.Exposition) metrictest.Families {
	t.Helper()
	families := metrictest.Copied(x.Families())
	metrictest.Check(t, families)
	return families
}
