package main

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// finding is something that is wrong with a job, or about to be: the alert that
// tells of it, and how the boards do. asyncjob:verdict has it as alertname.
type finding struct {
	alert string
	shown string
	color string
}

// findings are all that there are, the worst first.
func findings() []finding {
	return []finding{
		{"AsyncJobFailed", "failed", "red"},
		{"AsyncJobExpired", "expired", "orange"},
		{"AsyncJobExpiringSoon", "expires soon", "orange"},
		{"AsyncJobStalled", "stalled", "orange"},
		{"AsyncJobPartFailed", "part failed", "orange"},
		{"AsyncJobFileFailed", "file failed", "orange"},
		{"AsyncJobDataCenterFailed", "data centre failed", "orange"},
		{"AsyncJobPreviewWarning", "warning", "orange"},
		{"AsyncJobStatusUnavailable", "unavailable", "dark-orange"},
		{"AsyncJobRunningTooLong", "takes too long", "orange"},
		{"AsyncJobPending", "still pending", "purple"},
		{"AsyncJobUnknownState", "unknown state", "yellow"},
		{"AsyncJobGone", "gone", "#7b8087"},
		{"AsyncJobCanceled", "canceled", "#a3a8b0"},
	}
}

// verdictMapping shows the label alertname in words.
func verdictMapping() dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult)
	for i, f := range findings() {
		options[f.alert] = shown(f.shown, f.color, i)
	}
	return valueMapping(options)
}

// anchor names a finding in the label finding: the heading of its runbook.
func (f finding) anchor() string { return strings.ToLower(f.alert) }

// anchorMapping shows an anchor in words.
func anchorMapping() dashboard.ValueMapping {
	options := make(map[string]dashboard.ValueMappingResult)
	for i, f := range findings() {
		options[f.anchor()] = shown(f.shown, f.color, i)
	}
	return valueMapping(options)
}
