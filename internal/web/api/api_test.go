package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/api"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

func now() time.Time { return time.Date(2026, 10, 30, 12, 0, 0, 123456789, time.UTC) }

func before(d time.Duration) time.Time { return now().Add(-d) }

// everything is a target and jobs of which all is known that there can be.
func everything() []collector.TargetStatus {
	refused := &upstream.Failure{Reason: job.ReasonLogin, Message: "login: refused"}
	whole := collector.JobStatus{
		System: "vsphere", Target: "vcenter", Job: config.Job{ID: "a:b", Kind: "update", NamedBy: "jobs/a.yml"}, Name: "ubuntu", Source: collector.SourceFile,
		Labels: map[string]string{"team": "images"}, Link: "https://vcenter.example.com/ui/#?id=a%3Ab", MaxDuration: time.Hour,
		Last: &job.Job{
			State: job.Running, UpstreamState: "ACTIVE", Progress: new(0.5), Created: before(3 * time.Hour), Started: before(2 * time.Hour),
			LastUpdate: before(time.Minute), Expiration: now().Add(time.Minute), Chunks: &job.Chunks{Uploaded: new(3.0), Pending: new(1.0)},
			Files:       []job.File{{Name: "disk.vmdk", SourceType: "PUSH", State: job.Failed, TransferredBytes: new(1.0), SizeBytes: new(2.0)}},
			DataCenters: []job.DataCenter{{Name: "us2", Region: "US", Replica: new(true), State: job.Running, Progress: new(0.2), LastUpdate: before(time.Minute)}},
			Parts:       []job.Part{{Name: "build", Kind: "stage", State: job.Running, Progress: new(0.1)}},
			Preview: &job.Preview{
				State: "AVAILABLE", Warnings: []job.PreviewWarning{{Type: "UNTRUSTED"}},
				Certificate: &job.PreviewCertificate{Issuer: "CN=ca", Subject: "CN=x", SelfSigned: new(false), Expiration: now()},
			},
			ResultStatusCode: new(202.0), Info: []string{"item"},
		},
		ReadAt: before(time.Second), FirstSeen: before(2 * time.Hour), MovedAt: before(time.Minute),
		Changes:     []job.Change{{At: before(time.Hour), State: job.Running, UpstreamState: "ACTIVE"}},
		LastFailure: refused, FailedAt: before(time.Minute),
	}
	failed := collector.JobStatus{
		System: "vsphere", Target: "vcenter", Job: config.Job{ID: "c", Kind: "update"}, Name: "c", Source: collector.SourceProbe, Retired: true,
		Last:   &job.Job{State: job.Failed, Ended: before(time.Hour), Error: job.Error{ID: "E1", Message: "no room at https://u:p@host/?token=x"}},
		ReadAt: before(time.Second), FirstSeen: before(time.Hour),
	}
	unavailable := collector.JobStatus{
		System: "vsphere", Target: "vcenter", Job: config.Job{ID: "d", Kind: "download"}, Name: "d", Source: collector.SourceDiscovery,
		Failure: refused, LastFailure: refused, FailedAt: before(time.Second),
	}
	return []collector.TargetStatus{
		{
			System: "vsphere", Name: "vcenter", Labels: map[string]string{"team": "images"}, URL: "https://vcenter.example.com", Discovery: true,
			InfoLabels: []string{"library_item_id"}, LastRead: before(time.Second), Failure: refused, Duration: time.Second, PausedUntil: now(),
			LastList: before(time.Minute), ListFailure: refused, Login: upstream.LoginStatus{State: "resting", Since: now(), Until: now(), Failure: refused, Shared: []string{"other"}},
			JobSources: []config.JobSourceStatus{{Path: "jobs/a.yml"}, {Path: "jobs/b.yml", Err: errors.New("jobs/b.yml: line 1: bad")}},
			Jobs:       []collector.JobStatus{whole, failed, unavailable},
		},
		{System: "sample_exchange", Name: "samples", URL: "https://samples.example.com", Jobs: []collector.JobStatus{
			{System: "sample_exchange", Target: "samples", Job: config.Job{ID: "d", Kind: "sample"}, Name: "d", Source: collector.SourceConfig},
		}},
	}
}

// handler serves the API of these targets.
func handler(targets []collector.TargetStatus) http.Handler {
	h := &api.Handler{
		Overview: func(context.Context) []collector.TargetStatus { return targets },
		Moment:   func() shown.Moment { return shown.Moment{Now: now()} },
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/jobs", h.Jobs)
	mux.HandleFunc("GET /api/v1/targets", h.Targets)
	return mux
}

// ask returns the code and the body of an answer.
func ask(h http.Handler, path string) (code int, body string) {
	recorded := httptest.NewRecorder()
	h.ServeHTTP(recorded, httptest.NewRequest(http.MethodGet, "/api/v1"+path, http.NoBody))
	return recorded.Code, recorded.Body.String()
}

// conforms checks an answer against openapi.yml.
func conforms(t *testing.T, d *document, path string, code int, body string) {
	t.Helper()
	endpoint, _, _ := strings.Cut(path, "?")
	described, ok := d.answerOf(endpoint, strconv.Itoa(code))
	if !ok {
		t.Fatalf("%s: %d is not described", path, code)
	}
	var value any
	if err := json.Unmarshal([]byte(body), &value); err != nil {
		t.Fatalf("%s: %v: %s", path, err, body)
	}
	for _, complaint := range d.check(value, described, endpoint) {
		t.Errorf("%s: %s", path, complaint)
	}
}

// Each answer is as openapi.yml describes it, and all that is described there is
// in some answer.
func TestAnswersAreAsDescribed(t *testing.T) {
	d := readDocument(t)
	h := handler(everything())
	for path, want := range map[string]int{
		"/jobs": 200, "/jobs?state=failed": 200, "/jobs?search=nothing": 200,
		"/jobs?target=vcenter&job_id=a:b": 200, "/jobs?job_id=a:b": 200, "/jobs?job_id=c&target=vcenter": 200, "/jobs?job_id=d&kind=download": 200,
		"/jobs?job_id=nope": 404, "/jobs?job_id=": 404, "/jobs?target=samples&job_id=a:b": 404, "/jobs?job_id=d": 400, "/jobs?target=%zz": 400,
		"/targets": 200, "/targets?target=samples": 200, "/targets?system=vsphere": 200, "/targets?target=nope": 404,
	} {
		code, body := ask(h, path)
		if code != want {
			t.Errorf("%s: %d %s", path, code, body)
		}
		conforms(t, d, path, code, body)
	}
	for path := range d.Paths {
		described, _ := d.answerOf(path, "200")
		for _, name := range d.unseen(described, path) {
			t.Errorf("%s is described and in no answer", name)
		}
	}
}

// The same holds for what a real exporter answers, before and after its first scrape.
func TestAnswersOfARealExporter(t *testing.T) {
	d := readDocument(t)
	simulated := exportertest.Simulate(t, simulator.Options{})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	for range 2 {
		for _, path := range []string{"/targets", "/jobs"} {
			reply := exporter.Get("/api/v1" + path)
			conforms(t, d, path, reply.Status, reply.Body)
		}
		exporter.Scrape(30 * time.Second)
	}
	var list struct {
		Data []struct {
			Target string `json:"target"`
			ID     string `json:"job_id"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(exporter.Get("/api/v1/jobs").Body), &list); err != nil || len(list.Data) < 20 {
		t.Fatalf("%d jobs, %v", len(list.Data), err)
	}
	for _, one := range list.Data {
		path := "/jobs?" + url.Values{"target": {one.Target}, "job_id": {one.ID}}.Encode()
		reply := exporter.Get("/api/v1" + path)
		if reply.Status != http.StatusOK || reply.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s", path, reply.Status, reply.Header.Get("Content-Type"))
		}
		conforms(t, d, path, reply.Status, reply.Body)
	}
}

// The filters are those of the page.
func TestFiltersOfTheAPI(t *testing.T) {
	h := handler(everything())
	for query, want := range map[string][]string{
		"":                              {"c", "a:b", "d", "d"},
		"state=failed&state=running":    {"c", "a:b"},
		"attention=true&target=vcenter": {"c", "a:b", "d"},
		"label=team%3Dimages":           {"a:b"},
		"search=UBU":                    {"a:b"},
		"kind=sample":                   {"d"},
		"system=vsphere&sort=-name":     {"a:b", "d", "c"},
		"target=nope":                   nil,
	} {
		_, body := ask(h, "/jobs?"+query)
		var list struct {
			Data []struct {
				ID string `json:"job_id"`
			} `json:"data"`
		}
		if err := json.Unmarshal([]byte(body), &list); err != nil || list.Data == nil {
			t.Fatalf("?%s: %v: %s", query, err, body)
		}
		var ids []string
		for _, one := range list.Data {
			ids = append(ids, one.ID)
		}
		if !slices.Equal(ids, want) {
			t.Errorf("?%s: %q, want %q", query, ids, want)
		}
	}
}

// What a pipeline waits for: the state, whether it is final, and why it failed.
func TestWhatAPipelineWaitsFor(t *testing.T) {
	h := handler(everything())
	for id, want := range map[string]map[string]any{
		"a:b": {"state": "running", "final": false, "up": true, "exported": true, "last_read": "2026-10-30T11:59:59.123Z"},
		"c":   {"state": "failed", "final": true, "up": true, "exported": false, "end": "2026-10-30T11:00:00.123Z"},
		"d":   {"state": "unavailable", "final": false, "up": false},
	} {
		_, body := ask(h, "/jobs?target=vcenter&job_id="+id)
		var one struct {
			Status string         `json:"status"`
			Data   map[string]any `json:"data"`
		}
		if err := json.Unmarshal([]byte(body), &one); err != nil || one.Status != "success" {
			t.Fatalf("%s: %v: %s", id, err, body)
		}
		for key, value := range want {
			if one.Data[key] != value {
				t.Errorf("%s: %s is %v, want %v", id, key, one.Data[key], value)
			}
		}
		if id == "c" && !maps.Equal(one.Data["error_info"].(map[string]any), map[string]any{"error_id": "E1", "error": "no room at https://host/"}) {
			t.Errorf("the error is %v", one.Data["error_info"])
		}
	}
}
