package collector

import (
	"slices"
	"sort"
)

// metricTable is all metrics of jobs: those of all systems and the info metrics
// of each.
type metricTable struct {
	rows []tableRow
}

// tableRow is a metric of jobs, or of one system's jobs only.
type tableRow struct {
	jobMetric
	// system is empty for a metric of all systems.
	system string
}

func newMetricTable(systems []System) *metricTable {
	t := &metricTable{}
	for _, metric := range jobMetrics() {
		t.rows = append(t.rows, tableRow{jobMetric: metric})
	}
	for _, system := range systems {
		t.rows = append(t.rows, tableRow{jobMetric: infoMetric(system.Info()), system: system.Name()})
	}
	return t
}

// labelLayout is the set of label names that all series of jobs have in one
// exposition, and for each row how to put a series' labels into order.
type labelLayout struct {
	// names are system, target, job_id and all configured ones.
	names []string
	// orders[row] lists indexes into names followed by the row's own labels.
	orders [][]int
}

// layout is the layout for the configured label names, which are sorted.
func (t *metricTable) layout(configured []string) *labelLayout {
	l := &labelLayout{names: append([]string{"system", "target", "job_id"}, configured...)}
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

// LabelNames are the names of all labels that the exporter gives to its metrics,
// which a user cannot give to labels of his own.
func LabelNames(systems []System) []string {
	names := []string{"system", "target", "job_id", "source", "operation", "code", "path"}
	for _, row := range newMetricTable(systems).rows {
		names = append(names, row.labels...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
