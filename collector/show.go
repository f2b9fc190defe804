package collector

import (
	"maps"
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
)

// show puts together what was found. All series of jobs get the same label
// names, whichever target they are from.
func (c *Collector) show(g *generation, views []targetView) *exposition.Exposition {
	layout := c.layoutOf(g)
	x := exposition.New(c.table, layout, exposition.TargetFamilies(targetLabelNames(g), targetSeriesOf(views)), c.parts)
	var list exposition.List
	for _, view := range views {
		for i, e := range view.entries {
			x.AddJob(view.target.identity(layout, e), view.target.samples(c.table, e, view.jobs[i], &list))
		}
	}
	c.publishJobFiles(g)
	return x
}

// layoutOf is the layout for all labels configured in a generation: the last
// one where that is still right.
func (c *Collector) layoutOf(g *generation) *exposition.Layout {
	names := map[string]bool{}
	for _, t := range g.targets {
		for _, name := range t.jobs.labels() {
			names[name] = true
		}
	}
	configured := slices.Sorted(maps.Keys(names))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.layout == nil || !slices.Equal(c.layout.Configured(), configured) {
		c.layout = c.table.Layout(configured)
	}
	return c.layout
}

// samples are the samples of one entry as a scrape saw it. Those of a job that
// did not change since the last scrape are kept. list is room to make others in.
func (t *Target) samples(table *exposition.Table, of *entry, view exposition.View, list *exposition.List) exposition.Samples {
	if view.Job == nil {
		return table.Samples(t.settings.System, view, list)
	}
	key := shownKey{job: view.Job, firstSeen: view.FirstSeen, name: view.Name, settings: t}
	of.mu.Lock()
	defer of.mu.Unlock()
	if of.shownAs != key {
		of.shown, of.shownAs = table.Samples(t.settings.System, view, list), key
	}
	return of.shown
}

// identity are the values of a layout's names for one job; those that it has no
// value for are empty.
func (t *Target) identity(layout *exposition.Layout, e *entry) []string {
	job := e.state().job
	names := layout.Configured()
	values := make([]string, 3, 3+len(names))
	values[0], values[1], values[2] = t.settings.System, t.settings.Name, job.ID
	for _, name := range names {
		value, ok := job.Labels[name]
		if !ok {
			value = t.settings.Labels[name]
		}
		values = append(values, value)
	}
	return values
}

// targetSeriesOf are the series of the targets themselves.
func targetSeriesOf(views []targetView) []exposition.Target {
	all := make([]exposition.Target, 0, len(views))
	for _, view := range views {
		settings := view.target.settings
		one := exposition.Target{
			System: settings.System, Name: settings.Name, Labels: settings.Labels,
			Up: view.up, Duration: view.duration,
		}
		for _, source := range sources() {
			one.Jobs = append(one.Jobs, exposition.JobCount{Source: string(source), Number: view.known[source]})
		}
		all = append(all, one)
	}
	return all
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
