package page

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// pageTime is when the tests look at the page.
func pageTime() time.Time { return time.Date(2026, 10, 30, 12, 0, 0, 0, time.UTC) }

func before(d time.Duration) time.Time { return pageTime().Add(-d) }
func after(d time.Duration) time.Time  { return pageTime().Add(d) }

// exampleTargets are jobs of all systems in all states that the page has.
func exampleTargets() []collector.TargetStatus {
	return []collector.TargetStatus{
		target("vsphere", "vcenter-prod", sessions()...),
		target("oracle_marketplace", "marketplace", machineImages()...),
		target("oracle_content", "content", typeUpdates()...),
		target("sample_exchange", "samples", samples()...),
	}
}

// target is a target whose jobs were read ten seconds ago, where they do not
// say otherwise.
func target(system, name string, jobs ...collector.JobStatus) collector.TargetStatus {
	for i := range jobs {
		jobs[i].System, jobs[i].Target = system, name
		if jobs[i].Source == "" {
			jobs[i].Source = collector.SourceConfig
		}
		jobs[i].Name = jobs[i].Job.DisplayName()
		jobs[i].Labels = jobs[i].Job.Labels
		if jobs[i].Last != nil && jobs[i].ReadAt.IsZero() {
			jobs[i].ReadAt, jobs[i].FirstSeen = before(10*time.Second), before(26*time.Hour)
		}
	}
	return collector.TargetStatus{
		System: system, Name: name, Jobs: jobs,
		URL: "https://" + name + ".example.com", Up: true, LastRead: before(10 * time.Second), Duration: 420 * time.Millisecond,
	}
}

func sessions() []collector.JobStatus {
	file := func(name string, state job.State) job.File {
		return job.File{Name: name, State: state}
	}
	return []collector.JobStatus{
		{
			Job: config.Job{ID: "815994e5-2828-4a88-86ed-4575f9e964e2:9c7e16e9", Name: "ubuntu-24.04", Kind: "update", Labels: map[string]string{"release": "noble", "team": "images"}},
			Last: &job.Job{
				State: job.Running, UpstreamState: "ACTIVE", Progress: new(0.42),
				Expiration: after(95 * time.Second), Info: []string{"item", "3"},
				Files: []job.File{
					file("ubuntu.ovf", job.Succeeded), file("disk-1.vmdk", job.Running), file("disk-2.vmdk", job.Failed),
				},
				Preview: &job.Preview{State: "AVAILABLE", Warnings: []job.PreviewWarning{{Type: "SELF_SIGNED_CERTIFICATE"}, {Type: "UNTRUSTED", Ignored: true}}},
			},
		},
		{
			Job:    config.Job{ID: "4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab", Kind: "download"},
			Source: collector.SourceDiscovery,
			Last:   &job.Job{State: job.Pending, UpstreamState: "ACTIVE", Expiration: after(5 * time.Minute), Files: []job.File{}, Info: []string{"item", ""}},
		},
		{
			Job:  config.Job{ID: "b2f0", Name: "windows-2025", Kind: "update", Labels: map[string]string{"team": "windows"}},
			Last: &job.Job{State: job.Expired, Expiration: before(17 * time.Minute), Info: []string{"item", "1"}},
		},
		{
			Job:    config.Job{ID: "815994e5-typo", Name: "debian-13", Kind: "update"},
			Source: collector.SourceFile,
			Last:   &job.Job{State: job.Gone}, ReadAt: before(10 * time.Second),
		},
	}
}

func machineImages() []collector.JobStatus {
	return []collector.JobStatus{
		{
			Job: config.Job{ID: "2797087", Name: "webserver image", Kind: "machine_image"},
			Last: &job.Job{
				State: job.Running, UpstreamState: "In Progress", Progress: new(0.75), Created: before(3*time.Hour + 12*time.Minute),
				Chunks: &job.Chunks{Uploaded: new(30.0), Pending: new(10.0)},
				DataCenters: []job.DataCenter{
					{Name: "us2", State: job.Running}, {Name: "em2", State: job.Succeeded},
				},
			},
			LastFailure: &upstream.Failure{Reason: job.ReasonTimeout, Message: "GET status: no answer in time"}, FailedAt: before(25 * time.Minute),
		},
		{
			Job: config.Job{ID: "2797088", Name: "database image", Kind: "machine_image"},
			Last: &job.Job{
				State: job.Failed, UpstreamState: "Rejected", Created: before(50 * time.Hour), Ended: before(49 * time.Hour),
				Error: job.Error{ID: "OCM-4711", Message: "virus scan found EICAR in https://user:secret@files.example.com/disk.img?token=secret"},
			},
		},
		{
			Job:  config.Job{ID: "2797089", Kind: "machine_image"},
			Last: &job.Job{State: job.Canceled, UpstreamState: "Deleted", Created: before(90 * 24 * time.Hour)},
		},
		{
			Job:  config.Job{ID: "2797090", Name: "cache image", Kind: "machine_image"},
			Last: &job.Job{State: job.Unknown, UpstreamState: "Awaiting approval", Created: before(40 * time.Minute)},
		},
	}
}

func typeUpdates() []collector.JobStatus {
	refused := &upstream.Failure{Reason: job.ReasonUnauthorized, Message: "GET status: answered 401 Unauthorized"}
	return []collector.JobStatus{
		{
			Job:     config.Job{ID: "OPE0ED029409F14E2FA6BE244D7BE0C1E9", Name: "Article", Kind: "type_update", Type: "Article"},
			Last:    &job.Job{State: job.Running, UpstreamState: "processing", Progress: new(0.1), Started: before(8 * time.Minute)},
			Failure: refused, LastFailure: refused, FailedAt: before(12 * time.Second), ReadAt: before(6 * time.Minute), FirstSeen: before(8 * time.Minute),
		},
		{
			Job:     config.Job{ID: "9F2", Name: "bulk publish", Kind: "operation", Path: "/content/management/api/v1.1/bulkItemsOperations/9F2"},
			Failure: refused, LastFailure: refused, FailedAt: before(12 * time.Second),
		},
	}
}

func samples() []collector.JobStatus {
	return []collector.JobStatus{
		{
			Job:  config.Job{ID: "4711", Name: "sample import", Kind: "sample"},
			Last: &job.Job{State: job.Succeeded, UpstreamState: "FINISHED", Progress: new(1.0), Started: before(2 * time.Hour), Ended: before(100 * time.Minute)},
		},
		{Job: config.Job{ID: "12", Kind: "contribution"}, Source: collector.SourceProbe},
	}
}

// hostile is text that breaks out of a careless page. The last of them turns
// the direction of writing and never turns it back.
func hostile() []string {
	return []string{
		`<script>window.broken = true</script>`,
		`"><img src=x onerror="window.broken = true">`,
		`' onfocus='window.broken = true' autofocus='`,
		`</bdi></td></table></style><script>window.broken = true</script>`,
		`javascript:window.broken = true`,
		`&lt;b&gt; {{.Name}} <!-- ]]> `,
		"emoji 🧨👩‍🚀 and \u202Ereversed",
	}
}

// hostileTargets have hostile text wherever an upstream or a user has a say.
func hostileTargets() []collector.TargetStatus {
	var jobs []collector.JobStatus
	for i, text := range hostile() {
		jobs = append(jobs, collector.JobStatus{
			Job: config.Job{ID: fmt.Sprintf("%d %s", i, text), Name: text, Kind: text, Type: text, Path: text, Labels: map[string]string{"label": text}},
			Last: &job.Job{
				State: job.Failed, UpstreamState: text, Progress: new(0.5), Created: before(time.Hour),
				Error:       job.Error{ID: text, Message: text},
				Parts:       []job.Part{{Name: text, Kind: text, State: job.Failed}},
				Files:       []job.File{{Name: text, SourceType: text, State: job.Failed}},
				DataCenters: []job.DataCenter{{Name: text, Region: text, State: job.Failed}},
				Preview: &job.Preview{
					State: text, Warnings: []job.PreviewWarning{{Type: text}}, Certificate: &job.PreviewCertificate{Issuer: text, Subject: text},
				},
				Info: []string{text},
			},
			Failure:     &upstream.Failure{Reason: job.ReasonDecode, Message: text},
			LastFailure: &upstream.Failure{Reason: job.ReasonDecode, Message: text}, FailedAt: before(time.Second),
			Link:    "https://vcenter.example.com/ui/#?id=" + url.QueryEscape(text),
			Changes: []job.Change{{At: before(time.Hour), State: job.Failed, UpstreamState: text}},
		})
	}
	jobs = append(jobs, collector.JobStatus{
		Job:  config.Job{ID: "odd", Name: "odd state", Kind: "sample"},
		Last: &job.Job{State: job.Unknown, UpstreamState: hostile()[1]},
	})
	of := target("vsphere", hostile()[1], jobs...)
	of.Up, of.InfoLabels = false, []string{"info"}
	of.Failure = &upstream.Failure{Reason: job.ReasonDecode, Message: hostile()[0]}
	of.ListFailure = &upstream.Failure{Reason: job.ReasonTLS, Message: hostile()[2]}
	of.JobSources = []config.JobSourceStatus{{Path: hostile()[0], Err: errors.New(hostile()[1])}}
	return []collector.TargetStatus{of}
}

// manyTargets are count jobs of ten targets.
func manyTargets(count int) []collector.TargetStatus {
	states := []job.State{job.Running, job.Succeeded, job.Pending, job.Succeeded, job.Failed}
	jobs := make([][]collector.JobStatus, 10)
	for i := range count {
		jobs[i%10] = append(jobs[i%10], collector.JobStatus{
			Job: config.Job{ID: fmt.Sprintf("%08d", i), Name: fmt.Sprintf("image build %d", i), Kind: "update"},
			Last: &job.Job{
				State: states[i%5], Progress: new(float64(i%100) / 100), Created: before(time.Duration(i) * time.Minute), Expiration: after(time.Hour),
				Chunks: &job.Chunks{Uploaded: new(float64(i)), Pending: new(3.0)},
				Error:  job.Error{Message: "upload of disk-1.vmdk was refused by the data store"},
			},
		})
	}
	targets := make([]collector.TargetStatus, 0, len(jobs))
	for i, of := range jobs {
		targets = append(targets, target("vsphere", fmt.Sprintf("vcenter-%d", i), of...))
	}
	return targets
}
