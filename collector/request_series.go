package collector

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// requestSeries are a target's series about upstream requests by their kind. To look
// them up by their labels costs more than to count with them.
type requestSeries struct {
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
	number  prometheus.Counter
	seconds prometheus.Observer
}

func (s *requestSeries) find(m *targetMetrics, kind requestKind) countedRequests {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.known[kind]
	if !ok {
		operation := string(kind.operation)
		found = countedRequests{m.requests.WithLabelValues(operation, upstream.Code(kind.status)), m.durations.WithLabelValues(operation)}
		if s.known == nil {
			s.known = map[requestKind]countedRequests{}
		}
		s.known[kind] = found
	}
	return found
}
