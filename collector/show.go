package collector

import (
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// show puts together what was found. All series of jobs get the same label
// names, whichever target they are from.
func (c *Collector) show(g *generation, views []targetView) *exposition.Exposition {
	layout := g.layout()
	x := exposition.New(g.table, layout, exposition.TargetFamilies(g.targetLabelNames(), targetSeriesOf(views)), c.parts, c.encoding.note)
	var list exposition.List
	x.Grow(jobsIn(views))
	for _, view := range views {
		for i, e := range view.entries {
			if view.jobs[i].hidden {
				continue
			}
			x.AddJob(view.target.identity(layout, e), view.target.samples(g.table, e, view.jobs[i].View, &list))
		}
	}
	c.publishJobFiles(g)
	return x
}

func jobsIn(views []targetView) (number int) {
	for _, view := range views {
		number += len(view.entries)
	}
	return number
}

// samples are the samples of one entry as a scrape saw it. Those of a job that
// did not change since the last scrape are kept. list is room to make others in.
func (t *Target) samples(table *exposition.Table, of *entry, view exposition.View, list *exposition.List) exposition.Samples {
	if view.Job == nil {
		return table.Samples(t.settings.System, view, list, exposition.Samples{})
	}
	of.mu.Lock()
	defer of.mu.Unlock()
	key := shownKey{read: view.Job, job: of.job, target: t}
	if of.shownAs != key {
		of.shown, of.shownAs = table.Samples(t.settings.System, view, list, of.shown), key
	}
	return of.shown
}

// identity are the values of a layout's names for one job; those that it has no
// value for are empty.
func (t *Target) identity(layout *exposition.Layout, e *entry) []string {
	known := e.knownAs()
	names := layout.Configured()
	values := make([]string, 3, 3+len(names))
	values[0], values[1], values[2] = t.settings.System, t.settings.Name, known.ID
	for _, name := range names {
		value, ok := known.Labels[name]
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
			Failure: reasonOfTarget(view.failure), Duration: view.duration,
		}
		one.ClockSkew, one.ClockKnown = view.target.link.upstream.Skew()
		for _, source := range sources() {
			one.Jobs = append(one.Jobs, exposition.JobCount{Source: string(source), Number: view.known[source]})
		}
		all = append(all, one)
	}
	return all
}

// reasonOfTarget is the reason why a target is not up; empty where it is.
func reasonOfTarget(failure *upstream.Failure) job.Reason {
	if failure == nil {
		return ""
	}
	return failure.Reason
}
