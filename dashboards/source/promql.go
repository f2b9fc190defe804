package main

import (
	"fmt"
	"strings"
)

const (
	// ofTarget and ofJob are the labels that name a target and a job. Whatever
	// else a series carries, exporters that read the same job agree in these.
	ofTarget = "system, target"
	ofJob    = "system, target, job_id"

	// chosenTargets and chosenJobs obey the variables.
	chosenTargets = `system=~"$system",target=~"$target"`
	chosenJobs    = chosenTargets + `,job_id=~"$job_id"`
)

// ofTargets selects a metric's series of the chosen targets; more are matchers
// besides.
func ofTargets(metric string, more ...string) string { return selector(metric, chosenTargets, more) }

// ofJobs selects a metric's series of the chosen jobs.
func ofJobs(metric string, more ...string) string { return selector(metric, chosenJobs, more) }

// ofExporters selects what the chosen exporters say of themselves.
func ofExporters(metric string) string { return metric + `{instance=~"$instance"}` }

// ofRequests selects what the chosen exporters say of the chosen targets.
func ofRequests(metric string, more ...string) string {
	return selector(metric, chosenTargets+`,instance=~"$instance"`, more)
}

func selector(metric, chosen string, more []string) string {
	return metric + "{" + strings.Join(append(more, chosen), ",") + "}"
}

// perJob is one number a job, whatever exporters read it: the greatest.
func perJob(expr string) string { return maxBy(ofJob, expr) }

func maxBy(labels, expr string) string { return fmt.Sprintf("max by (%s) (%s)", labels, expr) }

func sumBy(labels, expr string) string { return fmt.Sprintf("sum by (%s) (%s)", labels, expr) }

// among keeps those series of an expression whose labels another one has too.
func among(labels, expr, others string) string {
	return fmt.Sprintf("%s and on (%s) (%s)", expr, labels, others)
}

// milliseconds turns Unix seconds into what Grafana takes for a time.
func milliseconds(expr string) string { return "1000 * (" + expr + ")" }

// named adds the name and the kind of its job, and more labels where there are
// some, to an expression of few jobs. The names are picked for these alone: a
// choice for each of 10,000 jobs would cost more than the rest. Two exporters
// may differ in a name until both have read it.
func named(expr string, more ...string) string {
	kept := strings.Join(more, ", ")
	labels := strings.Join(append([]string{ofJob, "job_name", "kind"}, more...), ", ")
	return fmt.Sprintf("topk by (%s) (1, max by (%s) (%s * on (%s) group_left (%s) (%s)))",
		ofJob, labels, ofJobs("asyncjob_info"), ofJob, kept, expr)
}

// withName adds the name of its job to an expression that may have several
// series a job.
func withName(expr string) string {
	return fmt.Sprintf("(%s) * on (%s) group_left (job_name) topk by (%[2]s) (1, %s)",
		expr, ofJob, maxBy(ofJob+", job_name", ofJobs("asyncjob_info")))
}

// verdict is what alerts found, by a pattern of their names, with gaps bridged
// as the alerts do. It has the job's name.
func verdict(alerts string) string {
	bridged := "15m"
	if alerts == "AsyncJobExpiringSoon" {
		bridged = "5m"
	}
	return fmt.Sprintf("last_over_time(%s[%s]) > -Inf", ofJobs("asyncjob:verdict", `alertname=~"`+alerts+`"`), bridged)
}

// countOf is the number of jobs, 0 where none is so as long as any is known.
func countOf(expr string) string {
	return fmt.Sprintf("count(%s) or 0 * sum(%s)", perJob(expr), ofTargets("asyncjob_target_jobs"))
}

// linesAtMost is how many lines a graph has for each thing that it shows.
const linesAtMost = 20

// limited keeps the lines of a graph to a number, the same from its begin on:
// those that are greatest in rank. Whatever rank reads it reads at the end.
func limited(labels, expr, rank string) string {
	return among(labels, expr, fmt.Sprintf("topk(%d, %s)", linesAtMost, rank))
}

// atMostJobs keeps a graph to a number of jobs, though more may be chosen.
func atMostJobs(expr string) string {
	return limited(ofJob, expr, perJob("last_over_time("+ofJobs("asyncjob_up")+"[$__range] @ end())"))
}

// labeled gives a series a label.
func labeled(expr, label, value string) string {
	return fmt.Sprintf(`label_replace(%s, %q, %q, "", "")`, expr, label, value)
}

// copied gives a series a label with the value of another one.
func copied(expr, label, from string) string {
	return fmt.Sprintf(`label_replace(%s, %q, "$1", %q, "(.*)")`, expr, label, from)
}

// lines puts alternatives below each other.
func lines(alternatives ...string) string { return strings.Join(alternatives, "\nor ") }
