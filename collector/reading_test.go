package collector_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// reading is a collector at work, with its own clock, registry and log.
type reading struct {
	*collector.Collector
	t        *testing.T
	clock    *exportertest.Clock
	registry *prometheus.Registry
	log      *exportertest.Log
}

// replyTime is when the captured replies were captured, and when tests begin.
func replyTime() time.Time { return time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC) }

// startReading makes a collector of all systems with the targets, as targetOf
// makes them, and closes it at the end of the test.
func startReading(t *testing.T, targets ...string) *reading {
	t.Helper()
	r := &reading{t: t, clock: exportertest.NewClockAt(replyTime()), registry: prometheus.NewRegistry(), log: &exportertest.Log{}}
	made, err := collector.New(collector.Options{
		Systems: systems.Collected(), Rules: systems.Rules(), Registerer: r.registry,
		Logger: r.log.Logger(),
		Now:    r.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Collector = made
	r.apply(targets...)
	t.Cleanup(func() {
		if err := made.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r
}

// apply makes the targets the configured ones.
func (r *reading) apply(targets ...string) {
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

// scrape reads everything and checks that what comes of it is fit for Prometheus.
func (r *reading) scrape() exposed {
	r.t.Helper()
	return examined(r.t, r.Scrape(r.t.Context()))
}

// exposed are the metrics of one scrape.
type exposed struct {
	t        *testing.T
	families []*dto.MetricFamily
}

// examined copies what an Exposition lends, and checks it.
func examined(t *testing.T, x *exposition.Exposition) exposed {
	t.Helper()
	var families []*dto.MetricFamily
	for family := range x.Families() {
		families = append(families, proto.CloneOf(family))
	}
	checkExposition(t, families)
	return exposed{t, families}
}

// values are the numbers of a metric's series by one of its labels, of those
// whose other labels match: name, value, name, value...
func (e exposed) values(metric, label string, matching ...string) map[string]float64 {
	found := map[string]float64{}
	for _, family := range e.families {
		if family.GetName() != metric {
			continue
		}
		for _, m := range family.GetMetric() {
			labels := labelsOf(m)
			matches := true
			for i := 0; i < len(matching); i += 2 {
				matches = matches && labels[matching[i]] == matching[i+1]
			}
			if matches {
				found[labels[label]] = numberOf(m)
			}
		}
	}
	return found
}

// state is the one state that a job is in; empty where it is not known.
func (e exposed) state(jobID string) string {
	for state, value := range e.values("asyncjob_state", "state", "job_id", jobID) {
		if value == 1 {
			return state
		}
	}
	return ""
}

// failure is the reason that a job could not be read; empty where it could.
func (e exposed) failure(jobID string) string {
	for reason := range e.values("asyncjob_query_failure", "reason", "job_id", jobID) {
		return reason
	}
	return ""
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, pair := range m.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}

func numberOf(m *dto.Metric) float64 {
	if m.GetCounter() != nil {
		return m.GetCounter().GetValue()
	}
	return m.GetGauge().GetValue()
}
