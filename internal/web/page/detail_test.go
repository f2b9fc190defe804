package page

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// everything is a job of which all is known that there can be.
func everything() collector.TargetStatus {
	recovered := &upstream.Failure{Reason: job.ReasonTimeout, Message: "GET status: no answer in time"}
	of := target("vsphere", "vcenter", collector.JobStatus{
		Job:    config.Job{ID: "a:b", Name: "ubuntu", Kind: "update", NamedBy: "jobs/a.yml", Labels: map[string]string{"team": "images", "release": "noble"}},
		Source: collector.SourceFile, Link: "https://vcenter.example.com/ui/#?id=a%3Ab", MaxDuration: 24 * time.Hour,
		Last: &job.Job{
			State: job.Running, UpstreamState: "ACTIVE", Progress: new(0.5), Created: before(3 * time.Hour), Started: before(2 * time.Hour),
			LastUpdate: before(time.Minute), Expiration: after(90 * time.Second), Chunks: &job.Chunks{Uploaded: new(3.0), Pending: new(1.0)},
			Files: []job.File{
				{Name: "disk-1.vmdk", SourceType: "PUSH", State: job.Running, TransferredBytes: new(1536.0), SizeBytes: new(3072.0)},
				{Name: "disk-2.vmdk", State: job.Failed},
			},
			DataCenters: []job.DataCenter{{Name: "us2", Region: "US", Replica: new(true), State: job.Running, Progress: new(0.25), LastUpdate: before(time.Minute)}},
			Parts:       []job.Part{{Name: "build", Kind: "stage", State: job.Succeeded, Progress: new(1.0)}, {Name: "test", State: job.Failed}},
			Preview: &job.Preview{
				State:       "AVAILABLE",
				Warnings:    []job.PreviewWarning{{Type: "SELF_SIGNED_CERTIFICATE"}, {Type: "UNTRUSTED", Ignored: true}},
				Certificate: &job.PreviewCertificate{Issuer: "CN=ca", Subject: "CN=images", SelfSigned: new(true), Expiration: after(48 * time.Hour)},
			},
			ResultStatusCode: new(202.0), Info: []string{"item-1", "7"},
		},
		ReadAt: before(10 * time.Second), FirstSeen: before(2 * time.Hour), MovedAt: before(time.Minute),
		Changes: []job.Change{
			{At: before(2 * time.Hour), State: job.Pending, UpstreamState: "WAITING"}, {At: before(90 * time.Minute), State: job.Running, UpstreamState: "ACTIVE"},
		},
		LastFailure: recovered, FailedAt: before(25 * time.Minute),
	})
	of.InfoLabels = []string{"library_item_id", "content_version"}
	return of
}

func TestThePageOfOneJobShowsEverything(t *testing.T) {
	page := showJobs(t, []collector.TargetStatus{everything()}, "target=vcenter&job_id=a:b")
	facts := map[string]string{}
	for _, row := range page.one(t, ".facts").all("div") {
		facts[row.one(t, "dt").text()] = row.one(t, "dd").text()
	}
	for name, want := range map[string]string{
		"Job id": "a:b", "Target": "vcenter (vsphere)", "Upstream": "https://vcenter.example.com", "Kind": "update",
		"Known": "from a job file", "Named by": "jobs/a.yml", "Labels": "release=noble, team=images", "Upstream's word": "ACTIVE",
		"Created": "3 h ago", "Started": "2 h ago", "Last update": "1 min ago", "Expires": "in 1 min 30 s", "Estimated end": "in 1 h 59 min",
		"Parts":    "3 of 4 chunks, 2 files (1 failed, 1 running), 1 data center (1 running), 2 parts (1 failed, 1 succeeded)",
		"May take": "1 d", "Result status": "202", "Preview": "AVAILABLE", "Certificate": "CN=images, issued by CN=ca, self-signed",
		"Certificate expires": "in 2 d", "First seen": "2 h ago", "Last read": "10 s ago", "Last failed read": "25 min ago",
		"It failed with": "timeout: GET status: no answer in time", "library_item_id": "item-1", "content_version": "7",
	} {
		if facts[name] != want {
			t.Errorf("%s is %q, want %q", name, facts[name], want)
		}
		delete(facts, name)
	}
	if len(facts) > 0 {
		t.Errorf("nobody expects %q", facts)
	}
	tables := map[string]string{}
	for i, title := range page.texts("h3") {
		tables[title] = page.all(".parts")[i].one(t, "tbody").text()
	}
	for title, want := range map[string]string{
		"Parts":            "succeeded build stage 100 % failed test",
		"Files":            "running disk-1.vmdk PUSH 1.5 KiB 3.0 KiB failed disk-2.vmdk",
		"Data centers":     "running us2 US yes 25 % 1 min ago",
		"Preview warnings": "SELF_SIGNED_CERTIFICATE no UNTRUSTED yes",
		"Changes of state": "running ACTIVE 2026-10-30 10:30:00 UTC 1 h 30 min so far pending WAITING 2026-10-30 10:00:00 UTC 30 min",
	} {
		if tables[title] != want {
			t.Errorf("%s are %q, want %q", title, tables[title], want)
		}
	}
	for _, want := range []string{"part failed test", "file failed disk-2.vmdk", "preview warning SELF_SIGNED_CERTIFICATE", "expires soon in 1 min 30 s"} {
		if reasons := strings.Join(page.texts(".reason"), "; "); !strings.Contains(reasons, want) {
			t.Errorf("it needs attention for %q, not for %q", reasons, want)
		}
	}
	var leads []string
	for _, link := range page.one(t, "article").all("a") {
		leads = append(leads, link.attributes["href"])
	}
	want := []string{
		runbooks + "asyncjobpartfailed", runbooks + "asyncjobfilefailed", runbooks + "asyncjobpreviewwarning", runbooks + "asyncjobexpiringsoon",
		"https://vcenter.example.com/ui/#?id=a%3Ab", "probe?debug=true&job_id=a%3Ab&target=vcenter", "api/v1/jobs?job_id=a%3Ab&target=vcenter",
	}
	if !slices.Equal(leads, want) {
		t.Errorf("the page leads to %q, want %q", leads, want)
	}
}

// A job that nobody knows has a page that says so, with the status of one that is
// not there.
func TestThePageOfAnUnknownJob(t *testing.T) {
	server := serveJobs(t, exampleTargets())
	for _, query := range []string{"target=nope&job_id=4711", "target=samples&job_id=nope", "target=samples&job_id=4711&kind=contribution"} {
		response, err := http.Get(server.URL + "/jobs?" + query)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("?%s: %s", query, response.Status)
		}
	}
}

// Two probed jobs of one id, and of two kinds, have two pages.
func TestProbedJobsOfOneID(t *testing.T) {
	targets := []collector.TargetStatus{target("sample_exchange", "samples",
		collector.JobStatus{Job: config.Job{ID: "1", Kind: "sample"}, Source: collector.SourceProbe},
		collector.JobStatus{Job: config.Job{ID: "1", Kind: "contribution"}, Source: collector.SourceProbe})}
	server := serveJobs(t, targets)
	_, body := get(t, server.URL+"/jobs")
	var kinds []string
	for _, row := range parsePage(t, body).jobRows() {
		_, body := get(t, server.URL+"/"+row.one(t, ".name").attributes["href"])
		for _, fact := range parsePage(t, body).one(t, ".facts").all("div") {
			if fact.one(t, "dt").text() == "Kind" {
				kinds = append(kinds, fact.one(t, "dd").text())
			}
		}
	}
	slices.Sort(kinds)
	if !slices.Equal(kinds, []string{"contribution", "sample"}) {
		t.Errorf("the pages are of %q", kinds)
	}
}

// The button reads the job, and leads back to its page.
func TestReadNow(t *testing.T) {
	var asked []config.Job
	refused := false
	exporter := exporterOf(exampleTargets())
	exporter.ReadJob = func(_ context.Context, target string, wanted config.Job) error {
		asked = append(asked, wanted)
		if target != "content" {
			t.Errorf("a job of %s is read", target)
		}
		if refused {
			return errors.New("no such job can be asked for")
		}
		return nil
	}
	server := serve(t, exporter)
	_, body := get(t, server.URL+"/jobs?target=content&job_id=9F2")
	form := parsePage(t, body).one(t, "form")
	for _, want := range []int{http.StatusOK, http.StatusBadRequest} {
		response, err := http.Post(server.URL+"/"+form.attributes["action"], "application/x-www-form-urlencoded", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want || want == http.StatusOK && response.Request.URL.RequestURI() != "/jobs?job_id=9F2&target=content" {
			t.Errorf("reading now: %s at %s", response.Status, response.Request.URL)
		}
		refused = true
	}
	if len(asked) != 2 || asked[0].ID != "9F2" || asked[0].Path == "" {
		t.Errorf("%+v were read", asked)
	}
}

// Each runbook that a page leads to is there.
func TestRunbooksAreThere(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "alerts", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range shown.Reasons() {
		if !regexp.MustCompile(`(?m)^#+ ` + reason.Alert() + `$`).Match(text) {
			t.Errorf("alerts/README.md has no section %s, for %s", reason.Alert(), reason)
		}
	}
}
