package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// serveJobs serves the page of these targets at /jobs.
func serveJobs(t *testing.T, targets []collector.TargetStatus) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /jobs", newJobsHandler(func(context.Context) []collector.TargetStatus { return targets }, pageTime))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
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

func TestJobsThatNeedAttentionComeFirst(t *testing.T) {
	got := showJobs(t, exampleTargets(), "").jobNames()
	want := []string{
		"database image",          // failed
		"windows-2025",            // expired
		"Article",                 // unavailable
		"bulk publish",            // unavailable
		"cache image",             // unknown
		"webserver image",         // running, target marketplace
		"ubuntu-24.04",            // running, target vcenter-prod
		sessions()[1].Job.ID,      // pending
		"12",                      // unread
		"debian-13",               // gone
		machineImages()[2].Job.ID, // canceled
		"sample import",           // succeeded
	}
	if !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

func TestWithoutJobsThePageSaysWhy(t *testing.T) {
	unread := target("sample_exchange", "samples", samples()[1])
	type emptiness struct {
		targets []collector.TargetStatus
		want    string
	}
	for name, test := range map[string]emptiness{
		"no targets":     {nil, "No targets are configured."},
		"no jobs":        {[]collector.TargetStatus{target("vsphere", "vcenter")}, "No jobs are known."},
		"nothing read":   {[]collector.TargetStatus{unread}, "None was read yet: that happens when Prometheus scrapes the exporter."},
		"some were read": {exampleTargets(), "12 jobs, those first that need attention."},
	} {
		text := showJobs(t, test.targets, "").one(t, "section").text()
		if !strings.Contains(text, test.want) || strings.Contains(text, "None was read yet") && name != "nothing read" {
			t.Errorf("%s: the page says %.200q", name, text)
		}
	}
}

// Five thousand jobs are to be no slower to look at than a dozen: a page has
// to arrive within what people take for at once, on a slow machine too.
func TestFiveThousandJobs(t *testing.T) {
	const atOnce, light = 200 * time.Millisecond, 256 << 10
	server := serveJobs(t, manyTargets(5000))
	for _, query := range []string{"", "page=50", "search=BUILD&state=running&target=vcenter-5"} {
		fastest := time.Hour
		var body string
		for range 5 {
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
	header, body := get(t, serveJobs(t, exampleTargets()).URL+"/jobs")
	style := parsePage(t, body).one(t, "style").rawText()
	digest := sha256.Sum256([]byte(style))
	for name, want := range map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"X-Content-Type-Options": "nosniff",
		"Cache-Control":          "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestThePageIsForReadingOnly(t *testing.T) {
	address := serveJobs(t, exampleTargets()).URL + "/jobs"
	for method, want := range map[string]int{
		http.MethodHead: http.StatusOK, http.MethodPost: http.StatusMethodNotAllowed, http.MethodDelete: http.StatusMethodNotAllowed,
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
