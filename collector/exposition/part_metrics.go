package exposition

import "github.com/asyncjob-exporter/asyncjob_exporter/collector/job"

// partMetrics are those of the steps, stages or tasks of a job.
func partMetrics() []jobMetric {
	each := func(one func(part job.Part, series *List)) func(View, *List) {
		return func(view View, series *List) {
			for _, part := range view.parts {
				one(part, series)
			}
		}
	}
	return []jobMetric{{
		name:   "asyncjob_parts",
		help:   "Parts of the job (steps, stages, tasks) in each state.",
		labels: []string{"state"},
		states: job.PartStates(),
		ofRead: eachState(job.PartStates(), func(view View, state job.State) float64 {
			return numberInState(view.Job.Parts, func(p job.Part) job.State { return p.State }, state)
		}, func(view View) bool { return view.Job.Parts != nil }),
	}, {
		name:   "asyncjob_part_state",
		help:   "1 for the state that the part is in; no series for the others.",
		labels: []string{"part", "part_kind", "state"},
		ofRead: each(func(part job.Part, series *List) { series.add(1, part.Name, part.Kind, string(part.State)) }),
	}, {
		name:   "asyncjob_part_progress_ratio",
		help:   "Progress of the part, 0 to 1.",
		labels: []string{"part"},
		ofRead: each(func(part job.Part, series *List) { addRatio(series, part.Progress, part.Name) }),
	}, {
		name: "asyncjob_parts_omitted",
		help: "Parts beyond max_files, by name, which have no series of their own.",
		ofRead: func(view View, series *List) {
			if view.Job.Parts != nil {
				series.add(float64(view.partsOmitted))
			}
		},
	}}
}
