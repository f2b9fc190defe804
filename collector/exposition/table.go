package exposition

import (
	"slices"
	"sort"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Table is all metrics of jobs: those of all systems and the info metrics
// of each.
type Table struct {
	rows []tableRow
}

// tableRow is a metric of jobs, or of one system's jobs only.
type tableRow struct {
	jobMetric
	// system is empty for a metric of all systems.
	system string
	// stateWords are the row's states, as its label says them.
	stateWords []string
}

// NewTable makes the table for systems, given by their names and info
// metrics. A system without one has the zero InfoMetric.
func NewTable(infos []SystemInfo) *Table {
	t := &Table{}
	for _, metric := range jobMetrics() {
		row := tableRow{jobMetric: metric}
		for _, state := range metric.states {
			row.stateWords = append(row.stateWords, string(state))
		}
		t.rows = append(t.rows, row)
	}
	for _, info := range infos {
		if info.Metric.Name != "" {
			t.rows = append(t.rows, tableRow{jobMetric: infoMetric(info.Metric), system: info.System})
		}
	}
	return t
}

// mostRows is the number of rows that a byte can tell apart.
const mostRows = 256

// Fits reports whether samples can name all rows of the table.
func (t *Table) Fits() bool { return len(t.rows) <= mostRows }

// SystemInfo is the info metric of one system.
type SystemInfo struct {
	System string
	Metric job.InfoMetric
}

// Layout is the set of label names that all series of jobs have in one
// exposition, and for each row how to put a series' labels into order.
type Layout struct {
	// names are system, target, job_id and all configured ones.
	names []string
	// orders[row] lists indexes into names followed by the row's own labels.
	orders [][]int
}

// Configured are the names that follow those that every job has.
func (l *Layout) Configured() []string { return l.names[3:] }

// Layout is the layout for the configured label names, which are sorted.
func (t *Table) Layout(configured []string) *Layout {
	l := &Layout{names: append([]string{"system", "target", "job_id"}, configured...)}
	for _, row := range t.rows {
		all := slices.Concat(l.names, row.labels)
		order := make([]int, len(all))
		for i := range order {
			order[i] = i
		}
		sort.Slice(order, func(a, b int) bool { return all[order[a]] < all[order[b]] })
		l.orders = append(l.orders, order)
	}
	return l
}

// LabelNames are the names of all labels of the table's own metrics.
func (t *Table) LabelNames() []string {
	names := []string{"system", "target", "job_id", "source"}
	for _, row := range t.rows {
		names = append(names, row.labels...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Names are the names of the table's metrics.
func (t *Table) Names() []string {
	names := make([]string, 0, len(t.rows))
	for _, row := range t.rows {
		names = append(names, row.name)
	}
	return names
}
