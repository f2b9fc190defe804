package exposition

import (
	"slices"
	"unique"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Samples are the series of one job without the labels that all of them share,
// in the order of the table of metrics. A job keeps them as long as it does not
// change, and there may be a hundred thousand, so they are small: labels that
// follow from the row are not stored, and rows are shared by jobs that are alike.
type Samples struct {
	// rows are the places in the table of the metrics, a byte for each value.
	rows   string
	values []float64
	// labels are the values of the labels that the rows of the table have
	// besides: those of the first value, then those of the second, and so on.
	labels []string
}

// List is where the rows of the table put the series of a job. It can be
// used for one job after the other.
type List struct {
	rows   []byte
	values []float64
	labels []string
	// row is whose series are added, and names are its labels.
	row   uint8
	names []string
}

// add adds a series to the row's metric: its value, and the values of the
// metric's own labels, which are made to fit. A row of states has no labels here.
func (l *List) add(value float64, labels ...string) {
	l.rows = append(l.rows, l.row)
	l.values = append(l.values, value)
	for i, label := range labels {
		l.labels = append(l.labels, job.Clean(label, longest(l.names[i])))
	}
}

// Samples are all series of one view. list is only room to work in. before are
// the job's last ones, with which the new ones share what is the same: mostly some
// values change, and the labels do not.
func (t *Table) Samples(system string, view View, list *List, before Samples) Samples {
	if view.Job != nil {
		view.shownParts = partsOf(view.Job, view.MaxFiles)
	}
	list.rows, list.values, list.labels = list.rows[:0], list.values[:0], list.labels[:0]
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
	made := before
	if before.rows != string(list.rows) {
		made.rows = unique.Make(string(list.rows)).Value()
	}
	if !slices.Equal(before.values, list.values) {
		made.values = slices.Clone(list.values)
	}
	if !slices.Equal(before.labels, list.labels) {
		made.labels = slices.Clone(list.labels)
	}
	return made
}

// longest is the length of a label's value, in characters.
func longest(label string) int {
	if label == "error" {
		return job.LongestErrorText
	}
	return job.LongestLabel
}
