package main

import "fmt"

// part is a kind of what a job consists of: how the three look alike.
type part struct {
	// state is its metric, with a label for its name.
	state, name string
	// progress is how far it is, by the label name.
	progress string
	// what it is called.
	what string
}

func partsKnown() []part {
	files := func(metric string) string { return maxBy(ofJob+", file", ofJobs(metric)) }
	return []part{
		{
			state: "asyncjob_part_state", name: "part", what: "part",
			progress: maxBy(ofJob+", part", ofJobs("asyncjob_part_progress_ratio")),
		},
		{
			state: "asyncjob_file_state", name: "file", what: "file",
			progress: fmt.Sprintf("%s / (%s > 0)", files("asyncjob_file_transferred_bytes"), files("asyncjob_file_size_bytes")),
		},
		{
			state: "asyncjob_data_center_state", name: "data_center", what: "data centre",
			progress: maxBy(ofJob+", data_center", ofJobs("asyncjob_data_center_progress_ratio")),
		},
	}
}

// partOrder is the order of the parts' states in a list, the worst first.
func partOrder() []string {
	return []string{"failed", "unknown", "canceled", "running", "pending", "succeeded"}
}

// partsOfAllKinds lists what any kind of job consists of, failed ones first.
func partsOfAllKinds() list {
	var rows, ratios []string
	for _, p := range partsKnown() {
		state := maxBy(ofJob+", "+p.name+", state", ofJobs(p.state)+" == 1")
		rows = append(rows, maxBy(ofJob+", piece, what, state", labeled(copied(state, "piece", p.name), "what", p.what)))
		ratios = append(ratios, maxBy(ofJob+", piece, what", labeled(copied(p.progress, "piece", p.name), "what", p.what)))
	}
	var ranks []string
	for i, word := range partOrder() {
		ranks = append(ranks, labeled(fmt.Sprintf("vector(%d)", len(partOrder())-i), "state", word))
	}
	return list{
		title: "Parts, files and data centres", nothing: "The upstream tells of no parts of this job.",
		description: "What the job consists of, failed ones first: the steps of a pipeline, the files of a session, the data centres of a machine image. 100 rows; the rows below have the rest.",
		rows: withName(fmt.Sprintf("topk(%d, (%s) * on (state) group_left () (%s))",
			rowsAtMost, lines(rows...), lines(ranks...))),
		key: ofJob + ", piece, what",
		columns: []column{
			{title: "Name", label: "piece", look: atLeast(200)},
			{title: "State", label: "state", look: badge(110, stateMapping())},
			{title: "Progress", query: lines(ratios...), look: bar(200)},
			{title: "What", label: "what", look: width(130)},
			{title: "Job", label: "job_name", look: width(170)},
		},
		dropped: []string{"system", "target", "job_id"},
		down:    true,
	}
}

// partList has the parts of a described system with their kinds.
func partList() list {
	of := func(metric string) string { return maxBy(ofJob+", part", ofJobs(metric)) }
	return list{
		title: "Parts", nothing: "The upstream tells of no steps, stages or tasks of this job.",
		description: "Steps, stages and tasks: their state and how far each is. Parts beyond max_files have no row.",
		rows: withName(fmt.Sprintf("topk(%d, %s)", rowsAtMost,
			maxBy(ofJob+", part, part_kind, state", ofJobs("asyncjob_part_state")+" == 1"))),
		key: ofJob + ", part",
		columns: []column{
			{title: "Part", label: "part", look: atLeast(180)},
			{title: "State", label: "state", look: badge(105, stateMapping())},
			{title: "Progress", query: of("asyncjob_part_progress_ratio"), look: bar(140)},
			{title: "Kind", label: "part_kind", look: atLeast(100)},
			{title: "Job", label: "job_name", look: atLeast(90)},
		},
		dropped: []string{"system", "target", "job_id"},
		sort:    "Part",
	}
}

func partsByState() graph {
	return graph{
		title: "Parts by state", nothing: "The upstream tells of no steps, stages or tasks of this job.", unit: "none", stacked: true, counts: true, ofStates: true,
		description: "Number of parts in each state, those without a row of their own too. Of several jobs: the sum.",
		queries: []query{
			{expr: sumBy("state", maxBy(ofJob+", state", ofJobs("asyncjob_parts"))) + " > 0", legend: "{{state}}"},
			{expr: fmt.Sprintf("sum(%s) > 0", perJob(ofJobs("asyncjob_parts_omitted"))), legend: "without a row"},
		},
	}
}

// ownWords is what the upstream says besides, with whatever labels it has.
func ownWords() list {
	return list{
		title: "What else the upstream says", nothing: "Nothing else.",
		description: "What the upstream says of the job besides: of a described system what its description keeps as info.",
		rows: fmt.Sprintf("topk by (%s) (1, %s)", ofJob, selector("", chosenJobs, []string{
			`__name__=~"asyncjob_.+_info"`, `__name__!~"asyncjob_(error|preview_certificate)_info"`,
		})),
		key: ofJob,
		dropped: []string{
			"__name__", "system", "target", "job_id", "instance", "job", "namespace", "service", "pod", "container", "endpoint", "node",
		},
	}
}
