package web

import (
	"bytes"
	"context"
	"io"
	"iter"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
)

// chunkSize is about how many series are made and encoded at once.
const chunkSize = 8 << 10

// serveFamilies answers a scrape in the format that it asks for: the exporter's
// own families, and what a scrape found, if anything. Families are encoded as
// they are made.
func (s *server) serveFamilies(w http.ResponseWriter, r *http.Request, own []*dto.MetricFamily, found *exposition.Exposition) {
	format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
	w.Header().Set("Content-Type", string(format))
	out := &headings{w: w}
	// No name ever needs to be escaped: the encoder need not look at each of them.
	encoder := expfmt.NewEncoder(out, format.WithEscapingScheme(model.NoEscaping))
	for chunk := range chunks(own, found, format) {
		out.skip = chunk.Continued
		if err := encoder.Encode(chunk.Family); err != nil {
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

// chunks are all families of an answer. Protobuf wants each of them whole.
func chunks(own []*dto.MetricFamily, found *exposition.Exposition, format expfmt.Format) iter.Seq[exposition.Chunk] {
	return func(yield func(exposition.Chunk) bool) {
		for _, family := range own {
			if !yield(exposition.Chunk{Family: family}) {
				return
			}
		}
		if found == nil {
			return
		}
		size := chunkSize
		if kind := format.FormatType(); kind != expfmt.TypeTextPlain && kind != expfmt.TypeOpenMetrics {
			size = exposition.WholeFamilies
		}
		for chunk := range found.Chunks(size) {
			if !yield(chunk) {
				return
			}
		}
	}
}

// headings passes text on, without the lines that begin a family where skip is
// set: what follows is a family's continuation.
type headings struct {
	w    io.Writer
	skip bool
	// within tells that the last text ended within a line that is left out.
	within bool
}

// Write implements io.Writer.
func (h *headings) Write(text []byte) (int, error) {
	rest := text
	for h.skip && len(rest) > 0 {
		if !h.within && rest[0] != '#' {
			h.skip = false
			break
		}
		end := bytes.IndexByte(rest, '\n')
		h.within = end < 0
		if h.within {
			return len(text), nil
		}
		rest = rest[end+1:]
	}
	if len(rest) == 0 {
		return len(text), nil
	}
	n, err := h.w.Write(rest)
	return len(text) - len(rest) + n, err
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
