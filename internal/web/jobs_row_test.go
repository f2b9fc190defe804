package web

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

func TestARowShowsWhatTheLastReadsKnew(t *testing.T) {
	page := showJobs(t, exampleTargets(), "")
	rows := map[string]map[string]string{}
	for i, name := range page.jobNames() {
		rows[name] = page.cells(page.jobRows()[i])
	}
	for name, want := range map[string]map[string]string{
		"ubuntu-24.04": {
			"State":    "running",
			"Job":      "ubuntu-24.04 815994e5-2828-4a88-86ed-4575f9e964e2:9c7e16e9 update, configured",
			"Target":   "vcenter-prod vsphere",
			"Progress": "42 % 3 files: 1 failed, 1 running, 1 succeeded 1 preview warning that will fail it",
			"Age":      "1 d 2 h since first seen",
			"Expires":  "in 1 min 35 s soon", "Last read": "10 s ago Probe ubuntu-24.04",
		},
		"4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab": { // without a name; just begun
			"State":    "pending",
			"Job":      "4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab download, discovered",
			"Target":   "vcenter-prod vsphere",
			"Progress": "no files",
			"Age":      "1 d 2 h since first seen",
			"Expires":  "in 5 min", "Last read": "10 s ago Probe 4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab",
		},
		"windows-2025": { // expired
			"State": "expired", "Job": "windows-2025 b2f0 update, configured", "Target": "vcenter-prod vsphere",
			"Progress": "not told", "Age": "1 d 2 h since first seen",
			"Expires": "17 min ago", "Last read": "10 s ago Probe windows-2025",
		},
		"debian-13": { // the upstream never knew it
			"State":    "gone",
			"Job":      "debian-13 815994e5-typo update, from a job file The upstream knows no job of this id: check it for a typo.",
			"Target":   "vcenter-prod vsphere",
			"Progress": "not told", "Age": "not known", "Expires": "–", "Last read": "never read Probe debian-13",
		},
		"webserver image": { // reading failed once, and works again
			"State": "running", "Job": "webserver image 2797087 machine_image, configured", "Target": "marketplace oracle_marketplace",
			"Progress": "75 % 30 of 40 chunks 2 data centers: 1 running, 1 succeeded", "Age": "3 h 12 min since creation",
			"Expires": "–", "Last read": "10 s ago failed last 25 min ago: timeout Probe webserver image",
		},
		"database image": { // failed, with a credential in the upstream's message
			"State":    "failed",
			"Job":      "database image 2797088 machine_image, configured OCM-4711: virus scan found EICAR in https://files.example.com/disk.img",
			"Target":   "marketplace oracle_marketplace",
			"Progress": "not told", "Age": "2 d 2 h since creation ended 2 d 1 h ago",
			"Expires": "–", "Last read": "10 s ago Probe database image",
		},
		"cache image": { // a word in no table
			"State": "unknown upstream says “Awaiting approval”", "Job": "cache image 2797090 machine_image, configured",
			"Target": "marketplace oracle_marketplace", "Progress": "not told", "Age": "40 min since creation",
			"Expires": "–", "Last read": "10 s ago Probe cache image",
		},
		"Article": { // was read, and cannot be read now
			"State": "unavailable was running", "Job": "Article OPE0ED029409F14E2FA6BE244D7BE0C1E9 type_update, configured",
			"Target": "content oracle_content", "Progress": "10 %", "Age": "8 min since start", "Expires": "–",
			"Last read": "6 min ago failed 12 s ago: unauthorized GET status: answered 401 Unauthorized Probe Article",
		},
		"bulk publish": { // could never be read
			"State": "unavailable", "Job": "bulk publish 9F2 operation, configured",
			"Target": "content oracle_content", "Progress": "not told", "Age": "not known", "Expires": "–",
			"Last read": "never read failed 12 s ago: unauthorized GET status: answered 401 Unauthorized Probe bulk publish",
		},
		"sample import": {
			"State": "succeeded", "Job": "sample import 4711 sample, configured", "Target": "samples sample_exchange",
			"Progress": "100 %", "Age": "2 h since start ended 1 h 40 min ago", "Expires": "–", "Last read": "10 s ago Probe sample import",
		},
		"12": { // nobody scraped it yet
			"State": "unread", "Job": "12 contribution, known from /probe only", "Target": "samples sample_exchange",
			"Progress": "not told", "Age": "not known", "Expires": "–", "Last read": "never read Probe 12",
		},
	} {
		if !maps.Equal(rows[name], want) {
			t.Errorf("%s:\n got %q\nwant %q", name, rows[name], want)
		}
	}
}

func TestTheSmallPrintOfARow(t *testing.T) {
	ended := &upstream.Failure{Reason: job.ReasonTimeout, Message: "GET status: no answer in time"}
	type smallPrint struct {
		status collector.JobStatus
		column string
		want   string
	}
	for name, test := range map[string]smallPrint{
		"a final state stays when reading fails later": {
			collector.JobStatus{Last: &job.Job{State: job.Succeeded}, Failure: ended, LastFailure: ended, FailedAt: before(time.Minute)},
			"State", "succeeded",
		},
		"that failure is told all the same": {
			collector.JobStatus{Last: &job.Job{State: job.Succeeded}, Failure: ended, LastFailure: ended, FailedAt: before(time.Minute)},
			"Last read", "10 s ago failed 1 min ago: timeout GET status: no answer in time Probe x",
		},
		"a failed job without a reason says so": {
			collector.JobStatus{Last: &job.Job{State: job.Failed}}, "Job", "x sample, configured The upstream gave no reason.",
		},
		"a failed job with no reason but its state": {
			collector.JobStatus{Last: &job.Job{State: job.Failed, UpstreamState: "Rejected"}}, "Job", "x sample, configured The upstream says only “Rejected”.",
		},
		"the status of the request that the job carried out": {
			collector.JobStatus{Last: &job.Job{State: job.Failed, ResultStatusCode: new(409.0)}}, "Job", "x sample, configured result status 409",
		},
		"an error message of several lines and any length is one short line": {
			collector.JobStatus{Last: &job.Job{State: job.Failed, Error: job.Error{Message: "one\n\ttwo " + strings.Repeat("y", 5000)}}},
			"Job", "x sample, configured one two " + strings.Repeat("y", 192),
		},
		"the error of a job that did not fail is not shown": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Error: job.Error{Message: "retried"}}}, "Job", "x sample, configured",
		},
		"what is left of an expiration that is over": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Expiration: before(time.Minute)}}, "Expires", "1 min ago soon",
		},
		"a finished job expires no more": {
			collector.JobStatus{Last: &job.Job{State: job.Succeeded, Expiration: after(time.Minute)}}, "Expires", "–",
		},
		"two minutes are not soon": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Expiration: after(2 * time.Minute)}}, "Expires", "in 2 min",
		},
		"a start ahead of the exporter's clock": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Started: after(90 * time.Second)}}, "Age", "in 1 min 30 s since start",
		},
		"progress beyond its bounds": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Progress: new(1.7)}}, "Progress", "100 %",
		},
		"progress is not rounded up to done": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Progress: new(0.9999)}}, "Progress", "99 %",
		},
		"no progress is not the same as none told": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Progress: new(0.0)}}, "Progress", "0 %",
		},
		"chunks of which only the uploaded are known": {
			collector.JobStatus{Last: &job.Job{State: job.Running, Chunks: &job.Chunks{Uploaded: new(4.0)}}}, "Progress", "4 chunks uploaded",
		},
		"what was known of a job that vanished": {
			collector.JobStatus{Last: &job.Job{State: job.Gone, Started: before(time.Hour)}}, "Last read", "10 s ago Probe x",
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.status.Job = config.Job{ID: "x", Kind: "sample"}
			page := showJobs(t, []collector.TargetStatus{target("sample_exchange", "samples", test.status)}, "")
			if got := page.cells(page.jobRows()[0])[test.column]; got != test.want {
				t.Errorf("%s is %q, want %q", test.column, got, test.want)
			}
		})
	}
}

func TestTimesAreThereInFull(t *testing.T) {
	page := showJobs(t, exampleTargets(), "search=ubuntu")
	want := [][2]string{
		{"2026-10-29T10:00:00Z", "First seen by the exporter at 2026-10-29 10:00:00 UTC"},
		{"2026-10-30T12:01:35Z", "Expires at 2026-10-30 12:01:35 UTC"},
		{"2026-10-30T11:59:50Z", "Read at 2026-10-30 11:59:50 UTC"},
	}
	var got [][2]string
	for _, e := range page.all("time") {
		got = append(got, [2]string{e.attributes["datetime"], e.attributes["title"]})
	}
	if !slices.Equal(got, want) {
		t.Errorf("times are %q, want %q", got, want)
	}
}

func TestSpansOfTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                     "0 s",
		999 * time.Millisecond:           "0 s",
		59 * time.Second:                 "59 s",
		time.Minute:                      "1 min",
		time.Hour - time.Nanosecond:      "59 min 59 s",
		time.Hour + 59*time.Second:       "1 h",
		24*time.Hour - time.Minute:       "23 h 59 min",
		49*time.Hour + 30*time.Minute:    "2 d 1 h",
		1000 * 24 * time.Hour:            "1000 d",
		time.Duration(1<<63 - 1):         "106751 d 23 h",
		90*time.Minute + 45*time.Second:  "1 h 30 min",
		61*time.Second + time.Nanosecond: "1 min 1 s",
	} {
		if got := span(d); got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
}

func TestLongNamesAreShortened(t *testing.T) {
	long := strings.Repeat("ä", 128)
	for name, want := range map[string]string{
		long:                     long,
		long + "!":               long + "…",
		"tab\tand\x00 zero":      "tab and zero",
		"not \xff UTF-8":         "not \uFFFD UTF-8",
		strings.Repeat("x", 1e6): strings.Repeat("x", 128) + "…",
	} {
		job := collector.JobStatus{Job: config.Job{ID: "1", Name: name, Kind: "sample"}}
		page := showJobs(t, []collector.TargetStatus{target("sample_exchange", "samples", job)}, "")
		if got := page.jobNames(); !slices.Equal(got, []string{want}) {
			t.Errorf("%.20q is shown as %.150q", name, got)
		}
	}
}
