package exposition

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// View is what one scrape shows of one job.
type View struct {
	Name string
	Kind string
	// Job is nil where its status is not known: up is 0 then.
	Job *job.Job
	// Reason says why job is nil.
	Reason    job.Reason
	FirstSeen time.Time

	// MaxDuration is how long the job may take; 0: not said, or it is final.
	MaxDuration time.Duration

	ErrorText bool
	MaxFiles  int

	// shownParts are worked out only when series are made.
	shownParts
}

// jobMetric is one row of the table of metrics of jobs.
type jobMetric struct {
	name string
	help string
	// labels besides system, target, job_id and the configured ones.
	labels []string
	// states tells that the metric has no label but "state", and for each of these
	// one series: a count, or, where currentOnly is set, 1 for one of them.
	states      []job.State
	currentOnly bool
	// ofFailed gives the series of a job whose status is not known; mostly nil.
	ofFailed func(view View, series *List)
	// ofRead gives the series of a job whose status is known.
	ofRead func(view View, series *List)
}

// jobMetrics is the table of all metrics of jobs that are the same for all systems.
func jobMetrics() []jobMetric {
	return slices.Concat(statusMetrics(), progressMetrics(), fileMetrics(), dataCenterMetrics(), partMetrics(), previewMetrics(), resultMetrics())
}

func statusMetrics() []jobMetric {
	info := func(view View, series *List) { series.add(1, view.Name, view.Kind) }
	return []jobMetric{{
		name:     "asyncjob_up",
		help:     "1 if the job's status is known as of this scrape, 0 if reading it failed.",
		ofFailed: func(_ View, series *List) { series.add(0) },
		ofRead:   func(_ View, series *List) { series.add(1) },
	}, {
		name:     "asyncjob_query_failure",
		help:     "1 while asyncjob_up is 0, with the reason.",
		labels:   []string{"reason"},
		ofFailed: func(view View, series *List) { series.add(1, string(view.Reason)) },
		ofRead:   func(View, *List) {},
	}, {
		name:     "asyncjob_info",
		help:     "The job's configured name, else the upstream's for what it works on, else its id, and its kind, always 1.",
		labels:   []string{"job_name", "kind"},
		ofFailed: info,
		ofRead:   info,
	}, {
		name:   "asyncjob_state",
		help:   "1 for the state that the job is in, 0 for the others.",
		labels: []string{"state"},
		states: job.States(), currentOnly: true,
		ofRead: func(view View, series *List) { series.add(float64(slices.Index(job.States(), view.Job.State))) },
	}, {
		name:   "asyncjob_upstream_state",
		help:   "The upstream's own word for the state, always 1.",
		labels: []string{"upstream_state"},
		ofRead: func(view View, series *List) {
			if view.Job.UpstreamState != "" {
				series.add(1, view.Job.UpstreamState)
			}
		},
	}}
}

func progressMetrics() []jobMetric {
	return []jobMetric{{
		name:   "asyncjob_progress_ratio",
		help:   "Progress of the job, 0 to 1.",
		ofRead: func(view View, series *List) { addRatio(series, view.Job.Progress) },
	}, {
		name:   "asyncjob_created_timestamp_seconds",
		help:   "When the job was created, by the upstream.",
		ofRead: func(view View, series *List) { addTime(series, view.Job.Created) },
	}, {
		name:   "asyncjob_start_timestamp_seconds",
		help:   "When the job was started, by the upstream.",
		ofRead: func(view View, series *List) { addTime(series, view.Job.Started) },
	}, {
		name:   "asyncjob_end_timestamp_seconds",
		help:   "When the job ended, by the upstream.",
		ofRead: func(view View, series *List) { addTime(series, view.Job.Ended) },
	}, {
		name:   "asyncjob_last_update_timestamp_seconds",
		help:   "When the job last changed, by the upstream.",
		ofRead: func(view View, series *List) { addTime(series, view.Job.LastUpdate) },
	}, {
		name:   "asyncjob_expiration_timestamp_seconds",
		help:   "When the upstream may drop the job if nobody works on it.",
		ofRead: func(view View, series *List) { addTime(series, view.Job.Expiration) },
	}, {
		name:   "asyncjob_first_seen_timestamp_seconds",
		help:   "When this exporter first read the job.",
		ofRead: func(view View, series *List) { addTime(series, view.FirstSeen) },
	}, {
		name:   "asyncjob_chunks",
		help:   "Chunks of a machine image, by status: uploaded or pending.",
		labels: []string{"status"},
		ofRead: func(view View, series *List) {
			if view.Job.Chunks != nil {
				addNumber(series, view.Job.Chunks.Uploaded, "uploaded")
				addNumber(series, view.Job.Chunks.Pending, "pending")
			}
		},
	}}
}

func fileMetrics() []jobMetric {
	// each gives the series of one metric for the files that have series.
	each := func(one func(file job.File, series *List)) func(View, *List) {
		return func(view View, series *List) {
			for _, file := range view.files {
				one(file, series)
			}
		}
	}
	return []jobMetric{{
		name:   "asyncjob_files",
		help:   "Files of the session in each state.",
		labels: []string{"state"},
		states: job.FileStates(),
		ofRead: eachState(job.FileStates(), func(view View, state job.State) float64 {
			return numberInState(view.Job.Files, func(f job.File) job.State { return f.State }, state)
		}, func(view View) bool { return view.Job.Files != nil }),
	}, {
		name:   "asyncjob_file_state",
		help:   "1 for the state that the file is in; no series for the others.",
		labels: []string{"file", "source_type", "state"},
		ofRead: each(func(file job.File, series *List) { series.add(1, file.Name, file.SourceType, string(file.State)) }),
	}, {
		name:   "asyncjob_file_transferred_bytes",
		help:   "Bytes of the file that the upstream has received, or prepared for download.",
		labels: []string{"file"},
		ofRead: each(func(file job.File, series *List) { addNumber(series, file.TransferredBytes, file.Name) }),
	}, {
		name:   "asyncjob_file_size_bytes",
		help:   "Size of the file, known once it is transferred.",
		labels: []string{"file"},
		ofRead: each(func(file job.File, series *List) { addNumber(series, file.SizeBytes, file.Name) }),
	}, {
		name: "asyncjob_files_omitted",
		help: "Files beyond max_files, by name, which have no series of their own.",
		ofRead: func(view View, series *List) {
			if view.Job.Files != nil {
				series.add(float64(view.filesOmitted))
			}
		},
	}}
}

func dataCenterMetrics() []jobMetric {
	each := func(one func(dataCenter job.DataCenter, series *List)) func(View, *List) {
		return func(view View, series *List) {
			for _, dataCenter := range view.dataCenters {
				one(dataCenter, series)
			}
		}
	}
	return []jobMetric{{
		name:   "asyncjob_data_centers",
		help:   "Data centres of the image in each state.",
		labels: []string{"state"},
		states: job.DataCenterStates(),
		ofRead: eachState(job.DataCenterStates(), func(view View, state job.State) float64 {
			return numberInState(view.Job.DataCenters, func(d job.DataCenter) job.State { return d.State }, state)
		}, func(view View) bool { return view.Job.DataCenters != nil }),
	}, {
		name:   "asyncjob_data_center_state",
		help:   "1 for the state that the image is in at the data centre; no series for the others.",
		labels: []string{"data_center", "region", "replica", "state"},
		ofRead: each(func(d job.DataCenter, series *List) {
			series.add(1, d.Name, d.Region, booleanWord(d.Replica), string(d.State))
		}),
	}, {
		name:   "asyncjob_data_center_progress_ratio",
		help:   "Progress of the upload to the data centre, 0 to 1.",
		labels: []string{"data_center"},
		ofRead: each(func(d job.DataCenter, series *List) { addRatio(series, d.Progress, d.Name) }),
	}, {
		name:   "asyncjob_data_center_last_update_timestamp_seconds",
		help:   "When the image last changed at the data centre, by the upstream.",
		labels: []string{"data_center"},
		ofRead: each(func(d job.DataCenter, series *List) { addTime(series, d.LastUpdate, d.Name) }),
	}}
}

func previewMetrics() []jobMetric {
	certificate := func(view View) *job.PreviewCertificate {
		if view.Job.Preview == nil {
			return nil
		}
		return view.Job.Preview.Certificate
	}
	return []jobMetric{{
		name:   "asyncjob_preview_state",
		help:   "The state of the session's preview, always 1.",
		labels: []string{"preview_state"},
		ofRead: func(view View, series *List) {
			if view.Job.Preview != nil && view.Job.Preview.State != "" {
				series.add(1, view.Job.Preview.State)
			}
		},
	}, {
		name:   "asyncjob_preview_warnings",
		help:   "Warnings of the preview; one that is not ignored fails the session when it is completed.",
		labels: []string{"warning_type", "ignored"},
		ofRead: func(view View, series *List) {
			if view.Job.Preview != nil {
				addWarnings(series, view.Job.Preview.Warnings, view.MaxFiles)
			}
		},
	}, {
		name:   "asyncjob_preview_certificate_info",
		help:   "The certificate that the session's content is signed with, always 1.",
		labels: []string{"issuer", "subject", "self_signed"},
		ofRead: func(view View, series *List) {
			if c := certificate(view); c != nil {
				series.add(1, c.Issuer, c.Subject, booleanWord(c.SelfSigned))
			}
		},
	}, {
		name: "asyncjob_preview_certificate_expiration_timestamp_seconds",
		help: "When the certificate of the session's content expires.",
		ofRead: func(view View, series *List) {
			if c := certificate(view); c != nil {
				addTime(series, c.Expiration)
			}
		},
	}}
}

func resultMetrics() []jobMetric {
	return []jobMetric{{
		name: "asyncjob_max_duration_seconds",
		help: "How long the job may take from its start, as configured, while it is not final.",
		ofRead: func(view View, series *List) {
			if view.MaxDuration > 0 {
				series.add(view.MaxDuration.Seconds())
			}
		},
	}, {
		name:   "asyncjob_result_status_code",
		help:   "HTTP status of the request that the job carried out.",
		ofRead: func(view View, series *List) { addNumber(series, view.Job.ResultStatusCode) },
	}, {
		name:   "asyncjob_error_info",
		help:   "The error of a failed job: the upstream's id of it and, where error_text is on, its message; always 1.",
		labels: []string{"error_id", "error"},
		ofRead: func(view View, series *List) {
			if view.Job.State != job.Failed {
				return
			}
			message := ""
			if view.ErrorText {
				message = job.ErrorText(view.Job.Error.Message)
			}
			series.add(1, view.Job.Error.ID, message)
		},
	}}
}

// infoMetric is the row of a system's own info metric.
func infoMetric(info job.InfoMetric) jobMetric {
	return jobMetric{
		name:   info.Name,
		help:   info.Help,
		labels: info.Labels,
		ofRead: func(view View, series *List) {
			if view.Job.Info != nil {
				series.add(1, view.Job.Info...)
			}
		},
	}
}

// eachState gives one value for each of the states of a row, where there are any.
func eachState(states []job.State, value func(View, job.State) float64, there func(View) bool) func(View, *List) {
	return func(view View, series *List) {
		if !there(view) {
			return
		}
		for _, state := range states {
			series.add(value(view, state))
		}
	}
}

func addNumber(series *List, number *float64, labels ...string) {
	if number != nil {
		series.add(*number, labels...)
	}
}

// addRatio keeps what upstreams call progress within 0 and 1.
func addRatio(series *List, ratio *float64, labels ...string) {
	if ratio != nil {
		series.add(min(max(*ratio, 0), 1), labels...)
	}
}

func addTime(series *List, t time.Time, labels ...string) {
	if !t.IsZero() {
		series.add(float64(t.UnixMilli())/1000, labels...)
	}
}

// addWarnings counts the warnings of each type, of at most so many types.
func addWarnings(series *List, warnings []job.PreviewWarning, limit int) {
	numbers := map[job.PreviewWarning]float64{}
	for _, warning := range warnings {
		warning.Type = job.Label(warning.Type)
		numbers[warning]++
	}
	kinds := slices.SortedFunc(maps.Keys(numbers), comparePreviewWarnings)
	for _, warning := range kinds[:min(len(kinds), limit)] {
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
