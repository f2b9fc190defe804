package exposition

import (
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Samples are the series of one job without the labels that all of them
// share, in the order of the table of metrics. A job keeps them as long as it
// does not change, so they are small.
type Samples struct {
	samples []sample
	// labels are the values of the labels that the rows of the table have
	// besides: those of the first sample, then those of the second, and so on.
	labels []string
}

// sample is the value of one series.
type sample struct {
	value float64
	// row is the metric's place in the table.
	row uint8
}

// List is where the rows of the table put the series of a job. It can be
// used for one job after the other.
type List struct {
	made Samples
	// row is whose series are added, and names are its labels.
	row   uint8
	names []string
}

// add adds a series to the row's metric: its value, and the values of the
// metric's own labels, which are made to fit.
func (l *List) add(value float64, labels ...string) {
	l.made.samples = append(l.made.samples, sample{value: value, row: l.row})
	for i, label := range labels {
		l.made.labels = append(l.made.labels, job.Clean(label, longest(l.names[i])))
	}
}

// Samples are all series of one view. list is only room to work in.
func (t *Table) Samples(system string, view View, list *List) Samples {
	if view.Job != nil {
		view.shownParts = partsOf(view.Job, view.MaxFiles)
	}
	list.made.samples, list.made.labels = list.made.samples[:0], list.made.labels[:0]
	for i := range t.rows {
		row := &t.rows[i]
		write := row.ofRead
		if view.Job == nil {
			write = row.ofFailed
		}
		if write == nil || row.system != "" && row.system != system {
			continue
		}
		list.row, list.names = uint8(i), row.labels
		write(view, list)
	}
	return Samples{samples: slices.Clone(list.made.samples), labels: slices.Clone(list.made.labels)}
}

// longest is the length of a label's value, in characters.
func longest(label string) int {
	if label == "error" {
		return job.LongestErrorText
	}
	return job.LongestLabel
}
