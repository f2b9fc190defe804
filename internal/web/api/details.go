package api

import (
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// jobDetails is one job with all that is known of it.
type jobDetails struct {
	jobEntry
	LastFailure *failureEntry     `json:"last_query_failure,omitempty"`
	PartStates  []partEntry       `json:"part_state,omitempty"`
	FileStates  []fileEntry       `json:"file_state,omitempty"`
	Centers     []dataCenterEntry `json:"data_center_state,omitempty"`
	Preview     *previewEntry     `json:"preview,omitempty"`
	// Info are the labels of the system's own info metric.
	Info    map[string]string `json:"info,omitempty"`
	Changes []changeEntry     `json:"changes"`
}

type partEntry struct {
	Part          string   `json:"part"`
	PartKind      string   `json:"part_kind"`
	State         string   `json:"state"`
	ProgressRatio *float64 `json:"progress_ratio,omitempty"`
}

type fileEntry struct {
	File        string   `json:"file"`
	SourceType  string   `json:"source_type"`
	State       string   `json:"state"`
	Transferred *float64 `json:"transferred_bytes,omitempty"`
	Size        *float64 `json:"size_bytes,omitempty"`
}

type dataCenterEntry struct {
	DataCenter    string    `json:"data_center"`
	Region        string    `json:"region"`
	Replica       *bool     `json:"replica,omitempty"`
	State         string    `json:"state"`
	ProgressRatio *float64  `json:"progress_ratio,omitempty"`
	LastUpdate    time.Time `json:"last_update,omitzero"`
}

type previewEntry struct {
	PreviewState string            `json:"preview_state"`
	Warnings     []warningEntry    `json:"warnings"`
	Certificate  *certificateEntry `json:"certificate,omitempty"`
}

type warningEntry struct {
	WarningType string `json:"warning_type"`
	Ignored     bool   `json:"ignored"`
}

type certificateEntry struct {
	Issuer     string    `json:"issuer"`
	Subject    string    `json:"subject"`
	SelfSigned *bool     `json:"self_signed,omitempty"`
	Expiration time.Time `json:"expiration,omitzero"`
}

type changeEntry struct {
	Time          time.Time `json:"time"`
	State         string    `json:"state"`
	UpstreamState string    `json:"upstream_state,omitempty"`
}

func newJobDetails(target *collector.TargetStatus, of *shown.Job, now time.Time) jobDetails {
	status := of.JobStatus
	details := jobDetails{jobEntry: newJobEntry(of, now), Changes: []changeEntry{}}
	for _, change := range status.Changes {
		details.Changes = append(details.Changes, changeEntry{utc(change.At), string(change.State), job.Label(change.UpstreamState)})
	}
	if failure := status.LastFailure; failure != nil {
		details.LastFailure = &failureEntry{string(failure.Reason), job.ErrorText(failure.Message), utc(status.FailedAt)}
	}
	if status.Last != nil {
		details.addParts(target, status.Last)
	}
	return details
}

func (d *jobDetails) addParts(target *collector.TargetStatus, last *job.Job) {
	for _, p := range last.Parts {
		d.PartStates = append(d.PartStates, partEntry{job.Label(p.Name), job.Label(p.Kind), string(p.State), p.Progress})
	}
	for _, f := range last.Files {
		d.FileStates = append(d.FileStates, fileEntry{job.Label(f.Name), job.Label(f.SourceType), string(f.State), f.TransferredBytes, f.SizeBytes})
	}
	for _, c := range last.DataCenters {
		d.Centers = append(d.Centers, dataCenterEntry{job.Label(c.Name), job.Label(c.Region), c.Replica, string(c.State), c.Progress, utc(c.LastUpdate)})
	}
	if last.Preview != nil {
		d.Preview = newPreviewEntry(last.Preview)
	}
	if len(last.Info) == len(target.InfoLabels) && len(last.Info) > 0 {
		d.Info = map[string]string{}
		for i, name := range target.InfoLabels {
			d.Info[name] = job.Label(last.Info[i])
		}
	}
}

func newPreviewEntry(preview *job.Preview) *previewEntry {
	entry := &previewEntry{PreviewState: job.Label(preview.State), Warnings: []warningEntry{}}
	for _, w := range preview.Warnings {
		entry.Warnings = append(entry.Warnings, warningEntry{job.Label(w.Type), w.Ignored})
	}
	if c := preview.Certificate; c != nil {
		entry.Certificate = &certificateEntry{job.Label(c.Issuer), job.Label(c.Subject), c.SelfSigned, utc(c.Expiration)}
	}
	return entry
}
