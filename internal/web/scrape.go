package web

import (
	"context"
	"io"
	"iter"
	"net/http"
	"slices"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
)

// serveFamilies answers a scrape in the format that it asks for: the exporter's
// own families, and what a scrape found, if anything. Families are encoded as
// they are made.
func (s *server) serveFamilies(w http.ResponseWriter, r *http.Request, own []*dto.MetricFamily, found *exposition.Exposition) {
	format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
	w.Header().Set("Content-Type", string(format))
	// No name ever needs to be escaped: the encoder need not look at each of them.
	encoder := expfmt.NewEncoder(w, format.WithEscapingScheme(model.NoEscaping))
	err := encode(encoder, slices.Values(own))
	if err == nil && found != nil {
		err = encodeFound(w, format, encoder, found)
	}
	if closer, ok := encoder.(expfmt.Closer); ok && err == nil {
		err = closer.Close()
	}
	if err != nil {
		s.Logger.Debug("answering a scrape", "err", err) // the client went away
	}
}

// encodeFound encodes what a scrape found, its jobs as text where text is wanted.
func encodeFound(w io.Writer, format expfmt.Format, encoder expfmt.Encoder, found *exposition.Exposition) error {
	text := exposition.PlainText
	switch format.FormatType() {
	case expfmt.TypeTextPlain:
	case expfmt.TypeOpenMetrics:
		text = exposition.OpenMetrics
	default:
		return encode(encoder, found.Families())
	}
	if err := found.WriteText(w, text); err != nil {
		return err
	}
	return encode(encoder, slices.Values(found.Targets()))
}

func encode(encoder expfmt.Encoder, families iter.Seq[*dto.MetricFamily]) error {
	for family := range families {
		if err := encoder.Encode(family); err != nil {
			return err
		}
	}
	return nil
}

// metrics serves the exporter's own metrics and, unless that is switched off,
// all jobs of all targets.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.Budget.of(r.Header))
	defer cancel()
	var jobs *exposition.Exposition
	if s.MetricsJobs {
		s.asked.note(time.Now(), true)
		jobs = s.Collector.Scrape(ctx)
	} else {
		s.Collector.Overview(ctx) // reads the job files, whose validity is the exporter's own metric
	}
	own, err := s.Registry.Gather()
	if err != nil {
		s.Logger.Error("gathering the exporter's own metrics", "err", err)
	}
	s.serveFamilies(w, r, own, jobs)
}
