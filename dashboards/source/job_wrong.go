package main

import (
	"fmt"
	"strings"
)

// whatIsWrong leads the job's board: each finding with its detail, unclipped.
func whatIsWrong() list {
	return list{
		title: "What is wrong with it", nothing: "Nothing is wrong with this job.",
		description: "What the alerts would say of the job, with the upstream's error. The error's text is there only with error_text: true in the exporter's configuration. A finding leads to its runbook.",
		rows:        withName(fmt.Sprintf("topk(%d, %s)", rowsAtMost, lines(wrongNow()...))),
		key:         ofJob + ", finding",
		columns: []column{
			{title: "Finding", label: "finding", look: all(badge(150, anchorMapping()), linked(link{
				Title: "Runbook", URL: runbooks + "#${__data.fields.finding}", TargetBlank: true,
			}))},
			{title: "Detail", label: "detail", look: all(wrapped(), atLeast(340))},
			{title: "When", query: milliseconds(whenWrong()), look: all(ago(140), unknownTime())},
			{title: "Job", label: "job_name", look: atLeast(90)},
		},
		dropped: []string{"system", "target", "job_id", "kind"},
		down:    true,
	}
}

// wrongNow are the findings, one below the other, each with its rank.
func wrongNow() []string {
	var all []string
	for i, f := range findings() {
		rank := len(findings()) - i
		all = append(all, fmt.Sprintf("%d * (%s)", rank, labeled(f.detail(), "finding", f.anchor())))
	}
	return all
}

// detail is the finding of the chosen jobs, as ones, with the label detail where
// more is known than the verdict.
func (f finding) detail() string {
	by := func(label, expr string) string {
		return fmt.Sprintf("%s > bool -Inf", maxBy(ofJob+", detail", copied(expr, "detail", label)))
	}
	switch f.alert {
	case "AsyncJobFailed":
		return fmt.Sprintf("%s > bool -Inf", maxBy(ofJob+", detail", errors()))
	case "AsyncJobFileFailed":
		return by("file", ofJobs("asyncjob_file_state", `state="failed"`))
	case "AsyncJobPartFailed":
		return by("part", ofJobs("asyncjob_part_state", `state="failed"`))
	case "AsyncJobDataCenterFailed":
		return by("data_center", ofJobs("asyncjob_data_center_state", `state="failed"`))
	case "AsyncJobPreviewWarning":
		return by("warning_type", among(ofJob, ofJobs("asyncjob_preview_warnings", `ignored="false"`)+" > 0", ofJobs("asyncjob_state", unfinished)+" == 1"))
	case "AsyncJobStatusUnavailable":
		return by("reason", ofJobs("asyncjob_query_failure"))
	case "AsyncJobUnknownState":
		return by("upstream_state", among(ofJob, ofJobs("asyncjob_upstream_state"), ofJobs("asyncjob_state", `state="unknown"`)+" == 1"))
	case "AsyncJobExpired", "AsyncJobGone", "AsyncJobCanceled":
		return fmt.Sprintf("%s == 1", perJob(ofJobs("asyncjob_state", `state="`+f.shown+`"`)))
	default:
		return fmt.Sprintf("%s > bool -Inf", perJob(verdict(f.alert)))
	}
}

// whenWrong is the time that goes with a finding: since when, or until when.
func whenWrong() string {
	of := func(alert, expr string) string { return labeled(expr, "finding", strings.ToLower(alert)) }
	expiration := perJob(ofJobs("asyncjob_expiration_timestamp_seconds"))
	since := func(state string) string {
		return perJob(ofJobs("asyncjob:since_timestamp_seconds", `state="`+state+`"`) + " >= 0")
	}
	return lines(
		of("AsyncJobFailed", changed()),
		of("AsyncJobExpired", expiration),
		of("AsyncJobExpiringSoon", expiration),
		of("AsyncJobStalled", perJob(moved()+" >= 0")),
		of("AsyncJobStatusUnavailable", since("unread")),
		of("AsyncJobPending", since("pending")),
		of("AsyncJobUnknownState", since("unknown")),
		of("AsyncJobGone", since("gone")),
		of("AsyncJobRunningTooLong", began()),
	)
}
