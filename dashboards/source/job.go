package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func jobBoard() board {
	return board{
		uid: jobUID, title: "Asynchronous jobs / Job",
		description: "One job: what is wrong with it and why, when it will be done, its states and progress over time, its parts, files and data centres.",
		links:       boardLinks(jobUID),
		variables:   []dashboard.VariableModel{dataSource(), systems(), targets(), oneJob()},
		annotations: []dashboard.AnnotationQuery{
			changesOfState("Failed, expired or canceled", "failed|expired|canceled", "red"),
			changesOfState("Succeeded", "succeeded", "green"),
		},
		lines: []line{
			{6, []cell{{4, stateTile()}, {20, whatIsWrong()}}},
			panels(3, jobTiles()...),
			panels(4, statesOverTime()),
			panels(8, progressOverTime(), speedOverTime()),
			panels(4, identity()),
			panels(4, times()),
			panels(7, partsOfAllKinds()),
		},
		rows: []row{
			{"Parts: steps, stages and tasks", []line{{8, []cell{{14, partList()}, {10, partsByState()}}}}},
			{"Files of a session", []line{{9, []cell{{14, files()}, {10, transferRate()}}}, panels(8, filesByState(), timeUntilExpiration())}},
			{"Machine image: chunks and data centres", []line{{8, []cell{{8, chunks()}, {16, dataCenters()}}}}},
			{"Preview of a session: warnings and certificate", []line{panels(6, previewWarnings(), previewCertificate())}},
			{"What else the upstream says", []line{panels(5, ownWords())}},
		},
	}
}

// oneJob chooses a job. Where none is, it is the first, and the first is the one
// that needs attention most: a mixture of all would say nothing.
func oneJob() dashboard.VariableModel {
	return queried("job_id", "Job", "Job, shown by its name, kept by its id. Several, where asked for, are shown side by side.",
		// On one line, or Grafana does not know it for what it is.
		fmt.Sprintf("query_result(sort_desc(max by (job_id, job_name) (1 + (last_over_time(%s[15m]) > -Inf > bool -Inf) or last_over_time(%s[$__range]))))",
			ofTargets("asyncjob:verdict"), ofTargets("asyncjob_info")))
}

// changesOfState marks in all graphs when the job came to one of some states.
func changesOfState(name, states, color string) dashboard.AnnotationQuery {
	expr := named(fmt.Sprintf("%s == 1 and on (%s) %s == 1",
		maxBy(ofJob+", state", ofJobs("asyncjob_state", `state=~"`+states+`"`)), ofJob,
		perJob("last_over_time("+ofJobs("asyncjob_state", unfinished)+"[10m] offset 1m)")), "state")
	reference := source()
	annotated := dashboard.AnnotationQuery{
		Name: name, Datasource: &reference, Enable: true, Hide: new(false), IconColor: color,
		// Grafana 10 reads these, later ones the target.
		Expr: &expr, Step: new("60s"), TagKeys: new("system,target,state"), UseValueForTime: new(false),
		TitleFormat: new("{{job_name}} is {{state}}"), TextFormat: new("{{target}} ({{system}})"),
	}
	// Building a query cannot fail: nothing in it is checked.
	annotated.Target, _ = query{expr: expr}.target("Anno").Interval("60s").Build()
	return annotated
}

func stateTile() tile {
	now := stateNow()
	return tile{
		title: "State", nothing: "no job", mappings: []dashboard.ValueMapping{stateMapping()}, size: 22,
		description: "The job's state; unavailable: its status cannot be read. Of several jobs: the worst of expired, failed and unavailable, else the one furthest from its end.",
		query:       fmt.Sprintf("max((%s) >= %d) or min(%s)", now, stateNumber("expired"), now),
	}
}

func jobTiles() []builder {
	blue := colorOf("running")
	return []builder{
		tile{
			title: "Progress", description: "How far the job is. Of several jobs: the least.", query: "min(" + progress() + ")",
			nothing: "–", unit: "percentunit", decimals: new(0.0), ratio: true, color: blue,
		},
		tile{
			title: "Remaining", description: "Time until the job is done if it goes on as it did. Of several jobs: the longest.", query: "max(" + remaining() + ")",
			nothing: "–", unit: "dtdhms", decimals: new(0.0), color: "text", size: 22,
		},
		tile{
			title: "Done at", description: "When the job will be done if it goes on as it did. Of several jobs: the last.", query: "max(" + milliseconds("time() + "+remaining()) + ")",
			nothing: "–", unit: "time:ddd HH:mm", color: "text", size: 22,
		},
		tile{
			title: "Age", description: "Time since the job was created, else started, else first seen. Of several jobs: the oldest.", query: "max(time() - " + began() + ")",
			nothing: "–", unit: "dtdhms", decimals: new(0.0), color: "text", size: 22,
		},
		tile{
			title: "Last change", description: "When the upstream changed the job last, or when Prometheus saw a running job change. Of several jobs: the latest.",
			query: "max(" + milliseconds(changed()) + ")", nothing: "–", unit: "dateTimeFromNow", color: "text", size: 16,
		},
		tile{
			title: "Expires in", description: "Time left until the job expires, if nobody renews it. Of several jobs: the shortest.", query: "min(" + expires("") + ")",
			nothing: "–", unit: "dtdhms", decimals: new(0.0), color: "text", size: 22,
		},
	}
}

func identity() list {
	return ofOneJob(list{
		title: "Identity", nothing: "No such job.",
		description: "Where the job is, and what it works on: the sample and its type, the application of an image and its version, the library item of a session and its version, or the content type and its category.",
		rows:        named(jobRows()),
		columns: []column{
			{title: "Job", label: "job_name", look: atLeast(120)},
			{title: "System", label: "system", look: atLeast(120)},
			{title: "Target", label: "target", look: atLeast(115)},
			{title: "Kind", label: "kind", look: atLeast(100)},
			{title: "Works on", label: "object", query: worksOn(), look: atLeast(100)},
			{title: "Version or type", label: "detail", query: worksOn(), look: atLeast(100)},
		},
		dropped: []string{"job_id"}, sort: "Job",
	})
}

// jobRows are the chosen jobs: one as a rule.
func jobRows() string { return fmt.Sprintf("topk(%d, %s)", rowsAtMost, perJob(ofJobs("asyncjob_up"))) }

// worksOn is what the four systems written in Go say of a job's object.
func worksOn() string {
	object := func(metric, object, detail string) string {
		return copied(copied(maxBy(ofJob+", "+object+", "+detail, ofJobs(metric)), "object", object), "detail", detail)
	}
	return maxBy(ofJob+", object, detail", lines(
		object("asyncjob_sample_info", "sample_name", "sample_type"),
		object("asyncjob_oracle_machine_image_info", "application", "version"),
		object("asyncjob_vsphere_session_info", "library_item_id", "content_version"),
		object("asyncjob_oracle_content_type_info", "type_name", "type_category"),
	))
}

func times() list {
	of := func(metric string) string { return milliseconds(perJob(ofJobs(metric))) }
	return ofOneJob(list{
		title: "Times", nothing: "No such job.",
		description: "The upstream's own word for the state, its result code, and when the job was created, started, ended and first seen by the exporter.",
		rows:        named(jobRows()),
		columns: []column{
			{title: "Upstream state", label: "upstream_state", query: maxBy(ofJob+", upstream_state", ofJobs("asyncjob_upstream_state")), look: atLeast(110)},
			{title: "Result", query: perJob(ofJobs("asyncjob_result_status_code")), look: all(unit("none"), right(), width(70))},
			{title: "Created", query: of("asyncjob_created_timestamp_seconds"), look: ago(120)},
			{title: "Started", query: of("asyncjob_start_timestamp_seconds"), look: ago(120)},
			{title: "Ended", query: of("asyncjob_end_timestamp_seconds"), look: ago(120)},
			{title: "First seen", query: of("asyncjob_first_seen_timestamp_seconds"), look: ago(120)},
		},
		dropped: []string{"job_id", "job_name", "system", "target", "kind"}, sort: "Upstream state",
	})
}

// ofOneJob is a table of a few jobs and what they consist of.
func ofOneJob(l list) list {
	if l.key == "" {
		l.key = ofJob
	}
	return l
}

func statesOverTime() timeline {
	return timeline{
		title: "State over time", nothing: "No such job in this time.",
		description: "The state at each moment; unavailable: its status could not be read. Of two exporters that disagree, the state further along.",
		query:       query{expr: shortNamed(atMostJobs("(" + stateNow() + ")")), legend: "{{job_name}}"},
	}
}

func progressOverTime() graph {
	return graph{
		title: "Progress", nothing: "The upstream tells no progress.", unit: "percentunit", ratio: true,
		description: "How far the job is. A line that lies flat is a job that does not move.",
		queries:     []query{{expr: shortNamed(atMostJobs(progress())), legend: "{{job_name}}"}},
	}
}

func speedOverTime() graph {
	speeds := fmt.Sprintf("3600 * (%s) or 0 * (%s)", speed(), progress())
	return graph{
		title: "Progress per hour", nothing: "The upstream tells no progress.", unit: "percentunit", upTo: 1,
		description: "Rate of the progress, which the estimated end is made from: since the start where that is not half an hour ago, else over half an hour. 0: the job stands still, or is not running.",
		queries:     []query{{expr: shortNamed(atMostJobs("(" + speeds + ")")), legend: "{{job_name}}"}},
	}
}

// shortNamed adds names that leave room for the graph.
func shortNamed(expr string) string {
	return fmt.Sprintf(`label_replace(%s, "job_name", "$1…", "job_name", "(.{28}).{4,}")`, named(expr))
}
