package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func exporterBoard() board {
	return board{
		uid: exporterUID, title: "Asynchronous jobs / Exporter",
		description: "How the exporter reads the upstreams: targets and why one is down, failures by reason, latency, reads avoided, logins, scrapes and resources.",
		links:       boardLinks(exporterUID),
		variables:   []dashboard.VariableModel{dataSource(), systems(), targets(), instances()},
		lines: []line{
			panels(4, exporterTiles()...),
			{9, []cell{{15, targetList()}, {9, scrapeDuration()}}},
			panels(8, failuresByReason(), requestsByOutcome()),
			panels(8, latency(), latencyByTarget()),
			panels(8, requestsByOperation(), readsAvoided()),
			panels(8, logins(), wordlessStates(), scrapes()),
			panels(7, memory(), processor(), goroutines()),
		},
	}
}

func exporterTiles() []builder {
	red, orange := colorOf("failed"), colorOf("expired")
	jobs := maxBy(ofTarget+", source", ofTargets("asyncjob_target_jobs"))
	return []builder{
		tile{
			title: "Exporters", description: "Exporters that Prometheus scrapes.", nothing: "none",
			query: "count(" + ofExporters("asyncjob_exporter_build_info") + ")", color: "blue", trend: true,
		},
		tile{
			title: "Targets down", description: "Targets that no exporter can query: login or list failed, or no read was answered.", nothing: "no target",
			query: fmt.Sprintf("sum(%s == bool 0)", maxBy(ofTarget, ofTargets("asyncjob_target_up"))), color: red, alarm: true,
			links: []link{runbook("AsyncJobTargetDown")},
		},
		tile{
			title: "Jobs known", description: "Jobs that are configured, in job files or lists, discovered or asked for by /probe. Of two exporters with the same jobs, each job counts once.", nothing: "no target",
			query: "sum(" + jobs + ")", color: "blue", trend: true,
		},
		tile{
			title: "Unavailable", description: "Jobs whose status no exporter can read.", nothing: "no target",
			query: fmt.Sprintf("count(%s) or 0 * sum(%s)", ofTargets("asyncjob:since_timestamp_seconds", `state="unread"`)+" >= 0", ofTargets("asyncjob_target_jobs")),
			color: colorOf("unavailable"), alarm: true, links: []link{onlyState("unread"), runbook("AsyncJobStatusUnavailable")},
		},
		tile{
			title: "Reload refused", description: "Exporters that refused their configuration at the last reload and run with the old one.", nothing: "none",
			query: fmt.Sprintf("sum(%s == bool 0)", ofExporters("asyncjob_exporter_config_last_reload_successful")), color: orange, alarm: true,
			links: []link{runbook("AsyncJobExporterConfigReloadFailed")},
		},
		tile{
			title: "Invalid job files", description: "Job files and lists that cannot be used: the jobs of the last good version are watched instead.", nothing: "none",
			query: fmt.Sprintf("sum(%s == bool 0) or 0 * count(%s)", ofExporters("asyncjob_exporter_job_file_valid"), ofExporters("asyncjob_exporter_build_info")),
			color: orange, alarm: true, links: []link{runbook("AsyncJobExporterJobFileInvalid")},
		},
	}
}

func targetList() list {
	up := maxBy(ofTarget, ofTargets("asyncjob_target_up"))
	return list{
		title: "Targets", nothing: "No target is configured.",
		description: "Each target, those that are down first: up if login and list worked and a read was answered, by one exporter at least; why not; how long its last scrape took, its jobs, how many of those cannot be read, and how far its clock is ahead of the exporter's.",
		rows:        fmt.Sprintf("bottomk(%d, %s)", rowsAtMost, up),
		key:         ofTarget,
		columns: []column{
			{title: "Target", label: "target", look: all(atLeast(140), linked(link{
				Title: "The jobs of this target", URL: "/d/" + fleetUID + "?var-datasource=${datasource}&var-target=${__data.fields.target:percentencode}&${__url_time_range}",
			}))},
			{title: "State", look: badge(80, upMapping())},
			{
				title: "Reason", label: "reason", look: width(120),
				query: fmt.Sprintf("topk by (%s) (1, %s)", ofTarget, maxBy(ofTarget+", reason", ofTargets("asyncjob_target_failure"))),
			},
			{title: "Scrape", query: maxBy(ofTarget, ofTargets("asyncjob_target_scrape_duration_seconds")), look: all(unit("s"), right(), width(85))},
			{title: "Jobs", query: sumBy(ofTarget, maxBy(ofTarget+", source", ofTargets("asyncjob_target_jobs"))), look: all(unit("none"), right(), width(65))},
			{
				title: "Unavailable", look: all(unit("none"), right(), width(100)),
				query: fmt.Sprintf("count by (%s) (%s >= 0)", ofTarget, ofTargets("asyncjob:since_timestamp_seconds", `state="unread"`)),
			},
			{title: "Clock ahead", query: maxBy(ofTarget, ofTargets("asyncjob_target_clock_skew_seconds")), look: all(unit("s"), right(), width(100))},
			{title: "System", label: "system", look: width(150)},
		},
	}
}

func upMapping() dashboard.ValueMapping {
	return valueMapping(map[string]dashboard.ValueMappingResult{"0": shown("down", "red", 0), "1": shown("up", "green", 1)})
}

func scrapeDuration() graph {
	of := func(modifier string) string {
		return maxBy("target", ofTargets("asyncjob_target_scrape_duration_seconds")+modifier)
	}
	return graph{
		title: "Scrape duration of targets", nothing: "No target is configured.", unit: "s",
		description: "How long the exporter needs for each target in one scrape; the 20 slowest.",
		queries:     []query{{expr: limited("target", of(""), of(" @ end()")), legend: "{{target}}"}},
	}
}

// perSecond is the rate of a counter of requests by a label, without those that
// never came in the time range.
func perSecond(label, metric string) string {
	return among(label, sumBy(label, "rate("+ofRequests(metric)+"[$__rate_interval])"),
		sumBy(label, "increase("+ofRequests(metric)+"[$__range] @ end())")+" > 0")
}

func failuresByReason() graph {
	return graph{
		title: "Failed reads by reason", nothing: "No read failed.", unit: "ops", stacked: true,
		description: "Reads of jobs that failed, per second, by reason; those not sent to a target that was given up count too.",
		queries:     []query{{expr: perSecond("reason", "asyncjob_exporter_query_failures_total"), legend: "{{reason}}"}},
	}
}

func requestsByOutcome() graph {
	return graph{
		title: "Upstream requests by outcome", nothing: "No request was sent.", unit: "reqps", stacked: true,
		description: "Requests per second to the upstreams by HTTP status; none: no answer.",
		queries:     []query{{expr: perSecond("code", "asyncjob_exporter_upstream_requests_total"), legend: "{{code}}"}},
	}
}

func requestsByOperation() graph {
	return graph{
		title: "Upstream requests by operation", nothing: "No request was sent.", unit: "reqps", stacked: true,
		description: "Requests per second to the upstreams by what they are for.",
		queries:     []query{{expr: perSecond("operation", "asyncjob_exporter_upstream_requests_total"), legend: "{{operation}}"}},
	}
}

func readsAvoided() graph {
	return graph{
		title: "Reads avoided", nothing: "Every job was read at every scrape.", unit: "ops", stacked: true,
		description: "Reads per second that were not needed, by reason: finished, the job is over and was read not long ago; not_modified, the upstream said that nothing changed; listed, the list had said it all.",
		queries:     []query{{expr: perSecond("reason", "asyncjob_exporter_reads_avoided_total"), legend: "{{reason}}"}},
	}
}

// quantile is a quantile of the requests' durations: from the classic buckets of
// the histogram where Prometheus has them, else from the native ones.
func quantile(share, labels, window string) string {
	const metric = "asyncjob_exporter_upstream_request_duration_seconds"
	by := func(labels string) string {
		if labels == "" {
			return ""
		}
		return " by (" + labels + ")"
	}
	le := "le"
	if labels != "" {
		le += ", " + labels
	}
	return fmt.Sprintf("(histogram_quantile(%s, sum%s (rate(%s%s)))\nor histogram_quantile(%s, sum%s (rate(%s%s))))",
		share, by(le), ofRequests(metric+"_bucket"), window, share, by(labels), ofRequests(metric), window)
}

func latency() graph {
	of := func(share string) string { return quantile(share, "", "[$__rate_interval]") }
	return graph{
		title: "Latency of upstream requests", nothing: "No request was sent.", unit: "s",
		description: "Time from sending a request to the end of its answer: the half, nine of ten, and 99 of 100 are faster than this.",
		queries:     []query{{expr: of("0.5"), legend: "50 %"}, {expr: of("0.9"), legend: "90 %"}, {expr: of("0.99"), legend: "99 %"}},
	}
}

func latencyByTarget() graph {
	return graph{
		title: "Latency by target", nothing: "No request was sent.", unit: "s",
		description: "Nine of ten requests to a target are answered faster than this; the 20 slowest targets of the time range.",
		queries: []query{{
			expr:   limited("target", quantile("0.9", "target", "[$__rate_interval]"), quantile("0.9", "target", "[$__range] @ end()")),
			legend: "{{target}}",
		}},
	}
}

func logins() graph {
	count := func(window string) string {
		return sumBy("target, code", "increase("+ofRequests("asyncjob_exporter_upstream_requests_total", `operation="login"`)+window+")")
	}
	return graph{
		title: "Logins per hour", nothing: "No target logs in.", unit: "none", counts: true,
		description: "Login requests of each target in each hour, by outcome; the 20 most frequent. A few are normal: many mean sessions that do not last, or a login that is refused.",
		queries: []query{{
			expr:   limited("target, code", count("[1h]"), count("[$__range] @ end()")),
			legend: "{{target}} {{code}}",
		}},
	}
}

func wordlessStates() graph {
	found := func(window string) string {
		return sumBy("target", "increase("+ofRequests("asyncjob_exporter_unknown_states_total")+window+")")
	}
	return graph{
		title: "States without a word", nothing: "Every state has a word.", unit: "none", counts: true,
		description: "Reads in each hour that found a state, of a job or a part of it, that is in no table. The configuration's states can name it.",
		queries: []query{{
			expr:   limited("target", found("[1h]")+" > 0", found("[$__range] @ end()")),
			legend: "{{target}}",
		}},
	}
}

// perExporter keeps a metric that Prometheus or every process has to exporters.
func perExporter(expr string) string {
	return limited("job, instance", expr, ofExporters("asyncjob_exporter_build_info")+" @ end()")
}

func scrapes() graph {
	return graph{
		title: "Scrapes by Prometheus", nothing: "No exporter is scraped.", unit: "s",
		description: "How long Prometheus waits for the answer of each exporter. Near the scrape timeout, reads that are late count as failed.",
		queries:     []query{{expr: perExporter("scrape_duration_seconds"), legend: "{{instance}}"}},
	}
}

func memory() graph {
	return graph{
		title: "Memory", nothing: "No exporter is scraped.", unit: "bytes",
		description: "Memory of the process, and the part of it that Go's heap uses.",
		queries: []query{
			{expr: perExporter("process_resident_memory_bytes"), legend: "{{instance}} resident"},
			{expr: perExporter("go_memstats_heap_inuse_bytes"), legend: "{{instance}} heap"},
		},
	}
}

func processor() graph {
	return graph{
		title: "Processor", nothing: "No exporter is scraped.", unit: "percentunit",
		description: "Part of one processor that the exporter uses.",
		queries:     []query{{expr: perExporter("rate(process_cpu_seconds_total[$__rate_interval])"), legend: "{{instance}}"}},
	}
}

func goroutines() graph {
	return graph{
		title: "Goroutines", nothing: "No exporter is scraped.", unit: "none", counts: true,
		description: "A number that grows for days means that something is never given back.",
		queries:     []query{{expr: perExporter("go_goroutines"), legend: "{{instance}}"}},
	}
}
