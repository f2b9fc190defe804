package web

import (
	"context"
	"iter"
	"net/http"
	"slices"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// serveFamilies answers a scrape in the format that it asks for. Families are
// encoded one by one, as they are made.
func (s *server) serveFamilies(w http.ResponseWriter, r *http.Request, families iter.Seq[*dto.MetricFamily]) {
	format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
	w.Header().Set("Content-Type", string(format))
	// No name ever needs to be escaped: the encoder need not look at each of them.
	encoder := expfmt.NewEncoder(w, format.WithEscapingScheme(model.NoEscaping))
	for family := range families {
		if err := encoder.Encode(family); err != nil {
			s.Logger.Debug("answering a scrape", "err", err) // the client went away
			return
		}
	}
	if closer, ok := encoder.(expfmt.Closer); ok {
		if err := closer.Close(); err != nil {
			s.Logger.Debug("answering a scrape", "err", err)
		}
	}
}

// metrics serves the exporter's own metrics and, unless that is switched off,
// all jobs of all targets.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Budget.of(r.Header))
	defer cancel()
	jobs := func(func(*dto.MetricFamily) bool) {}
	if s.MetricsJobs {
		jobs = s.Collector.Scrape(ctx).Families()
	} else {
		s.Collector.Overview(ctx) // reads the job files, whose validity is the exporter's own metric
	}
	own, err := s.Registry.Gather()
	if err != nil {
		s.Logger.Error("gathering the exporter's own metrics", "err", err)
	}
	s.serveFamilies(w, r, both(slices.Values(own), jobs))
}

// both yields what two sequences yield, one after the other.
func both[Item any](first, second iter.Seq[Item]) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		for _, sequence := range []iter.Seq[Item]{first, second} {
			for item := range sequence {
				if !yield(item) {
					return
				}
			}
		}
	}
}
