package main

import "fmt"

// partAlerts tell of what is wrong with a part of a job.
const partAlerts = "AsyncJob(FileFailed|PartFailed|DataCenterFailed|PreviewWarning)"

func inState(word string) string { return ofJobs("asyncjob:state", `state="`+word+`"`) }

// found are the jobs that an alert tells of, by name, each as a 1.
func found(alert string) string {
	return fmt.Sprintf("%s > bool -Inf", maxBy(ofJob+", job_name", verdict(alert)))
}

// foundAt are the jobs that an alert tells of, by name, each with a number of its job;
// 0 where that is not known.
func foundAt(alert, number string) string {
	return fmt.Sprintf("topk(%d, (%[2]s) * on (%s) group_left () (%s) or 0 * (%[2]s))", rowsAtMost, found(alert), ofJob, number)
}

// jobList is a table of jobs, whose names lead to their boards.
func jobList(l list) list {
	l.key = ofJob
	l.columns = append([]column{{title: "Job", label: "job_name", look: all(linked(openJob()), atLeast(130))}}, l.columns...)
	l.unseen = append(l.unseen, "job_id")
	return l
}

func targetColumn() column { return column{title: "Target", label: "target", look: atLeast(115)} }

// unknownTime is for a time that nobody told.
func unknownTime() looks { return mapped(dashMapping("0")) }

func failedJobs() list {
	ended := perJob(selector("", chosenJobs, []string{`__name__=~"asyncjob_(end|last_update)_timestamp_seconds"`}))
	return jobList(list{
		title: "Failed jobs", nothing: "No job failed.",
		description: "Failed jobs with the upstream's error id, the latest first by the upstream's time. The name leads to the job.",
		rows:        foundAt("AsyncJobFailed", milliseconds(ended)), down: true,
		columns: []column{
			{title: "Ended", look: all(ago(140), unknownTime())},
			{title: "Error", label: "detail", query: maxBy(ofJob+", detail", errors()), look: all(atLeast(115), mapped(emptyMapping()))},
			targetColumn(),
		},
		dropped: []string{"system"},
		sort:    "Ended",
	})
}

func stalledJobs() list {
	return jobList(list{
		title: "Stalled jobs", nothing: "No job stands still.",
		description: "Running jobs of which nothing has changed for 30 minutes, the longest first, and the progress at which they are stuck: – where the upstream tells none.",
		rows:        foundAt("AsyncJobStalled", "time() - "+perJob(moved()+" >= 0")),
		columns: []column{
			{title: "Still for", look: duration(110)},
			{title: "Stuck at", query: perJob("(" + verdict("AsyncJobStalled") + ") < Inf"), look: bar(130)},
			targetColumn(),
		},
		dropped: []string{"system"},
		sort:    "Still for", down: true,
	})
}

func expiredJobs() list {
	return jobList(list{
		title: "Expired jobs", nothing: "No job expired.",
		description: "Jobs that ran into their expiration time before they were finished, the latest first.",
		rows:        foundAt("AsyncJobExpired", milliseconds(perJob(ofJobs("asyncjob_expiration_timestamp_seconds")))),
		columns: []column{
			{title: "Expired", look: all(ago(140), unknownTime())},
			targetColumn(),
			{title: "System", label: "system", look: atLeast(110)},
		},
		sort: "Expired", down: true,
	})
}

func failedParts() list {
	labels := ofJob + ", job_name, alertname, data_center"
	l := jobList(list{
		title: "Failed parts", nothing: "No part of an unfinished job failed.",
		description: "Unfinished jobs of which a file, a part or a data centre failed, or whose completion a warning will make fail. How many, and in which data centre.",
		rows:        fmt.Sprintf("topk(%d, %s)", rowsAtMost, maxBy(labels, verdict(partAlerts))),
		columns: []column{
			{title: "What", label: "alertname", look: badge(145, verdictMapping())},
			{title: "Data centre", label: "data_center", look: atLeast(95)},
			{title: "Number", look: all(unit("none"), right(), width(75))},
			targetColumn(),
		},
		dropped: []string{"system"},
		sort:    "Number", down: true,
	})
	l.key = ofJob + ", alertname, data_center"
	return l
}

func expiringJobs() list {
	left := expires(" offset 2m")
	return jobList(list{
		title: "Expiring soonest", nothing: "Nothing counts down: all sessions are renewed.",
		description: "Unfinished jobs whose expiration time has not moved for 2 minutes, by the time left. A vSphere session that is used moves it on with every activity and is not listed.",
		rows:        named(fmt.Sprintf("bottomk(%d, %s)", rowsAtMost, left)),
		columns: []column{
			{title: "Time left", look: all(duration(110), coloured(step{120, "text"}))},
			{title: "Kind", label: "kind", look: atLeast(90)},
			targetColumn(),
		},
		dropped: []string{"system"},
		sort:    "Time left",
	})
}

func unreadableJobs() list {
	longest := fmt.Sprintf("bottomk(%d, %s)", rowsAtMost, unread())
	return jobList(list{
		title: "Unavailable jobs", nothing: "Every job can be read.",
		description: "Jobs whose status no exporter can read, since when and why, the longest first.",
		rows:        named(milliseconds(longest)), within: longest,
		columns: []column{
			{title: "Since", look: ago(140)},
			{
				title: "Reason", label: "reason", look: atLeast(100),
				query: fmt.Sprintf("topk by (%s) (1, %s)", ofJob, maxBy(ofJob+", reason", ofJobs("asyncjob_query_failure"))),
			},
			targetColumn(),
		},
		dropped: []string{"system", "kind"},
		sort:    "Since",
	})
}

func doneNext() list {
	return jobList(list{
		title: "Done next", nothing: "No running job tells how fast it is.",
		description: "Running jobs by their estimated end, if they go on as they did in the last half hour, or since their start. One that stands still has none.",
		rows:        named(fmt.Sprintf("bottomk(%d, 1000 * (time() + %s))", rowsAtMost, remaining())),
		columns: []column{
			{title: "Done at", look: all(unit("time:ddd HH:mm"), right(), width(90))},
			{title: "Done", look: ago(140)},
			targetColumn(),
			{title: "Kind", label: "kind", look: atLeast(100)},
		},
		dropped: []string{"system"},
		sort:    "Done at",
	})
}

func jobsByState() graph {
	return graph{
		title: "Jobs by state", nothing: "No job was seen in this time.", unit: "none",
		description: "Number of jobs in each state; unavailable: jobs that no exporter could read. All jobs of the chosen targets.",
		queries: []query{
			{expr: sumBy("state", ofTargets("asyncjob:jobs", `state!="unread"`)), legend: "{{state}}"},
			{expr: "sum(" + ofTargets("asyncjob:jobs", `state="unread"`) + ")", legend: "unavailable"},
		},
		stacked: true, counts: true, ofStates: true,
	}
}

func allJobs() list {
	return jobList(list{
		title: "All jobs: rows ${skip:text}", nothing: "No such job. The exporter's page of jobs may know more.",
		description: "Every job, the worst first: by state, then by age. 100 rows; “Rows” above leads to the others, “State”, “Target” and “Job” to fewer. Age: since it was created, else started, else first seen.",
		rows:        named(orderedJobs(), "state"), within: orderedJobs(),
		columns: []column{
			{title: "State", label: "state", look: badge(105, stateMapping())},
			{title: "Progress", query: progress(), look: bar(145)},
			{title: "Age", query: "time() - " + began(), look: duration(110)},
			targetColumn(),
			{title: "System", label: "system", look: atLeast(130)},
			{title: "Kind", label: "kind", look: atLeast(110)},
		},
		down: true,
	})
}
