package main

import "fmt"

// What only some kinds of jobs have, in rows that are closed.

func files() list {
	of := func(expr string) string { return maxBy(ofJob+", file", expr) }
	return list{
		title: "Files", nothing: "Only vSphere sessions have files.",
		description: "Files of a session: their state, how much of each is transferred, and how fast. Files beyond max_files have no row.",
		rows: withName(fmt.Sprintf("topk(%d, %s)", rowsAtMost,
			maxBy(ofJob+", file, source_type, state", ofJobs("asyncjob_file_state")+" == 1"))),
		key: ofJob + ", file",
		columns: []column{
			{title: "File", label: "file", look: atLeast(180)},
			{title: "State", label: "state", look: badge(105, stateMapping())},
			{title: "Bytes", query: of(ofJobs("asyncjob_file_transferred_bytes")), look: all(unit("bytes"), right(), width(90))},
			{title: "Size", query: of(ofJobs("asyncjob_file_size_bytes")), look: all(unit("bytes"), right(), width(90))},
			{title: "Rate", query: of(transferred()), look: all(unit("Bps"), right(), width(95))},
			{title: "Source", label: "source_type", look: width(80)},
			{title: "Job", label: "job_name", look: width(130)},
		},
		dropped: []string{"system", "target", "job_id"},
		sort:    "File",
	}
}

// transferred is the bytes per second into each file.
func transferred() string {
	return fmt.Sprintf("clamp_min(deriv(%s[$__rate_interval]), 0)", ofJobs("asyncjob_file_transferred_bytes"))
}

func transferRate() graph {
	return graph{
		title: "Transfer rate", nothing: "Only vSphere sessions have files.", unit: "Bps",
		description: "Bytes per second into the files of the job.",
		queries: []query{{
			expr:   shortNamed(atMostJobs(sumBy(ofJob, maxBy(ofJob+", file", transferred())))),
			legend: "{{job_name}}",
		}},
	}
}

func filesByState() graph {
	return graph{
		title: "Files by state", nothing: "Only vSphere sessions have files.", unit: "none", stacked: true, counts: true, ofStates: true,
		description: "Number of files in each state, those without a row of their own too. Of several jobs: the sum.",
		queries: []query{
			{expr: sumBy("state", maxBy(ofJob+", state", ofJobs("asyncjob_files"))) + " > 0", legend: "{{state}}"},
			{expr: fmt.Sprintf("sum(%s) > 0", perJob(ofJobs("asyncjob_files_omitted"))), legend: "without a row"},
		},
	}
}

func timeUntilExpiration() graph {
	return graph{
		title: "Time until expiration", nothing: "This job does not expire.", unit: "s",
		description: "Time left while the job is unfinished. It stays level as long as a session is used, and falls when it is abandoned. The line marks 2 minutes, when AsyncJobExpiringSoon is raised.",
		queries:     []query{{expr: shortNamed(atMostJobs("(" + expires("") + ")")), legend: "{{job_name}}"}},
		line:        &step{120, "red"},
	}
}

func chunks() graph {
	return graph{
		title: "Chunks", nothing: "Only machine images have chunks.", unit: "none", stacked: true, counts: true,
		description: "Chunks of a machine image, uploaded and still to be uploaded. Of several jobs: the sum.",
		queries:     []query{{expr: sumBy("status", maxBy(ofJob+", status", ofJobs("asyncjob_chunks"))), legend: "{{status}}"}},
		colors:      map[string]string{"uploaded": colorOf("succeeded"), "pending": colorOf("pending")},
	}
}

func dataCenters() list {
	of := func(metric string) string { return maxBy(ofJob+", data_center", ofJobs(metric)) }
	return list{
		title: "Data centres", nothing: "Only machine images have data centres.",
		description: "Where a machine image is copied to: the state and progress there, and when it last changed.",
		rows: withName(fmt.Sprintf("topk(%d, %s)", rowsAtMost,
			maxBy(ofJob+", data_center, region, replica, state", ofJobs("asyncjob_data_center_state")+" == 1"))),
		key: ofJob + ", data_center",
		columns: []column{
			{title: "Data centre", label: "data_center", look: atLeast(180)},
			{title: "State", label: "state", look: badge(105, stateMapping())},
			{title: "Progress", query: of("asyncjob_data_center_progress_ratio"), look: bar(130)},
			{title: "Last change", query: milliseconds(of("asyncjob_data_center_last_update_timestamp_seconds")), look: ago(140)},
			{title: "Region", label: "region", look: width(100)},
			{title: "Replica", label: "replica", look: width(75)},
			{title: "Job", label: "job_name", look: width(130)},
		},
		dropped: []string{"system", "target", "job_id"},
		sort:    "Data centre",
	}
}

func previewWarnings() list {
	return list{
		title: "Preview", nothing: "Only vSphere update sessions have a preview.",
		description: "What the upstream found in the files so far. A warning that is not ignored makes the session fail when it is completed.",
		rows: withName(fmt.Sprintf("topk(%d, %s)", rowsAtMost,
			maxBy(ofJob+", preview_state", ofJobs("asyncjob_preview_state")+" == 1"))),
		key: ofJob,
		columns: []column{
			{title: "Preview", label: "preview_state", look: width(140)},
			{title: "Warning", label: "warning_type", query: maxBy(ofJob+", warning_type, ignored", ofJobs("asyncjob_preview_warnings")), look: atLeast(180)},
			{title: "Ignored", label: "ignored", query: maxBy(ofJob+", warning_type, ignored", ofJobs("asyncjob_preview_warnings")), look: width(80)},
			{title: "Job", label: "job_name", look: width(130)},
		},
		dropped: []string{"system", "target", "job_id"},
		sort:    "Preview",
	}
}

func previewCertificate() list {
	return list{
		title: "Certificate", nothing: "The files are not signed, or there is no preview of them.",
		description: "The certificate that the files of a session are signed with.",
		rows: withName(fmt.Sprintf("topk(%d, %s)", rowsAtMost,
			maxBy(ofJob+", subject, issuer, self_signed", ofJobs("asyncjob_preview_certificate_info")))),
		key: ofJob,
		columns: []column{
			{title: "Subject", label: "subject", look: all(wrapped(), atLeast(150))},
			{title: "Issuer", label: "issuer", look: all(wrapped(), atLeast(150))},
			{title: "Self-signed", label: "self_signed", look: width(100)},
			{title: "Expires", query: milliseconds(perJob(ofJobs("asyncjob_preview_certificate_expiration_timestamp_seconds"))), look: ago(120)},
			{title: "Job", label: "job_name", look: width(130)},
		},
		dropped: []string{"system", "target", "job_id"},
		sort:    "Subject",
	}
}
