package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// families are metrics that were gathered already, for promhttp.
type families []*dto.MetricFamily

// Gather returns the families in the order of their names.
func (f families) Gather() ([]*dto.MetricFamily, error) {
	slices.SortFunc(f, func(a, b *dto.MetricFamily) int {
		if a.GetName() < b.GetName() {
			return -1
		}
		return 1
	})
	return f, nil
}

// serveFamilies answers a scrape in the format that it asks for.
func (s *server) serveFamilies(w http.ResponseWriter, r *http.Request, gathered []*dto.MetricFamily) {
	promhttp.HandlerFor(families(gathered), promhttp.HandlerOpts{
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelError),
		ErrorHandling:     promhttp.ContinueOnError,
		EnableOpenMetrics: true,
	}).ServeHTTP(w, r)
}

// metrics serves the exporter's own metrics and, unless that is switched off,
// all jobs of all targets.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Budget.of(r.Header))
	defer cancel()
	var jobs []*dto.MetricFamily
	if s.MetricsJobs {
		jobs = s.Collector.Scrape(ctx)
	} else {
		s.Collector.Overview(ctx) // reads the job files, whose validity is the exporter's own metric
	}
	own, err := s.Registry.Gather()
	if err != nil {
		s.Logger.Error("gathering the exporter's own metrics", "err", err)
	}
	s.serveFamilies(w, r, append(own, jobs...))
}
