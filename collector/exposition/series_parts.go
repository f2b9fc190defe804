package exposition

import (
	dto "github.com/prometheus/client_model/go"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// seriesParts is what the series of a family are made of. It is used again for
// the next family and, if it is not large, the next scrape: made anew each time,
// these parts would be most of what a scrape allocates.
type seriesParts struct {
	metrics pool[dto.Metric]
	pairs   pool[dto.LabelPair]
	gauges  pool[gauge]
	// metricsOf is the list of the family's metrics.
	metricsOf []*dto.Metric
	// free is room for the labels of metrics that are used for the first time.
	free []*dto.LabelPair
	// zero, one and states are what most series have.
	zero   *dto.Gauge
	one    *dto.Gauge
	states map[string]*dto.LabelPair
}

func newSeriesParts() *seriesParts {
	zero, one := 0.0, 1.0
	parts := &seriesParts{zero: &dto.Gauge{Value: &zero}, one: &dto.Gauge{Value: &one}, states: map[string]*dto.LabelPair{}}
	for _, state := range job.States() {
		parts.states[string(state)] = labelPair("state", string(state))
	}
	return parts
}

// reuse makes all parts free again.
func (p *seriesParts) reuse() {
	p.metrics.taken, p.pairs.taken, p.gauges.taken = 0, 0, 0
}

// mostKept is the number of series in one family up to which the parts are kept
// between scrapes: the states of a thousand jobs.
const mostKept = 16 * poolChunk

// few reports whether the parts are so few that they may be kept between scrapes.
func (p *seriesParts) few() bool { return len(p.metrics.chunks)*poolChunk <= mostKept }

// metric returns a series with a value and room for so many labels.
func (p *seriesParts) metric(labels int, value float64) *dto.Metric {
	metric := p.metrics.take()
	if cap(metric.Label) < labels {
		metric.Label = p.room(labels)
	}
	metric.Label = metric.Label[:labels]
	metric.Gauge = p.gauge(value)
	return metric
}

func (p *seriesParts) room(labels int) []*dto.LabelPair {
	if len(p.free) < labels {
		p.free = make([]*dto.LabelPair, poolChunk*labels)
	}
	taken := p.free[:labels:labels]
	p.free = p.free[labels:]
	return taken
}

// gauge is a value and the form of it that points there.
type gauge struct {
	value float64
	form  dto.Gauge
}

func (p *seriesParts) gauge(value float64) *dto.Gauge {
	switch value {
	case 0:
		return p.zero
	case 1:
		return p.one
	default:
		gauge := p.gauges.take()
		gauge.value = value
		gauge.form.Value = &gauge.value
		return &gauge.form
	}
}

func (p *seriesParts) label(name, value *string) *dto.LabelPair {
	if *name == "state" {
		if state, ok := p.states[*value]; ok {
			return state
		}
	}
	pair := p.pairs.take()
	pair.Name, pair.Value = name, value
	return pair
}

// poolChunk is how many parts are allocated at once.
const poolChunk = 512

// pool hands out parts one after the other, from the beginning again when taken
// is set back to 0.
type pool[Part any] struct {
	chunks [][]Part
	taken  int
}

func (p *pool[Part]) take() *Part {
	if p.taken == len(p.chunks)*poolChunk {
		p.chunks = append(p.chunks, make([]Part, poolChunk))
	}
	part := &p.chunks[p.taken/poolChunk][p.taken%poolChunk]
	p.taken++
	return part
}
