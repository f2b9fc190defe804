// Package exposition turns jobs into metric families: it holds the table of
// metrics. It knows no upstream and no configuration.
package exposition

import (
	"iter"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
)

// Exposition is what one scrape found, ready to be encoded. It makes the
// protobuf form of one family at a time: of all series at once, that form takes
// more memory than everything else in the exporter.
type Exposition struct {
	table   *Table
	layout  *Layout
	jobs    []jobSeries
	targets []*dto.MetricFamily
	// parts has *seriesParts of earlier expositions.
	parts *sync.Pool
	// encoded is told how many jobs were encoded, and how long that took.
	encoded func(jobs int, took time.Duration)
}

// New makes an exposition without jobs. parts is a pool that
// NewPartsPool made, shared by expositions one after the other.
func New(table *Table, layout *Layout, targets []*dto.MetricFamily, parts *sync.Pool, encoded func(jobs int, took time.Duration)) *Exposition {
	return &Exposition{table: table, layout: layout, targets: targets, parts: parts, encoded: encoded}
}

// NewPartsPool makes what expositions share to allocate less.
func NewPartsPool() *sync.Pool {
	return &sync.Pool{New: func() any { return newSeriesParts() }}
}

// AddJob adds the series of one job. identity are the values of the layout's names.
func (x *Exposition) AddJob(identity []string, samples Samples) {
	x.jobs = append(x.jobs, jobSeries{identity: identity, Samples: samples})
}

// jobSeries are all series of one job.
type jobSeries struct {
	// identity are the values of the layout's names.
	identity []string
	Samples
}

// position is a place in a job's samples: the index of a sample, and of its first label.
type position struct{ sample, label int }

// Families yields all families that have series. A family may be used only
// until the next one is asked for.
func (x *Exposition) Families() iter.Seq[*dto.MetricFamily] {
	return func(yield func(*dto.MetricFamily) bool) {
		started := time.Now()
		defer func() { x.encoded(len(x.jobs), time.Since(started)) }()
		parts, _ := x.parts.Get().(*seriesParts)
		defer func() {
			if parts.few() {
				x.parts.Put(parts)
			}
		}()
		identities := x.identities()
		next := make([]position, len(x.jobs)) // of the first sample of each job that was not yielded yet
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
func (x *Exposition) fill(metrics []*dto.Metric, row int, next []position, parts *seriesParts, identities [][]dto.LabelPair) []*dto.Metric {
	width := len(x.table.rows[row].labels)
	for i := range x.jobs {
		job, at := &x.jobs[i], &next[i]
		for at.sample < len(job.samples) && int(job.samples[at.sample].row) == row {
			labels := job.labels[at.label : at.label+width]
			metrics = append(metrics, x.metric(parts, identities[i], &job.samples[at.sample], labels))
			at.sample++
			at.label += width
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

// metric is one series with its labels sorted by name. labels are the values of its row's own.
func (x *Exposition) metric(parts *seriesParts, identity []dto.LabelPair, s *sample, labels []string) *dto.Metric {
	order := x.layout.orders[s.row]
	metric := parts.metric(len(order), &s.value)
	for i, index := range order {
		if index < len(identity) {
			metric.Label[i] = &identity[index]
		} else {
			own := index - len(identity)
			metric.Label[i] = parts.label(&x.table.rows[s.row].labels[own], &labels[own])
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
