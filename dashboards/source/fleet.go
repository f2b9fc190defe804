package main

import (
	"fmt"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// rowsAtMost is how many rows a table has.
const rowsAtMost = 100

func fleetBoard() board {
	return board{
		uid: fleetUID, title: "Asynchronous jobs / Fleet",
		description: "All asynchronous jobs: what failed, what is stuck, what expires next and what will be done when.",
		links:       boardLinks(fleetUID),
		variables:   []dashboard.VariableModel{dataSource(), systems(), targets(), fleetJobs(), fleetStates(), fleetSkip()},
		lines: []line{
			panels(4, alarmTiles()...),
			panels(3, stateTiles()...),
			panels(7, failedJobs(), stalledJobs()),
			panels(7, expiredJobs(), failedParts()),
			panels(7, expiringJobs(), unreadableJobs()),
			panels(9, doneNext(), jobsByState()),
			panels(18, allJobs()),
		},
	}
}

func fleetJobs() dashboard.VariableModel {
	v := several("job_id", "Job", "Jobs, shown by name and kept by id, for all lists and tiles.",
		fmt.Sprintf("query_result(max by (job_id, job_name) (%s))", ofTargets("asyncjob_info")))
	return v
}

// fleetStates limits the list of all jobs.
func fleetStates() dashboard.VariableModel {
	options := []choice{{"All", ".*"}, {"failed or expired", "failed|expired"}, {"not finished", "pending|running|unknown|unread"}}
	for _, s := range worstFirst() {
		options = append(options, choice{s.shown, s.word})
	}
	return choices("state", "State", "States in the list of all jobs.", options)
}

// fleetSkip leads to the rows that the list of all jobs has no room for.
func fleetSkip() dashboard.VariableModel {
	var options []choice
	for _, from := range []int{0, 100, 200, 300, 400, 500, 1000, 2000, 5000} {
		options = append(options, choice{fmt.Sprintf("%d to %d", from+1, from+rowsAtMost), fmt.Sprint(from)})
	}
	return choices("skip", "Rows", "Which rows of the list of all jobs are shown.", options)
}

// ranked is a state in the order of the list of all jobs.
type ranked struct {
	// word is the label state in asyncjob:state, or unread.
	word string
	// shown is what the boards call it.
	shown string
}

// worstFirst ends with what is gone: of two exporters, one that was restarted
// says so of a job whose end the other remembers.
func worstFirst() []ranked {
	var all []ranked
	for _, word := range []string{"failed", "expired"} {
		all = append(all, ranked{word, word})
	}
	all = append(all, ranked{"unread", "unavailable"})
	for _, word := range []string{"unknown", "canceled", "running", "pending", "succeeded", "gone"} {
		all = append(all, ranked{word, word})
	}
	return all
}

// unread are the jobs that no exporter can read, with the time since when.
func unread() string { return ofJobs("asyncjob:since_timestamp_seconds", `state="unread"`) + " >= 0" }

// orderedJobs are the jobs of the list of all jobs: by state, the worst first,
// then by age. The number is only for the order.
func orderedJobs() string {
	var ranks []string
	rankOf := make(map[string]string)
	for i, s := range worstFirst() {
		rankOf[s.word] = fmt.Sprintf("%de10", len(worstFirst())-i)
		ranks = append(ranks, labeled("vector("+rankOf[s.word]+")", "state", s.word))
	}
	ordered := fmt.Sprintf("%s * on (state) group_left () (%s) - on (%s) group_left () %s",
		ofJobs("asyncjob:state", `state=~"$state"`), strings.Join(ranks, " or "), ofJob, began())
	lost := fmt.Sprintf("%s - (%s >= 0)", rankOf["unread"], ofJobs("asyncjob:since_timestamp_seconds", `state="unread"`, `state=~"$state"`))
	// The last page is full, not empty: it ends with the last job.
	return fmt.Sprintf("topk by (%s) (1, bottomk(%d, topk(%d + $skip, %s)))", ofJob, rowsAtMost, rowsAtMost, lines(ordered, lost))
}

// alarmTiles are what somebody has to do something about.
func alarmTiles() []builder {
	red, orange := colorOf("failed"), colorOf("expired")
	return []builder{
		alarm("Failed", "Jobs whose state is failed: the upstream gave up on them.", verdict("AsyncJobFailed"), red, onlyState("failed"), runbook("AsyncJobFailed")),
		alarm("Expired", "Jobs that ran into their expiration time before they were finished.", verdict("AsyncJobExpired"), orange, onlyState("expired"), runbook("AsyncJobExpired")),
		alarm("Stalled", "Running jobs of which nothing has changed for 30 minutes, as in the alert.", verdict("AsyncJobStalled"), orange, onlyState("running"), runbook("AsyncJobStalled")),
		alarm("Part failed", "Unfinished jobs of which a file, a part or a data centre failed, or that a warning will make fail.", verdict(partAlerts), orange, runbook("AsyncJobPartFailed")),
		alarm("Unavailable", "Jobs whose status no exporter can read: nothing is known of their state.", unread(), colorOf("unavailable"), onlyState("unread"), runbook("AsyncJobStatusUnavailable")),
		tile{
			title: "Targets down", description: "Targets that no exporter can query: login or list failed, or no read was answered.",
			query: fmt.Sprintf("sum(%s == bool 0)", ofTargets("asyncjob:target_up")), nothing: "no jobs",
			color: red, alarm: true, links: []link{openExporter(), runbook("AsyncJobTargetDown")},
		},
	}
}

func alarm(title, description, jobs, color string, links ...link) tile {
	return tile{title: title, description: description, query: countOf(jobs), nothing: "no jobs", color: color, alarm: true, links: links}
}

// stateTiles are what may become one of the others, and what is as it should be.
func stateTiles() []builder {
	orange := colorOf("expired")
	tiles := []builder{
		alarm("Expiring", "Unfinished sessions less than 2 minutes from their expiration time, as in the alert.", verdict("AsyncJobExpiringSoon"), orange, runbook("AsyncJobExpiringSoon")),
		alarm("Too long", "Jobs that are not finished after the time that the configuration gives them.", verdict("AsyncJobRunningTooLong"), orange, onlyState("running"), runbook("AsyncJobRunningTooLong")),
	}
	for _, s := range []struct{ word, description string }{
		{"running", "Jobs that are being worked on."},
		{"pending", "Jobs that wait for their turn."},
		{"succeeded", "Jobs that ended well and are still configured or listed."},
		{"canceled", "Jobs that somebody called off."},
		{"gone", "Jobs that the upstream does not know, or not any more; also the normal end of a download session."},
		{"unknown", "Jobs in a state for which the exporter has no word; the job board shows the upstream's own."},
	} {
		tiles = append(tiles, tile{
			title: strings.ToUpper(s.word[:1]) + s.word[1:], description: s.description,
			query: countOf(inState(s.word)), nothing: "no jobs", color: colorOf(s.word), links: []link{onlyState(s.word)},
		})
	}
	return tiles
}
