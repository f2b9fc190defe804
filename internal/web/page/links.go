package page

import (
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// runbooks is the document that has a section for each alert.
const runbooks = "https://github.com/asyncjob-exporter/asyncjob_exporter/blob/main/alerts/README.md#"

// queryOf names a job, in full where its id alone does not.
func queryOf(status *collector.JobStatus) url.Values {
	query := url.Values{"target": {status.Target}, "job_id": {status.Job.ID}}
	if status.Source != collector.SourceProbe {
		return query
	}
	for name, value := range map[string]string{"kind": status.Job.Kind, "type": status.Job.Type, "path": status.Job.Path} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// The addresses of a job are relative, as all links of the pages are.

func jobLink(status *collector.JobStatus) string { return "jobs?" + queryOf(status).Encode() }

func readLink(status *collector.JobStatus) string { return "jobs/read?" + queryOf(status).Encode() }

func jsonLink(status *collector.JobStatus) string { return "api/v1/jobs?" + queryOf(status).Encode() }

// probeLink reads the job now and shows each request.
func probeLink(status *collector.JobStatus) string {
	query := queryOf(status)
	query.Set("debug", "true")
	return "probe?" + query.Encode()
}
