package web

import (
	"fmt"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
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
		if jobs[i].Last != nil && jobs[i].ReadAt.IsZero() {
			jobs[i].ReadAt, jobs[i].FirstSeen = before(10*time.Second), before(26*time.Hour)
		}
	}
	return collector.TargetStatus{System: system, Name: name, Jobs: jobs}
}

func sessions() []collector.JobStatus {
	file := func(name string, state collector.State) collector.File {
		return collector.File{Name: name, State: state}
	}
	return []collector.JobStatus{
		{
			Job: config.Job{ID: "815994e5-2828-4a88-86ed-4575f9e964e2:9c7e16e9", Name: "ubuntu-24.04", Kind: "update"},
			Last: &collector.Job{
				State: collector.Running, UpstreamState: "ACTIVE", Progress: new(0.42),
				Expiration: after(95 * time.Second), Info: []string{"item", "3"},
				Files: []collector.File{
					file("ubuntu.ovf", collector.Succeeded), file("disk-1.vmdk", collector.Running), file("disk-2.vmdk", collector.Failed),
				},
				Preview: &collector.Preview{State: "AVAILABLE", Warnings: []collector.PreviewWarning{{Type: "SELF_SIGNED_CERTIFICATE"}, {Type: "UNTRUSTED", Ignored: true}}},
			},
		},
		{
			Job:    config.Job{ID: "4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab", Kind: "download"},
			Source: collector.SourceDiscovery,
			Last:   &collector.Job{State: collector.Pending, UpstreamState: "ACTIVE", Expiration: after(5 * time.Minute), Files: []collector.File{}, Info: []string{"item", ""}},
		},
		{
			Job:  config.Job{ID: "b2f0", Name: "windows-2025", Kind: "update"},
			Last: &collector.Job{State: collector.Expired, Expiration: before(17 * time.Minute), Info: []string{"item", "1"}},
		},
		{
			Job:    config.Job{ID: "815994e5-typo", Name: "debian-13", Kind: "update"},
			Source: collector.SourceFile,
			Last:   &collector.Job{State: collector.Gone}, ReadAt: before(10 * time.Second),
		},
	}
}

func machineImages() []collector.JobStatus {
	return []collector.JobStatus{
		{
			Job: config.Job{ID: "2797087", Name: "webserver image", Kind: "machine_image"},
			Last: &collector.Job{
				State: collector.Running, UpstreamState: "In Progress", Progress: new(0.75), Created: before(3*time.Hour + 12*time.Minute),
				Chunks: &collector.Chunks{Uploaded: new(30.0), Pending: new(10.0)},
				DataCenters: []collector.DataCenter{
					{Name: "us2", State: collector.Running}, {Name: "em2", State: collector.Succeeded},
				},
			},
			LastFailure: &collector.Failure{Reason: collector.ReasonTimeout, Message: "GET status: no answer in time"}, FailedAt: before(25 * time.Minute),
		},
		{
			Job: config.Job{ID: "2797088", Name: "database image", Kind: "machine_image"},
			Last: &collector.Job{
				State: collector.Failed, UpstreamState: "Rejected", Created: before(50 * time.Hour), Ended: before(49 * time.Hour),
				Error: collector.JobError{ID: "OCM-4711", Message: "virus scan found EICAR in https://user:secret@files.example.com/disk.img?token=secret"},
			},
		},
		{
			Job:  config.Job{ID: "2797089", Kind: "machine_image"},
			Last: &collector.Job{State: collector.Canceled, UpstreamState: "Deleted", Created: before(90 * 24 * time.Hour)},
		},
		{
			Job:  config.Job{ID: "2797090", Name: "cache image", Kind: "machine_image"},
			Last: &collector.Job{State: collector.Unknown, UpstreamState: "Awaiting approval", Created: before(40 * time.Minute)},
		},
	}
}

func typeUpdates() []collector.JobStatus {
	refused := &collector.Failure{Reason: collector.ReasonUnauthorized, Message: "GET status: answered 401 Unauthorized"}
	return []collector.JobStatus{
		{
			Job:     config.Job{ID: "OPE0ED029409F14E2FA6BE244D7BE0C1E9", Name: "Article", Kind: "type_update", Type: "Article"},
			Last:    &collector.Job{State: collector.Running, UpstreamState: "processing", Progress: new(0.1), Started: before(8 * time.Minute)},
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
			Last: &collector.Job{State: collector.Succeeded, UpstreamState: "FINISHED", Progress: new(1.0), Started: before(2 * time.Hour), Ended: before(100 * time.Minute)},
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
			Job: config.Job{ID: fmt.Sprintf("%d %s", i, text), Name: text, Kind: text, Type: text, Path: text},
			Last: &collector.Job{
				State: collector.Failed, UpstreamState: text, Progress: new(0.5), Created: before(time.Hour),
				Error: collector.JobError{ID: text, Message: text},
			},
			Failure:     &collector.Failure{Reason: collector.ReasonDecode, Message: text},
			LastFailure: &collector.Failure{Reason: collector.ReasonDecode, Message: text}, FailedAt: before(time.Second),
		})
	}
	jobs = append(jobs, collector.JobStatus{
		Job:  config.Job{ID: "odd", Name: "odd state", Kind: "sample"},
		Last: &collector.Job{State: collector.Unknown, UpstreamState: hostile()[1]},
	})
	return []collector.TargetStatus{target("vsphere", hostile()[1], jobs...)}
}

// manyTargets are count jobs of ten targets.
func manyTargets(count int) []collector.TargetStatus {
	states := []collector.State{collector.Running, collector.Succeeded, collector.Pending, collector.Succeeded, collector.Failed}
	jobs := make([][]collector.JobStatus, 10)
	for i := range count {
		jobs[i%10] = append(jobs[i%10], collector.JobStatus{
			Job: config.Job{ID: fmt.Sprintf("%08d", i), Name: fmt.Sprintf("image build %d", i), Kind: "update"},
			Last: &collector.Job{
				State: states[i%5], Progress: new(float64(i%100) / 100), Created: before(time.Duration(i) * time.Minute), Expiration: after(time.Hour),
				Chunks: &collector.Chunks{Uploaded: new(float64(i)), Pending: new(3.0)},
				Error:  collector.JobError{Message: "upload of disk-1.vmdk was refused by the data store"},
			},
		})
	}
	targets := make([]collector.TargetStatus, 0, len(jobs))
	for i, of := range jobs {
		targets = append(targets, target("vsphere", fmt.Sprintf("vcenter-%d", i), of...))
	}
	return targets
}
