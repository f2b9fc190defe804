package collector

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// requestSeries count the upstream requests of one target. They are remembered by
// what they count, since to find them by their labels costs more than to count.
type requestSeries struct {
	numbers   *prometheus.CounterVec
	durations prometheus.ObserverVec

	mu    sync.Mutex
	known map[requestKind]countedRequests
}

// requestKind is what requests are told apart by.
type requestKind struct {
	operation upstream.Operation
	status    int
}

// countedRequests are the series of one kind.
type countedRequests struct {
	number   prometheus.Counter
	duration prometheus.Observer
}

func newRequestSeries(numbers *prometheus.CounterVec, durations prometheus.ObserverVec) *requestSeries {
	return &requestSeries{numbers: numbers, durations: durations, known: map[requestKind]countedRequests{}}
}

// count counts one request, answered with a status; 0: not at all.
func (s *requestSeries) count(operation upstream.Operation, status int, took time.Duration) {
	series := s.of(requestKind{operation, status})
	series.number.Inc()
	series.duration.Observe(took.Seconds())
}

func (s *requestSeries) of(kind requestKind) countedRequests {
	s.mu.Lock()
	defer s.mu.Unlock()
	series, ok := s.known[kind]
	if !ok {
		operation := string(kind.operation)
		series = countedRequests{s.numbers.WithLabelValues(operation, upstream.Code(kind.status)), s.durations.WithLabelValues(operation)}
		s.known[kind] = series
	}
	return series
}
