package collector

import (
	"slices"
	"sort"

	dto "github.com/prometheus/client_model/go"
)

// exposition turns views into the families of metrics that promhttp encodes.
// It builds them itself, not by a registry: a registry would check and sort
// each series of each job again with every scrape, also of the jobs that did
// not change.
type exposition struct {
	rows []expositionRow
	zero *dto.Gauge
	one  *dto.Gauge
}

// expositionRow is a metric of jobs, or of one system's jobs only.
type expositionRow struct {
	jobMetric
	// system is empty for a metric of all systems.
	system string
}

func newExposition(systems []System) *exposition {
	zero, one := 0.0, 1.0
	e := &exposition{zero: &dto.Gauge{Value: &zero}, one: &dto.Gauge{Value: &one}}
	for _, metric := range jobMetrics() {
		e.rows = append(e.rows, expositionRow{jobMetric: metric})
	}
	for _, system := range systems {
		e.rows = append(e.rows, expositionRow{jobMetric: infoMetric(system.Info()), system: system.Name()})
	}
	return e
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
func (e *exposition) layout(configured []string) *labelLayout {
	l := &labelLayout{names: append([]string{"system", "target", "job_id"}, configured...)}
	for _, row := range e.rows {
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

// series are all series of one job: metrics[i] belongs to the row rows[i].
// They are never changed, so that scrapes can share them.
type series struct {
	rows    []uint8
	metrics []*dto.Metric
}

// render makes the series of one view. values are those of the layout's names.
func (e *exposition) render(system string, view jobView, layout *labelLayout, values []string) series {
	identity := make([]*dto.LabelPair, len(layout.names))
	for i, name := range layout.names {
		identity[i] = labelPair(name, values[i])
	}
	var made series
	for i, row := range e.rows {
		write := row.ofRead
		if view.job == nil {
			write = row.ofFailed
		}
		if write == nil || row.system != "" && row.system != system {
			continue
		}
		write(view, func(value float64, labels ...string) {
			made.rows = append(made.rows, uint8(i)) //nolint:gosec // the table has some forty rows
			made.metrics = append(made.metrics, &dto.Metric{
				Label: ordered(layout.orders[i], identity, row.labels, labels),
				Gauge: e.gauge(value),
			})
		})
	}
	return made
}

// ordered are the labels of one series, sorted by name.
func ordered(order []int, identity []*dto.LabelPair, names, values []string) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, len(order))
	for i, index := range order {
		if index < len(identity) {
			pairs[i] = identity[index]
		} else {
			own := index - len(identity)
			pairs[i] = labelPair(names[own], labelValue(values[own]))
		}
	}
	return pairs
}

func labelPair(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: &name, Value: &value}
}

// gauge shares the values that most series have.
func (e *exposition) gauge(value float64) *dto.Gauge {
	switch value {
	case 0:
		return e.zero
	case 1:
		return e.one
	default:
		return &dto.Gauge{Value: &value}
	}
}

// families collects the series of many jobs into families, those without
// series left out.
func (e *exposition) families(all []series) []*dto.MetricFamily {
	sizes := make([]int, len(e.rows))
	for _, s := range all {
		for _, row := range s.rows {
			sizes[row]++
		}
	}
	families := make([]*dto.MetricFamily, len(e.rows))
	for i, row := range e.rows {
		families[i] = gaugeFamily(row.name, row.help)
		families[i].Metric = make([]*dto.Metric, 0, sizes[i])
	}
	for _, s := range all {
		for i, row := range s.rows {
			families[row].Metric = append(families[row].Metric, s.metrics[i])
		}
	}
	return slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 })
}

func gaugeFamily(name, help string) *dto.MetricFamily {
	return &dto.MetricFamily{Name: &name, Help: &help, Type: dto.MetricType_GAUGE.Enum()}
}

// LabelNames are the names of all labels that metrics of jobs and targets have,
// which a user cannot give to labels of his own.
func LabelNames(systems []System) []string {
	names := []string{"system", "target", "job_id", "source"}
	for _, row := range newExposition(systems).rows {
		names = append(names, row.labels...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
