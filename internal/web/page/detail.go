package page

import (
	"slices"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// jobView is all that the template of the page of one job shows.
type jobView struct {
	frame
	// Known is false for a job that nobody knows: then only its key is shown.
	Known   bool
	Key     shown.Key
	Problem string
	row
	// ReadNow is where the button posts to.
	ReadNow string
	// Alerts lead to the runbooks of what needs somebody.
	Attention []attentionView
	Facts     []fact
	Tables    []tableView
	Probe     string
	JSON      string
}

type attentionView struct {
	Reason  string
	Words   string
	Alert   string
	Runbook string
}

// fact is one thing that is known of the job.
type fact struct {
	Name string
	Text string
	// At is a time; then there is no text.
	At instant
	// Code tells that the text is no prose.
	Code bool
}

// newJobView shows the job of a key, or that there is none.
func newJobView(targets []collector.TargetStatus, key shown.Key, moment shown.Moment) (view *jobView, known bool) {
	target, found, err := shown.Find(targets, key, moment)
	if err != nil {
		return &jobView{frame: newFrame("Unknown job", true, moment.Now), Key: key, Problem: err.Error()}, false
	}
	status, now := found.JobStatus, moment.Now
	view = &jobView{
		frame: newFrame(job.Label(found.Name), false, now),
		Known: true, Key: key, ReadNow: readLink(status),
		row:   newRow(&found, request{page: 1}, now),
		Facts: factsOf(&found, target, now),
		Probe: probeLink(status), JSON: jsonLink(status),
	}
	for _, reason := range found.Attention {
		view.Attention = append(view.Attention, attentionView{
			Reason: string(reason), Words: reason.Words(status, now), Alert: reason.Alert(), Runbook: runbooks + strings.ToLower(reason.Alert()),
		})
	}
	view.Tables = tablesOf(status, now)
	return view, true
}

// factsOf are all that is known and stands in no table.
func factsOf(of *shown.Job, target *collector.TargetStatus, now time.Time) []fact {
	status := of.JobStatus
	facts := []fact{
		{Name: "Job id", Text: job.Label(of.JobStatus.Job.ID), Code: true},
		{Name: "Target", Text: status.Target + " (" + status.System + ")"},
		{Name: "Upstream", Text: job.Label(target.URL), Code: true},
		{Name: "Kind", Text: job.Label(status.Job.Kind)},
		{Name: "Type", Text: job.Label(status.Job.Type)},
		{Name: "Path", Text: job.Label(status.Job.Path), Code: true},
		{Name: "Known", Text: sourceWords(status.Source)},
		{Name: "Named by", Text: status.Job.NamedBy, Code: true},
		{Name: "Labels", Text: job.ErrorText(strings.Join(labelsOf(status.Labels), ", "))},
	}
	facts = append(facts, statusFacts(of, now)...)
	facts = append(facts, readingFacts(status, now)...)
	facts = append(facts, infoFacts(status, target)...)
	return slices.DeleteFunc(facts, func(f fact) bool { return f.Text == "" && f.At.Words == "" })
}

// statusFacts are what the upstream said of the job.
func statusFacts(of *shown.Job, now time.Time) []fact {
	last := of.Last
	if last == nil {
		return nil
	}
	facts := []fact{
		{Name: "Upstream's word", Text: job.Label(last.UpstreamState)},
		{Name: "Created", At: ago("Created at", last.Created, now)},
		{Name: "Started", At: ago("Started at", last.Started, now)},
		{Name: "Last update", At: ago("Updated at", last.LastUpdate, now)},
		{Name: "Ended", At: ago("Ended at", last.Ended, now)},
		{Name: "Expires", At: ahead("Expires at", "Expired at", last.Expiration, now)},
		{Name: "Estimated end", At: ahead("At its pace so far the job will end at", "", shown.EstimatedEnd(of.JobStatus, now), now)},
		{Name: "Parts", Text: strings.Join(partsOf(last), ", ")},
	}
	if of.MaxDuration > 0 && !last.State.Final() {
		facts = append(facts, fact{Name: "May take", Text: shown.Span(of.MaxDuration)})
	}
	if last.State == job.Failed {
		facts = append(facts, fact{Name: "Error", Text: shown.ErrorOf(last)})
	}
	if last.ResultStatusCode != nil {
		facts = append(facts, fact{Name: "Result status", Text: shown.Number(*last.ResultStatusCode)})
	}
	if preview := last.Preview; preview != nil {
		facts = append(facts, fact{Name: "Preview", Text: job.Label(preview.State)})
		facts = append(facts, certificateFacts(preview.Certificate, now)...)
	}
	return facts
}

func certificateFacts(certificate *job.PreviewCertificate, now time.Time) []fact {
	if certificate == nil {
		return nil
	}
	text := job.Label(certificate.Subject) + ", issued by " + job.Label(certificate.Issuer)
	if certificate.SelfSigned != nil && *certificate.SelfSigned {
		text += ", self-signed"
	}
	return []fact{
		{Name: "Certificate", Text: text},
		{Name: "Certificate expires", At: ahead("Expires at", "Expired at", certificate.Expiration, now)},
	}
}

// readingFacts are how reading the job went.
func readingFacts(status *collector.JobStatus, now time.Time) []fact {
	facts := []fact{
		{Name: "First seen", At: ago("First seen by the exporter at", status.FirstSeen, now)},
		{Name: "Last read", At: ago("Read at", status.ReadAt, now)},
		{Name: "Last failed read", At: ago("Failed to read at", status.FailedAt, now)},
	}
	if failure := status.LastFailure; failure != nil {
		facts = append(facts, fact{Name: "It failed with", Text: string(failure.Reason) + ": " + job.ErrorText(failure.Message)})
	}
	return facts
}

// infoFacts are what only jobs of this system have.
func infoFacts(status *collector.JobStatus, target *collector.TargetStatus) []fact {
	if status.Last == nil || len(status.Last.Info) != len(target.InfoLabels) {
		return nil
	}
	var facts []fact
	for i, name := range target.InfoLabels {
		facts = append(facts, fact{Name: name, Text: job.Label(status.Last.Info[i]), Code: true})
	}
	return facts
}
