package collector

import (
	"iter"

	dto "github.com/prometheus/client_model/go"
)

// Exposition is what one scrape found, ready to be encoded. It makes the
// protobuf form of one family at a time: of all series at once, that form takes
// more memory than everything else in the exporter.
type Exposition struct {
	table   *metricTable
	layout  *labelLayout
	jobs    []jobSeries
	targets []*dto.MetricFamily
}

// jobSeries are all series of one job.
type jobSeries struct {
	// identity are the values of the layout's names.
	identity []string
	samples  []sample
}

// Families yields all families that have series. A family may be used only
// until the next one is asked for.
func (x *Exposition) Families() iter.Seq[*dto.MetricFamily] {
	return func(yield func(*dto.MetricFamily) bool) {
		parts := newSeriesParts()
		identities := x.identities()
		next := make([]int, len(x.jobs)) // the first sample of each job that was not yielded yet
		for row := range x.table.rows {
			parts.reuse()
			family := gaugeFamily(x.table.rows[row].name, x.table.rows[row].help)
			family.Metric = x.fill(parts.metricsOf[:0], row, next, parts, identities)
			parts.metricsOf = family.Metric
			if len(family.Metric) > 0 && !yield(family) {
				return
			}
		}
		for _, family := range x.targets {
			if !yield(family) {
				return
			}
		}
	}
}

// fill appends the series of one row to metrics.
func (x *Exposition) fill(metrics []*dto.Metric, row int, next []int, parts *seriesParts, identities [][]dto.LabelPair) []*dto.Metric {
	for i := range x.jobs {
		samples := x.jobs[i].samples
		for next[i] < len(samples) && int(samples[next[i]].row) == row {
			metrics = append(metrics, x.metric(parts, identities[i], &samples[next[i]]))
			next[i]++
		}
	}
	return metrics
}

// identities are the labels that all series of each job share.
func (x *Exposition) identities() [][]dto.LabelPair {
	width := len(x.layout.names)
	all := make([]dto.LabelPair, len(x.jobs)*width)
	identities := make([][]dto.LabelPair, len(x.jobs))
	for i := range x.jobs {
		identities[i] = all[i*width : (i+1)*width]
		for n := range x.layout.names {
			identities[i][n].Name, identities[i][n].Value = &x.layout.names[n], &x.jobs[i].identity[n]
		}
	}
	return identities
}

// metric is one series with its labels sorted by name.
func (x *Exposition) metric(parts *seriesParts, identity []dto.LabelPair, s *sample) *dto.Metric {
	order := x.layout.orders[s.row]
	metric := parts.metric(len(order), &s.value)
	for i, index := range order {
		if index < len(identity) {
			metric.Label[i] = &identity[index]
		} else {
			own := index - len(identity)
			metric.Label[i] = parts.label(&x.table.rows[s.row].labels[own], &s.labels[own])
		}
	}
	return metric
}

func gaugeFamily(name, help string) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_GAUGE.Enum()}
}

func labelPair(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: &name, Value: &value}
}
