// Package exposition turns jobs into metric families: it holds the table of
// metrics. It knows no upstream and no configuration.
package exposition

import (
	"iter"
	"slices"
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

// Grow makes room for so many jobs.
func (x *Exposition) Grow(jobs int) { x.jobs = slices.Grow(x.jobs, jobs) }

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

// Chunk is a family, or a part of one that has very many series.
type Chunk struct {
	Family *dto.MetricFamily
	// Continued tells that the chunk before it was of the same family.
	Continued bool
}

// Families yields all families that have series, each whole. A family may be
// used only until the next one is asked for.
func (x *Exposition) Families() iter.Seq[*dto.MetricFamily] {
	return func(yield func(*dto.MetricFamily) bool) {
		for chunk := range x.Chunks(WholeFamilies) {
			if !yield(chunk.Family) {
				return
			}
		}
	}
}

// WholeFamilies is more series than any family has, for Chunks.
const WholeFamilies = 1<<31 - 1

// Chunks is Families in parts of about most series: a format that needs no whole
// family so takes little memory, however many jobs there are.
func (x *Exposition) Chunks(most int) iter.Seq[Chunk] {
	return func(yield func(Chunk) bool) {
		started := time.Now()
		defer func() { x.encoded(len(x.jobs), time.Since(started)) }()
		parts, _ := x.parts.Get().(*seriesParts)
		defer func() {
			if parts.few() {
				x.parts.Put(parts)
			}
		}()
		walk := &walk{identities: x.identities(), next: make([]position, len(x.jobs))}
		for row := range x.table.rows {
			if !x.yieldRow(row, most, walk, parts, yield) {
				return
			}
		}
		for _, family := range x.targets {
			if !yield(Chunk{Family: family}) {
				return
			}
		}
	}
}

// walk is how far an exposition has been gone through.
type walk struct {
	// identities are the labels that all series of each job share.
	identities [][]*dto.LabelPair
	// next is the first value of each job that was not yielded yet.
	next []position
}

// position is a place in a job's samples: the index of a value, and of its first label.
type position struct{ value, label int }

// yieldRow yields the series of one row, and is false where no more are wanted.
func (x *Exposition) yieldRow(row, most int, walk *walk, parts *seriesParts, yield func(Chunk) bool) bool {
	continued := false
	for from := 0; from < len(x.jobs); {
		parts.reuse()
		chunk := Chunk{Family: gaugeFamily(x.table.rows[row].name, x.table.rows[row].help), Continued: continued}
		chunk.Family.Metric = parts.metricsOf[:0]
		for ; from < len(x.jobs) && len(chunk.Family.Metric) < most; from++ {
			chunk.Family.Metric = x.fill(chunk.Family.Metric, row, from, walk, parts)
		}
		parts.metricsOf = chunk.Family.Metric
		if len(chunk.Family.Metric) == 0 {
			continue
		}
		if !yield(chunk) {
			return false
		}
		continued = true
	}
	return true
}

// fill appends the series that one job has of one row to metrics.
func (x *Exposition) fill(metrics []*dto.Metric, row, index int, walk *walk, parts *seriesParts) []*dto.Metric {
	job, at, of := &x.jobs[index], &walk.next[index], &x.table.rows[row]
	state := 0
	for ; at.value < len(job.values) && int(job.rows[at.value]) == row; at.value++ {
		identity, value := walk.identities[index], &job.values[at.value]
		switch {
		case of.currentOnly:
			for i := range of.states {
				metrics = append(metrics, x.metric(parts, identity, row, parts.flag(i == int(*value)), parts.stateLabels(of.states[i])))
			}
		case of.states != nil:
			metrics = append(metrics, x.metric(parts, identity, row, parts.gauge(value), parts.stateLabels(of.states[state])))
			state++
		default:
			labels := job.labels[at.label : at.label+len(of.labels)]
			at.label += len(of.labels)
			metrics = append(metrics, x.metric(parts, identity, row, parts.gauge(value), parts.labels(of.labels, labels)))
		}
	}
	return metrics
}

// identities are the labels that all series of each job share. Jobs that follow one
// another have most of them in common.
func (x *Exposition) identities() [][]*dto.LabelPair {
	width := len(x.layout.names)
	all := make([]*dto.LabelPair, len(x.jobs)*width)
	identities := make([][]*dto.LabelPair, len(x.jobs))
	for i := range x.jobs {
		identities[i] = all[i*width : (i+1)*width]
		for n := range x.layout.names {
			value := &x.jobs[i].identity[n]
			if i > 0 && x.jobs[i-1].identity[n] == *value {
				identities[i][n] = identities[i-1][n]
				continue
			}
			identities[i][n] = &dto.LabelPair{Name: &x.layout.names[n], Value: value}
		}
	}
	return identities
}

// metric is one series with its labels sorted by name. own are its row's own.
func (x *Exposition) metric(parts *seriesParts, identity []*dto.LabelPair, row int, value *dto.Gauge, own []*dto.LabelPair) *dto.Metric {
	order := x.layout.orders[row]
	metric := parts.metric(len(order), value)
	for i, index := range order {
		if index < len(identity) {
			metric.Label[i] = identity[index]
		} else {
			metric.Label[i] = own[index-len(identity)]
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
