package page

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

func TestARowShowsWhatTheLastReadsKnew(t *testing.T) {
	page := showJobs(t, exampleTargets(), "")
	rows := map[string]map[string]string{}
	for i, name := range page.jobNames() {
		rows[name] = page.cells(page.jobRows()[i])
	}
	for name, want := range map[string]map[string]string{
		"ubuntu-24.04": { // several things at once
			"State":  "running",
			"Job":    "ubuntu-24.04 file failed disk-2.vmdk; preview warning SELF_SIGNED_CERTIFICATE: completing it will fail; expires soon in 1 min 35 s",
			"Target": "vcenter-prod", "Progress": "42 %", "Age": "1 d 2 h", "Changed": "–", "Expires": "1 min 35 s", "Labels": "release=noble team=images",
		},
		"4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab": { // without a name; just begun
			"State": "pending", "Job": "4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab",
			"Target": "vcenter-prod", "Progress": "no files", "Age": "1 d 2 h", "Changed": "–", "Expires": "5 min", "Labels": "–",
		},
		"windows-2025": {
			"State": "expired", "Job": "windows-2025 it ran out before it was completed",
			"Target": "vcenter-prod", "Progress": "–", "Age": "1 d 2 h", "Changed": "–", "Expires": "17 min ago", "Labels": "team=windows",
		},
		"debian-13": { // the upstream never knew it
			"State": "gone", "Job": "debian-13 not found the upstream knows no job of this id: check it for a typo",
			"Target": "vcenter-prod", "Progress": "–", "Age": "–", "Changed": "–", "Expires": "–", "Labels": "–",
		},
		"webserver image": {
			"State": "running", "Job": "webserver image", "Target": "marketplace",
			"Progress": "75 % ≈ 1 h", "Age": "3 h 12 min", "Changed": "–", "Expires": "–", "Labels": "–",
		},
		"database image": { // failed, with a credential in the upstream's message
			"State": "failed", "Job": "database image OCM-4711: virus scan found EICAR in https://files.example.com/disk.img", "Target": "marketplace",
			"Progress": "–", "Age": "2 d 2 h", "Changed": "2 d 1 h", "Expires": "–", "Labels": "–",
		},
		"cache image": { // a word in no table
			"State": "unknown", "Job": "cache image the upstream says “Awaiting approval”", "Target": "marketplace",
			"Progress": "–", "Age": "40 min", "Changed": "–", "Expires": "–", "Labels": "–",
		},
		"Article": { // was read, and cannot be read now
			"State": "unavailable", "Job": "Article unauthorized: GET status: answered 401 Unauthorized (was running)", "Target": "content",
			"Progress": "10 %", "Age": "8 min", "Changed": "–", "Expires": "–", "Labels": "–",
		},
		"bulk publish": { // could never be read
			"State": "unavailable", "Job": "bulk publish unauthorized: GET status: answered 401 Unauthorized", "Target": "content",
			"Progress": "–", "Age": "–", "Changed": "–", "Expires": "–", "Labels": "–",
		},
		"sample import": {
			"State": "succeeded", "Job": "sample import", "Target": "samples",
			"Progress": "100 %", "Age": "2 h", "Changed": "1 h 40 min", "Expires": "–", "Labels": "–",
		},
		"12": { // nobody scraped it yet
			"State": "unread", "Job": "12 not read yet", "Target": "samples",
			"Progress": "–", "Age": "–", "Changed": "–", "Expires": "–", "Labels": "–",
		},
	} {
		if !maps.Equal(rows[name], want) {
			t.Errorf("%s:\n got %q\nwant %q", name, rows[name], want)
		}
	}
}

func TestTheSmallPrintOfARow(t *testing.T) {
	type smallPrint struct {
		status collector.JobStatus
		column string
		want   string
	}
	running := func(change func(*job.Job)) collector.JobStatus {
		last := &job.Job{State: job.Running}
		change(last)
		return collector.JobStatus{Last: last}
	}
	for name, test := range map[string]smallPrint{
		"what is left of an expiration that is over": {
			running(func(j *job.Job) { j.Expiration = before(time.Minute) }), "Expires", "1 min ago",
		},
		"a start ahead of the exporter's clock": {running(func(j *job.Job) { j.Started = after(90 * time.Second) }), "Age", "in 1 min 30 s"},
		"progress beyond its bounds":            {running(func(j *job.Job) { j.Progress = new(1.7) }), "Progress", "100 %"},
		"progress is not rounded up to done":    {running(func(j *job.Job) { j.Progress = new(0.9999) }), "Progress", "99 %"},
		"progress that is a little less as a binary number": {
			running(func(j *job.Job) { j.Progress = new(0.29) }), "Progress", "29 %",
		},
		"no progress is not the same as none told": {running(func(j *job.Job) { j.Progress = new(0.0) }), "Progress", "0 %"},
		"chunks of which only the uploaded are known": {
			running(func(j *job.Job) { j.Chunks = &job.Chunks{Uploaded: new(4.0)} }), "Progress", "4 chunks uploaded",
		},
		"parts by their state": {
			running(func(j *job.Job) {
				j.Chunks = &job.Chunks{Uploaded: new(30.0), Pending: new(10.0)}
				j.DataCenters = []job.DataCenter{{State: job.Running}, {State: job.Succeeded}}
			}), "Progress", "30 of 40 chunks, 2 data centers (1 running, 1 succeeded)",
		},
		"what is not exported any more": {collector.JobStatus{Last: &job.Job{State: job.Succeeded}, Retired: true}, "Job", "x ended too long ago to be exported"},
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

// Where scrapes ask for some of the jobs only, the others are another exporter's.
func TestJobsOfAnotherExporter(t *testing.T) {
	ours := collector.JobStatus{Job: config.Job{ID: "ours"}, Last: &job.Job{State: job.Running}, AskedAt: before(time.Minute)}
	theirs := collector.JobStatus{Job: config.Job{ID: "theirs"}, Last: &job.Job{State: job.Failed}, AskedAt: before(time.Hour)}
	exporter := exporterOf([]collector.TargetStatus{target("vsphere", "vcenter", ours, theirs)})
	for _, test := range []struct {
		scrapes shown.Scrapes
		want    []string
	}{
		{shown.Scrapes{Last: before(time.Minute), Whole: before(time.Hour)}, []string{
			"ours running", "theirs elsewhere no scrape of this exporter asks for it: another exporter reads it",
		}},
		{shown.Scrapes{Last: before(time.Minute), Whole: before(time.Minute)}, []string{"theirs failed the upstream gave no reason", "ours running"}},
		{shown.Scrapes{Last: before(time.Hour), Whole: before(time.Hour)}, []string{"theirs failed the upstream gave no reason", "ours running"}},
		{shown.Scrapes{}, []string{"theirs failed the upstream gave no reason", "ours running"}},
	} {
		exporter.Moment = momentOf(test.scrapes)
		_, body := get(t, serve(t, exporter).URL+"/jobs")
		page := parsePage(t, body)
		var got []string
		for _, row := range page.jobRows() {
			got = append(got, strings.Join(strings.Fields(row.all(".name")[0].text()+" "+row.all(".state")[0].text()+" "+strings.Join(row.texts(".why"), "")), " "))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%+v: the page shows %q, want %q", test.scrapes, got, test.want)
		}
	}
}

func TestTimesAreThereInFull(t *testing.T) {
	page := showJobs(t, exampleTargets(), "search=ubuntu")
	want := [][2]string{
		{"2026-10-29T10:00:00Z", "Since first seen at 2026-10-29 10:00:00 UTC"},
		{"2026-10-30T12:01:35Z", "Expires at 2026-10-30 12:01:35 UTC"},
	}
	var got [][2]string
	for _, e := range page.jobRows()[0].all("time") {
		got = append(got, [2]string{e.attributes["datetime"], e.attributes["title"]})
	}
	if !slices.Equal(got, want) {
		t.Errorf("times are %q, want %q", got, want)
	}
}

// A job's own place, and its page, are one click away.
func TestLinksOfARow(t *testing.T) {
	status := collector.JobStatus{Job: config.Job{ID: "a:b", Name: "image", Kind: "update"}, Link: "https://vcenter.example.com/ui/#?id=a%3Ab"}
	row := showJobs(t, []collector.TargetStatus{target("vsphere", "vcenter", status)}, "").jobRows()[0]
	if got := row.one(t, ".out").attributes["href"]; got != status.Link {
		t.Errorf("the link to the job's own system is %q", got)
	}
	if got := row.one(t, ".name").attributes["href"]; got != "jobs?job_id=a%3Ab&target=vcenter" {
		t.Errorf("the job's page is %q", got)
	}
}

func TestLongNamesAreShortened(t *testing.T) {
	long := strings.Repeat("ä", 128)
	for name, want := range map[string]string{
		long:                     long,
		long + "!":               long,
		"tab\tand\x00 zero":      "tab and zero",
		"not \xff UTF-8":         "not \uFFFD UTF-8",
		strings.Repeat("x", 1e6): strings.Repeat("x", 128),
	} {
		status := collector.JobStatus{Job: config.Job{ID: "1", Name: name, Kind: "sample"}}
		page := showJobs(t, []collector.TargetStatus{target("sample_exchange", "samples", status)}, "")
		if got := page.jobNames(); !slices.Equal(got, []string{want}) {
			t.Errorf("%.20q is shown as %.150q", name, got)
		}
	}
}
