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

// Exposition is what one scrape found, ready to be encoded: as text, or in
// the protobuf form of one family at a time. Of all series at once, that form takes
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

// Families yields all families that have series. A family may be used only until
// the next one is asked for.
func (x *Exposition) Families() iter.Seq[*dto.MetricFamily] {
	return func(yield func(*dto.MetricFamily) bool) {
		if !x.jobFamilies(yield) {
			return
		}
		for _, family := range x.targets {
			if !yield(family) {
				return
			}
		}
	}
}

// Targets are the families of the targets themselves.
func (x *Exposition) Targets() []*dto.MetricFamily { return x.targets }

// jobFamilies yields the families of jobs, and is false where no more are wanted.
func (x *Exposition) jobFamilies(yield func(*dto.MetricFamily) bool) bool {
	started := time.Now()
	defer func() { x.encoded(len(x.jobs), time.Since(started)) }()
	parts, _ := x.parts.Get().(*seriesParts)
	defer func() {
		if parts.few() {
			x.parts.Put(parts)
		}
	}()
	identities, next := x.identities(), make([]position, len(x.jobs))
	for row := range x.table.rows {
		parts.reuse()
		family := gaugeFamily(x.table.rows[row].name, x.table.rows[row].help)
		family.Metric = parts.metricsOf[:0]
		for i := range x.jobs {
			x.jobs[i].series(x.table, row, &next[i], func(value float64, own []string) {
				family.Metric = append(family.Metric, x.metric(parts, identities[i], row, value, own))
			})
		}
		parts.metricsOf = family.Metric
		if len(family.Metric) > 0 && !yield(family) {
			return false
		}
	}
	return true
}

// position is how far a job's samples were gone through: the index of a value, and
// of its first label.
type position struct{ value, label int }

// series calls yield with each series that the job has of one row: its value, and
// the values of the row's own labels. at is where the row's samples begin, and
// moves on behind them.
func (j *jobSeries) series(table *Table, row int, at *position, yield func(value float64, own []string)) {
	of, state := &table.rows[row], 0
	for ; at.value < len(j.values) && int(j.rows[at.value]) == row; at.value++ {
		value := j.values[at.value]
		switch {
		case of.currentOnly:
			for i := range of.states {
				yield(flag(i == int(value)), of.stateWords[i:i+1])
			}
		case of.states != nil:
			yield(value, of.stateWords[state:state+1])
			state++
		default:
			yield(value, j.labels[at.label:at.label+len(of.labels)])
			at.label += len(of.labels)
		}
	}
}

// flag is 1 or 0.
func flag(set bool) float64 {
	if set {
		return 1
	}
	return 0
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

// metric is one series with its labels sorted by name. own are the values of its row's own.
func (x *Exposition) metric(parts *seriesParts, identity []*dto.LabelPair, row int, value float64, own []string) *dto.Metric {
	order := x.layout.orders[row]
	metric := parts.metric(len(order), value)
	for i, index := range order {
		if index < len(identity) {
			metric.Label[i] = identity[index]
		} else {
			index -= len(identity)
			metric.Label[i] = parts.label(&x.table.rows[row].labels[index], &own[index])
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
