package collector

import (
	"cmp"
	"maps"
	"slices"

	dto "github.com/prometheus/client_model/go"
)

// samples are the samples of one entry as a scrape saw it. Those of a job that
// did not change since the last scrape are kept. list is room to make others in.
func (t *Target) samples(table *metricTable, of *entry, view jobView, list *seriesList) jobSamples {
	if view.job == nil {
		return table.samples(t.settings.System, view, list)
	}
	key := shownKey{job: view.job, firstSeen: view.firstSeen, name: view.name, settings: t}
	of.mu.Lock()
	defer of.mu.Unlock()
	if of.shownAs != key {
		of.shown, of.shownAs = table.samples(t.settings.System, view, list), key
	}
	return of.shown
}

// identity are the values of a layout's names for one job; those that it has no
// value for are empty.
func (t *Target) identity(layout *labelLayout, e *entry) []string {
	job := e.state().job
	values := make([]string, len(layout.names))
	values[0], values[1], values[2] = t.settings.System, t.settings.Name, job.ID
	for i, name := range layout.names[3:] {
		if value, ok := job.Labels[name]; ok {
			values[3+i] = value
		} else {
			values[3+i] = t.settings.Labels[name]
		}
	}
	return values
}

// targetFamilies are the metrics of targets.
func targetFamilies(g *generation, views []targetView) []*dto.MetricFamily {
	up := gaugeFamily("asyncjob_target_up",
		"1 if login and listing worked and, where any job was to be read, at least one read was answered.")
	duration := gaugeFamily("asyncjob_target_scrape_duration_seconds", "How long reading the target took in this scrape.")
	jobs := gaugeFamily("asyncjob_target_jobs", "Jobs known of the target, by where they are known from.")
	names := targetLabelNames(g)
	for _, view := range views {
		add := func(family *dto.MetricFamily, value float64, own ...*dto.LabelPair) {
			family.Metric = append(family.Metric, &dto.Metric{
				Label: append(own, view.target.labels(names)...),
				Gauge: &dto.Gauge{Value: &value},
			})
			sortLabels(family.Metric[len(family.Metric)-1].Label)
		}
		add(up, boolean(view.up))
		add(duration, view.duration.Seconds())
		for _, source := range sources() {
			add(jobs, float64(view.known[source]), labelPair("source", string(source)))
		}
	}
	return slices.DeleteFunc([]*dto.MetricFamily{up, duration, jobs}, func(f *dto.MetricFamily) bool { return len(f.Metric) == 0 })
}

// targetLabelNames are the names of the labels configured for targets.
func targetLabelNames(g *generation) []string {
	names := map[string]bool{}
	for _, t := range g.targets {
		for name := range t.settings.Labels {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func (t *Target) labels(names []string) []*dto.LabelPair {
	pairs := []*dto.LabelPair{labelPair("system", t.settings.System), labelPair("target", t.settings.Name)}
	for _, name := range names {
		pairs = append(pairs, labelPair(name, t.settings.Labels[name]))
	}
	return pairs
}

func sortLabels(pairs []*dto.LabelPair) {
	slices.SortFunc(pairs, func(a, b *dto.LabelPair) int { return cmp.Compare(a.GetName(), b.GetName()) })
}
