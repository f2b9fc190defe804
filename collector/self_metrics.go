package collector

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Why a job's read was not needed: values of the label "reason".
const (
	avoidedFinished    = "finished"
	avoidedNotModified = "not_modified"
	avoidedListed      = "listed"
)

// selfMetrics are the exporter's own metrics about its reading.
type selfMetrics struct {
	requests      *prometheus.CounterVec
	durations     *prometheus.HistogramVec
	failures      *prometheus.CounterVec
	avoided       *prometheus.CounterVec
	unknownStates *prometheus.CounterVec
	jobFileValid  *prometheus.GaugeVec
}

func newSelfMetrics(registerer prometheus.Registerer) (*selfMetrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{"system", "target"}, labels...))
	}
	metrics := &selfMetrics{
		requests: counter("asyncjob_exporter_upstream_requests_total",
			"Requests sent to upstreams, by their HTTP status; code \"none\": no answer.", "operation", "code"),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:                            "asyncjob_exporter_upstream_request_duration_seconds",
			Help:                            "Time from sending an upstream request to the end of its answer or failure.",
			Buckets:                         []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{"system", "target", "operation"}),
		failures: counter("asyncjob_exporter_query_failures_total",
			"Reads of jobs that failed, by reason; reads not sent to a target that was given up count too.", "reason"),
		avoided: counter("asyncjob_exporter_reads_avoided_total",
			"Reads of jobs that needed no reply's body: finished (served from memory), not_modified (304) or listed (a list said all).", "reason"),
		unknownStates: counter("asyncjob_exporter_unknown_states_total",
			"Reads of jobs that came with a word for a state that is in no table."),
		jobFileValid: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "asyncjob_exporter_job_file_valid",
			Help: "1 where the job file was read and understood whole, 0 where its last good list is used.",
		}, []string{"path"}),
	}
	var errs []error
	for _, c := range []prometheus.Collector{
		metrics.requests, metrics.durations, metrics.failures, metrics.avoided, metrics.unknownStates, metrics.jobFileValid,
	} {
		errs = append(errs, registerer.Register(c))
	}
	return metrics, errors.Join(errs...)
}

// targetMetrics are the selfMetrics of one target.
type targetMetrics struct {
	requests      *requestSeries
	failures      *prometheus.CounterVec
	avoided       *prometheus.CounterVec
	unknownStates prometheus.Counter
}

// of returns the metrics of one target, those that alerts watch already at 0:
// a rate cannot see a counter that appears with its first increase.
func (m *selfMetrics) of(target *config.Target) (*targetMetrics, error) {
	identity := prometheus.Labels{"system": target.System, "target": target.Name}
	requests, err1 := m.requests.CurryWith(identity)
	durations, err2 := m.durations.CurryWith(identity)
	failures, err3 := m.failures.CurryWith(identity)
	avoided, err4 := m.avoided.CurryWith(identity)
	unknownStates, err5 := m.unknownStates.GetMetricWith(identity)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	for _, reason := range job.Reasons() {
		failures.WithLabelValues(string(reason))
	}
	avoided.WithLabelValues(avoidedFinished)
	avoided.WithLabelValues(avoidedNotModified)
	avoided.WithLabelValues(avoidedListed)
	return &targetMetrics{newRequestSeries(requests, durations), failures, avoided, unknownStates}, nil
}

// forget drops the metrics of a target that is not configured any more.
func (m *selfMetrics) forget(target *config.Target) {
	identity := prometheus.Labels{"system": target.System, "target": target.Name}
	m.requests.DeletePartialMatch(identity)
	m.durations.DeletePartialMatch(identity)
	m.failures.DeletePartialMatch(identity)
	m.avoided.DeletePartialMatch(identity)
	m.unknownStates.DeletePartialMatch(identity)
}
