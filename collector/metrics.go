package collector

import (
	"maps"
	"slices"
	"strconv"
	"time"
)

// jobView is what one scrape shows of one job.
type jobView struct {
	name string
	kind string
	// job is nil where its status is not known: up is 0 then.
	job *Job
	// failure says why job is nil.
	failure   *Failure
	firstSeen time.Time

	errorText bool
	maxFiles  int

	// shownParts are worked out only when series are made.
	shownParts
}

// jobMetric is one row of the table of metrics of jobs.
type jobMetric struct {
	name string
	help string
	// labels besides system, target, job_id and the configured ones.
	labels []string
	// ofFailed gives the series of a job whose status is not known; mostly nil.
	ofFailed func(view jobView, series *seriesList)
	// ofRead gives the series of a job whose status is known.
	ofRead func(view jobView, series *seriesList)
}

// jobMetrics is the table of all metrics of jobs that are the same for all systems.
func jobMetrics() []jobMetric {
	return slices.Concat(statusMetrics(), progressMetrics(), fileMetrics(), dataCenterMetrics(), previewMetrics(), resultMetrics())
}

func statusMetrics() []jobMetric {
	info := func(view jobView, series *seriesList) { series.add(1, view.name, view.kind) }
	return []jobMetric{{
		name:     "asyncjob_up",
		help:     "1 if the job's status is known as of this scrape, 0 if reading it failed.",
		ofFailed: func(_ jobView, series *seriesList) { series.add(0) },
		ofRead:   func(_ jobView, series *seriesList) { series.add(1) },
	}, {
		name:     "asyncjob_query_failure",
		help:     "1 while asyncjob_up is 0, with the reason.",
		labels:   []string{"reason"},
		ofFailed: func(view jobView, series *seriesList) { series.add(1, string(view.failure.Reason)) },
		ofRead:   func(jobView, *seriesList) {},
	}, {
		name:     "asyncjob_info",
		help:     "The job's configured name, else its id, and its kind, always 1.",
		labels:   []string{"job_name", "kind"},
		ofFailed: info,
		ofRead:   info,
	}, {
		name:   "asyncjob_state",
		help:   "1 for the state that the job is in, 0 for the others.",
		labels: []string{"state"},
		ofRead: eachState(jobStates(), func(view jobView, state State) float64 {
			return boolean(state == view.job.State)
		}, func(jobView) bool { return true }),
	}, {
		name:   "asyncjob_upstream_state",
		help:   "The upstream's own word for the state, always 1.",
		labels: []string{"upstream_state"},
		ofRead: func(view jobView, series *seriesList) {
			if view.job.UpstreamState != "" {
				series.add(1, view.job.UpstreamState)
			}
		},
	}}
}

func progressMetrics() []jobMetric {
	return []jobMetric{{
		name:   "asyncjob_progress_ratio",
		help:   "Progress of the job, 0 to 1.",
		ofRead: func(view jobView, series *seriesList) { addRatio(series, view.job.Progress) },
	}, {
		name:   "asyncjob_created_timestamp_seconds",
		help:   "When the job was created, by the upstream.",
		ofRead: func(view jobView, series *seriesList) { addTime(series, view.job.Created) },
	}, {
		name:   "asyncjob_start_timestamp_seconds",
		help:   "When the job was started, by the upstream.",
		ofRead: func(view jobView, series *seriesList) { addTime(series, view.job.Started) },
	}, {
		name:   "asyncjob_end_timestamp_seconds",
		help:   "When the job ended, by the upstream.",
		ofRead: func(view jobView, series *seriesList) { addTime(series, view.job.Ended) },
	}, {
		name:   "asyncjob_last_update_timestamp_seconds",
		help:   "When the job last changed, by the upstream.",
		ofRead: func(view jobView, series *seriesList) { addTime(series, view.job.LastUpdate) },
	}, {
		name:   "asyncjob_expiration_timestamp_seconds",
		help:   "When the upstream may drop the job if nobody works on it.",
		ofRead: func(view jobView, series *seriesList) { addTime(series, view.job.Expiration) },
	}, {
		name:   "asyncjob_first_seen_timestamp_seconds",
		help:   "When this exporter first read the job.",
		ofRead: func(view jobView, series *seriesList) { addTime(series, view.firstSeen) },
	}, {
		name:   "asyncjob_chunks",
		help:   "Chunks of a machine image, by status: uploaded or pending.",
		labels: []string{"status"},
		ofRead: func(view jobView, series *seriesList) {
			if view.job.Chunks != nil {
				addNumber(series, view.job.Chunks.Uploaded, "uploaded")
				addNumber(series, view.job.Chunks.Pending, "pending")
			}
		},
	}}
}

func fileMetrics() []jobMetric {
	// each gives the series of one metric for the files that have series.
	each := func(one func(file File, series *seriesList)) func(jobView, *seriesList) {
		return func(view jobView, series *seriesList) {
			for _, file := range view.files {
				one(file, series)
			}
		}
	}
	return []jobMetric{{
		name:   "asyncjob_files",
		help:   "Files of the session in each state.",
		labels: []string{"state"},
		ofRead: eachState(fileStates(), func(view jobView, state State) float64 {
			return numberInState(view.job.Files, func(f File) State { return f.State }, state)
		}, func(view jobView) bool { return view.job.Files != nil }),
	}, {
		name:   "asyncjob_file_state",
		help:   "1 for the state that the file is in; no series for the others.",
		labels: []string{"file", "source_type", "state"},
		ofRead: each(func(file File, series *seriesList) { series.add(1, file.Name, file.SourceType, string(file.State)) }),
	}, {
		name:   "asyncjob_file_transferred_bytes",
		help:   "Bytes of the file that the upstream has received, or prepared for download.",
		labels: []string{"file"},
		ofRead: each(func(file File, series *seriesList) { addNumber(series, file.TransferredBytes, file.Name) }),
	}, {
		name:   "asyncjob_file_size_bytes",
		help:   "Size of the file, known once it is transferred.",
		labels: []string{"file"},
		ofRead: each(func(file File, series *seriesList) { addNumber(series, file.SizeBytes, file.Name) }),
	}, {
		name: "asyncjob_files_omitted",
		help: "Files beyond max_files, by name, which have no series of their own.",
		ofRead: func(view jobView, series *seriesList) {
			if view.job.Files != nil {
				series.add(float64(view.filesOmitted))
			}
		},
	}}
}

func dataCenterMetrics() []jobMetric {
	each := func(one func(dataCenter DataCenter, series *seriesList)) func(jobView, *seriesList) {
		return func(view jobView, series *seriesList) {
			for _, dataCenter := range view.dataCenters {
				one(dataCenter, series)
			}
		}
	}
	return []jobMetric{{
		name:   "asyncjob_data_centers",
		help:   "Data centres of the image in each state.",
		labels: []string{"state"},
		ofRead: eachState(dataCenterStates(), func(view jobView, state State) float64 {
			return numberInState(view.job.DataCenters, func(d DataCenter) State { return d.State }, state)
		}, func(view jobView) bool { return view.job.DataCenters != nil }),
	}, {
		name:   "asyncjob_data_center_state",
		help:   "1 for the state that the image is in at the data centre; no series for the others.",
		labels: []string{"data_center", "region", "replica", "state"},
		ofRead: each(func(d DataCenter, series *seriesList) {
			series.add(1, d.Name, d.Region, booleanWord(d.Replica), string(d.State))
		}),
	}, {
		name:   "asyncjob_data_center_progress_ratio",
		help:   "Progress of the upload to the data centre, 0 to 1.",
		labels: []string{"data_center"},
		ofRead: each(func(d DataCenter, series *seriesList) { addRatio(series, d.Progress, d.Name) }),
	}, {
		name:   "asyncjob_data_center_last_update_timestamp_seconds",
		help:   "When the image last changed at the data centre, by the upstream.",
		labels: []string{"data_center"},
		ofRead: each(func(d DataCenter, series *seriesList) { addTime(series, d.LastUpdate, d.Name) }),
	}}
}

func previewMetrics() []jobMetric {
	certificate := func(view jobView) *PreviewCertificate {
		if view.job.Preview == nil {
			return nil
		}
		return view.job.Preview.Certificate
	}
	return []jobMetric{{
		name:   "asyncjob_preview_state",
		help:   "The state of the session's preview, always 1.",
		labels: []string{"preview_state"},
		ofRead: func(view jobView, series *seriesList) {
			if view.job.Preview != nil && view.job.Preview.State != "" {
				series.add(1, view.job.Preview.State)
			}
		},
	}, {
		name:   "asyncjob_preview_warnings",
		help:   "Warnings of the preview; one that is not ignored fails the session when it is completed.",
		labels: []string{"warning_type", "ignored"},
		ofRead: func(view jobView, series *seriesList) {
			if view.job.Preview != nil {
				addWarnings(series, view.job.Preview.Warnings)
			}
		},
	}, {
		name:   "asyncjob_preview_certificate_info",
		help:   "The certificate that the session's content is signed with, always 1.",
		labels: []string{"issuer", "subject", "self_signed"},
		ofRead: func(view jobView, series *seriesList) {
			if c := certificate(view); c != nil {
				series.add(1, c.Issuer, c.Subject, booleanWord(c.SelfSigned))
			}
		},
	}, {
		name: "asyncjob_preview_certificate_expiration_timestamp_seconds",
		help: "When the certificate of the session's content expires.",
		ofRead: func(view jobView, series *seriesList) {
			if c := certificate(view); c != nil {
				addTime(series, c.Expiration)
			}
		},
	}}
}

func resultMetrics() []jobMetric {
	return []jobMetric{{
		name:   "asyncjob_result_status_code",
		help:   "HTTP status of the request that the job carried out.",
		ofRead: func(view jobView, series *seriesList) { addNumber(series, view.job.ResultStatusCode) },
	}, {
		name:   "asyncjob_error_info",
		help:   "The error of a failed job: the upstream's id of it and, where error_text is on, its message; always 1.",
		labels: []string{"error_id", "error"},
		ofRead: func(view jobView, series *seriesList) {
			if view.job.State != Failed {
				return
			}
			message := ""
			if view.errorText {
				message = ErrorText(view.job.Error.Message)
			}
			series.add(1, view.job.Error.ID, message)
		},
	}}
}

// infoMetric is the row of a system's own info metric.
func infoMetric(info InfoMetric) jobMetric {
	return jobMetric{
		name:   info.Name,
		help:   info.Help,
		labels: info.Labels,
		ofRead: func(view jobView, series *seriesList) {
			if view.job.Info != nil {
				series.add(1, view.job.Info...)
			}
		},
	}
}

// eachState gives one series for each of the states, where there are any.
func eachState(states []State, value func(jobView, State) float64, there func(jobView) bool) func(jobView, *seriesList) {
	return func(view jobView, series *seriesList) {
		if !there(view) {
			return
		}
		for _, state := range states {
			series.add(value(view, state), string(state))
		}
	}
}

func addNumber(series *seriesList, number *float64, labels ...string) {
	if number != nil {
		series.add(*number, labels...)
	}
}

// addRatio keeps what upstreams call progress within 0 and 1.
func addRatio(series *seriesList, ratio *float64, labels ...string) {
	if ratio != nil {
		series.add(min(max(*ratio, 0), 1), labels...)
	}
}

func addTime(series *seriesList, t time.Time, labels ...string) {
	if !t.IsZero() {
		series.add(float64(t.UnixMilli())/1000, labels...)
	}
}

func addWarnings(series *seriesList, warnings []PreviewWarning) {
	numbers := map[PreviewWarning]float64{}
	for _, warning := range warnings {
		warning.Type = labelValue(warning.Type)
		numbers[warning]++
	}
	for _, warning := range slices.SortedFunc(maps.Keys(numbers), comparePreviewWarnings) {
		series.add(numbers[warning], warning.Type, strconv.FormatBool(warning.Ignored))
	}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// booleanWord is a boolean as a label; empty where it is not known.
func booleanWord(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
