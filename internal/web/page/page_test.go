package page

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// exporterOf is an exporter that knows these targets, and was just scraped.
func exporterOf(targets []collector.TargetStatus) Exporter {
	return Exporter{
		Overview: func(context.Context) []collector.TargetStatus { return targets },
		Moment:   momentOf(shown.Scrapes{Last: before(10 * time.Second), Whole: before(10 * time.Second)}),
		Started:  before(time.Hour),
		Refusal:  func() (time.Time, error) { return time.Time{}, nil },
		ReadAll:  func(context.Context) {},
		ReadJob:  func(context.Context, string, config.Job) error { return nil },
	}
}

// momentOf is when the tests look at the page, after some scrapes.
func momentOf(scrapes shown.Scrapes) func() shown.Moment {
	return func() shown.Moment { return shown.Moment{Now: pageTime(), Scrapes: scrapes} }
}

// handler serves the pages of an exporter at /jobs.
func handler(t *testing.T, exporter Exporter) http.Handler {
	t.Helper()
	pages, err := New(exporter)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /jobs", pages)
	mux.HandleFunc("POST /jobs/read", pages.ReadNow)
	return mux
}

func serve(t *testing.T, exporter Exporter) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler(t, exporter))
	t.Cleanup(server.Close)
	return server
}

// serveJobs serves the pages of these targets at /jobs.
func serveJobs(t *testing.T, targets []collector.TargetStatus) *httptest.Server {
	t.Helper()
	return serve(t, exporterOf(targets))
}

// get fetches one page, which must be there.
func get(t *testing.T, address string) (http.Header, string) {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", address, response.Status, err)
	}
	return response.Header, string(body)
}

// showJobs is the page of these targets for a query.
func showJobs(t *testing.T, targets []collector.TargetStatus, query string) *element {
	t.Helper()
	_, body := get(t, serveJobs(t, targets).URL+"/jobs?"+query)
	return parsePage(t, body)
}

func TestWithoutJobsThePageSaysWhy(t *testing.T) {
	type emptiness struct {
		targets []collector.TargetStatus
		want    string
	}
	for name, test := range map[string]emptiness{
		"no targets": {nil, "No targets are configured."},
		"no jobs":    {[]collector.TargetStatus{target("vsphere", "vcenter")}, "No jobs are known."},
	} {
		if text := showJobs(t, test.targets, "").one(t, ".empty").text(); !strings.Contains(text, test.want) {
			t.Errorf("%s: the page says %.200q", name, text)
		}
	}
}

// Five thousand jobs are to be no slower to look at than a dozen.
func TestFiveThousandJobs(t *testing.T) {
	const atOnce, light = slower * 50 * time.Millisecond, 256 << 10
	server := serveJobs(t, manyTargets(5000))
	for _, query := range []string{"", "page=50", "sort=-progress", "search=BUILD&state=running&target=vcenter-5"} {
		fastest := time.Hour
		var body string
		for range 50 { // on a busy machine most are slow, whatever the page costs
			if fastest <= atOnce {
				break
			}
			started := time.Now()
			_, body = get(t, server.URL+"/jobs?"+query)
			fastest = min(fastest, time.Since(started))
		}
		t.Logf("?%s: %v, %d bytes", query, fastest, len(body))
		if rows := len(parsePage(t, body).jobRows()); rows != jobsPerPage || fastest > atOnce || len(body) > light {
			t.Errorf("?%s: %d jobs in %v and %d bytes", query, rows, fastest, len(body))
		}
	}
}

func TestHeadersOfThePage(t *testing.T) {
	for _, query := range []string{"", "?target=marketplace&job_id=2797087"} {
		header, body := get(t, serveJobs(t, exampleTargets()).URL+"/jobs"+query)
		page := parsePage(t, body)
		digest := func(of string) string {
			sum := sha256.Sum256([]byte(page.one(t, of).rawText()))
			return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		}
		for name, want := range map[string]string{
			"Content-Type":           "text/html; charset=utf-8",
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy":        "same-origin",
			"Cache-Control":          "no-store",
			"Content-Security-Policy": "default-src 'none'; style-src " + digest("style") + "; script-src " + digest("script") +
				"; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s of %q is %q, want %q", name, query, got, want)
			}
		}
	}
}

func TestThePageIsForReadingOnly(t *testing.T) {
	address := serveJobs(t, exampleTargets()).URL + "/jobs"
	for method, want := range map[string]int{
		http.MethodHead: http.StatusOK, http.MethodPut: http.StatusMethodNotAllowed, http.MethodDelete: http.StatusMethodNotAllowed,
		http.MethodPost: http.StatusMethodNotAllowed,
	} {
		request, err := http.NewRequest(method, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != want || method == http.MethodHead && (len(body) > 0 || response.ContentLength <= 0) {
			t.Errorf("%s: %s, %d bytes, %v", method, response.Status, len(body), err)
		}
	}
}

// What makes the page itself say less than it seems to stands on top.
func TestBanners(t *testing.T) {
	invalid := exampleTargets()
	invalid[0].JobSources = []config.JobSourceStatus{
		{Path: "jobs/good.yml"},
		{Path: "jobs/bad.yml", Err: errors.New("jobs/bad.yml: line 3: job 2: id is missing")},
	}
	silent := func(e *Exporter) {
		e.Moment = momentOf(shown.Scrapes{Last: before(12 * time.Minute)})
	}
	never := func(e *Exporter) { e.Moment = momentOf(shown.Scrapes{}) }
	for name, test := range map[string]struct {
		targets []collector.TargetStatus
		change  func(*Exporter)
		want    []string
	}{
		"all is well": {exampleTargets(), func(*Exporter) {}, nil},
		"a refused reload": {exampleTargets(), func(e *Exporter) {
			e.Refusal = func() (time.Time, error) {
				return before(time.Minute), errors.New("asyncjob.yml: line 4: colour\nline 5: shape")
			}
		}, []string{"The configuration was refused at 2026-10-30 11:59:00 UTC. The one before is in force still. asyncjob.yml: line 4: colour line 5: shape"}},
		"an invalid job file": {invalid, func(*Exporter) {}, []string{
			"1 list of jobs is invalid: its last good one is in force. jobs/bad.yml: line 3: job 2: id is missing",
		}},
		"nobody scrapes any more": {exampleTargets(), silent, []string{"Nobody has scraped the exporter for 12 min: what stands here is as old as that."}},
		"nobody ever did": {exampleTargets(), never, []string{
			"Nobody has scraped the exporter since it started 1 h ago: this page reads the jobs itself.",
		}},
		"nobody did yet": {exampleTargets(), func(e *Exporter) { never(e); e.Started = before(4 * time.Minute) }, nil},
		"nobody ever did, and others read": {exampleTargets(), func(e *Exporter) { never(e); e.ReadAll = nil }, []string{
			"Nobody has scraped the exporter since it started 1 h ago.",
		}},
	} {
		exporter := exporterOf(test.targets)
		test.change(&exporter)
		_, body := get(t, serve(t, exporter).URL+"/jobs")
		if got := parsePage(t, body).texts(".banner"); !slices.Equal(got, test.want) {
			t.Errorf("%s: the banners are %q, want %q", name, got, test.want)
		}
	}
}

// Until the first scrape the page reads the jobs itself, once for many visitors.
func TestThePageReadsUntilTheFirstScrape(t *testing.T) {
	reads, scraped, now := 0, time.Time{}, pageTime()
	exporter := exporterOf(exampleTargets())
	exporter.ReadAll = func(ctx context.Context) {
		reads++
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > firstRead {
			t.Errorf("the page waits until %v for the jobs", deadline)
		}
	}
	exporter.Moment = func() shown.Moment { return shown.Moment{Now: now, Scrapes: shown.Scrapes{Last: scraped}} }
	server := serve(t, exporter)
	for _, step := range []struct {
		later time.Duration
		want  int
	}{{0, 1}, {0, 1}, {refresh, 2}, {refresh, 3}} {
		now = now.Add(step.later)
		get(t, server.URL+"/jobs")
		if reads != step.want {
			t.Errorf("%v after the start the page has read %d times, want %d", now.Sub(pageTime()), reads, step.want)
		}
	}
	scraped, now = now, now.Add(time.Hour)
	get(t, server.URL+"/jobs")
	if reads != 3 {
		t.Error("the page reads the jobs after somebody scraped them")
	}
}
