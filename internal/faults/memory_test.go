package faults

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

const finishedSample = `{"state":"FINISHED","progress":100}`

// A finished job is read once and served from memory for finished_ttl.
func TestAFinishedJobIsServedFromMemory(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	upstream.set(samplePath+"1", jsonBody(finishedSample))
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")})
	for scrapes := range 40 { // 15 s each: just below the 10 minutes
		wantState(t, exporter.Scrape(patient), "1", "succeeded")
		if sent := upstream.Count("", ""); sent != 1 {
			t.Fatalf("%d requests after %d scrapes, want 1", sent, scrapes+1)
		}
		clock.Advance(15 * time.Second)
	}
	e := exporter.Scrape(patient)
	if sent := upstream.Count("", ""); sent != 2 {
		t.Errorf("%d requests once finished_ttl is over, want 2", sent)
	}
	wantValue(t, e, 39, "asyncjob_exporter_reads_avoided_total", "target", "a", "reason", "finished")
}

// finished_ttl: 0s reads a finished job with every scrape.
func TestFinishedTTLZeroAlwaysReads(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(samplePath+"1", jsonBody(finishedSample))
	exporter := exportertest.Start(t, exportertest.Options{
		Config: oneTarget("sample_exchange", upstream.URL, "finished_ttl: 0s", "jobs: [{id: 1}]"),
	})
	for range 3 {
		wantState(t, exporter.Scrape(patient), "1", "succeeded")
	}
	if sent := upstream.Count("", ""); sent != 3 {
		t.Errorf("%d requests for 3 scrapes, want 3", sent)
	}
}

// A finished job whose read fails later stays as it was, whatever the failure.
func TestAFinishedJobStaysServedWhenItsReadFails(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]struct {
		answer answer
		// targetUp is what the first scrape and the later ones say of the target.
		targetUp, later float64
	}{
		"500": {html(500), 1, 1}, "reset": {reset, 0, 0}, "401": {html(401), 0, 0}, "garbage": {html(200), 1, 1},
		"rate limited": {html(429), 1, 1}, "404 of the API": {notFound, 1, 1}, "404 of a proxy": {html(404), 1, 1},
		"asked for a pause": {html(429, "Retry-After", "60"), 1, 0}, // later ones are not sent
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newScript(t)
			upstream.set(samplePath+"1", jsonBody(`{"state":"FINISHED","error":"it broke","finished":"2026-01-01T00:00:00Z"}`))
			exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")})
			all := func(string, string) bool { return true }
			before := exporter.Scrape(patient)
			wantState(t, before, "1", "failed")
			upstream.set(samplePath+"1", failing.answer)
			clock.Advance(11 * time.Minute)
			for range 3 {
				after := exporter.Scrape(patient)
				wantSameLines(t, "the job's series", after.Lines(all), before.Lines(all))
				wantValue(t, after, failing.targetUp, "asyncjob_target_up", "target", "a")
				failing.targetUp = failing.later
				clock.Advance(15 * time.Second)
			}
			if upstream.Count("", "") < 2 {
				t.Error("the job was not read again")
			}
		})
	}
}

// A job that is not final and cannot be read is down, and up again afterwards
// with the time at which it was first seen.
func TestFirstSeenOutlivesFailuresAndReloads(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	began := float64(clock.Now().Unix())
	text := oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: text})
	upstream.set(samplePath+"1", html(500))
	e := exporter.Scrape(patient)
	wantReason(t, e, "1", "upstream_error")
	upstream.set(samplePath+"1", jsonBody(`{"state":"RUNNING"}`))
	clock.Advance(time.Minute)
	first := began + 60
	wantValue(t, exporter.Scrape(patient), first, "asyncjob_first_seen_timestamp_seconds", "job_id", "1")
	upstream.set(samplePath+"1", html(500))
	clock.Advance(time.Minute)
	wantReason(t, exporter.Scrape(patient), "1", "upstream_error")
	if reply := exporter.Reload(oneTarget("sample_exchange", upstream.URL, "timeout: 3s", "jobs: [{id: 1, name: renamed}]")); reply.Status != http.StatusOK {
		t.Fatalf("reloading: %d %s", reply.Status, reply.Body)
	}
	upstream.set(samplePath+"1", jsonBody(`{"state":"RUNNING"}`))
	clock.Advance(time.Minute)
	e = exporter.Scrape(patient)
	wantValue(t, e, first, "asyncjob_first_seen_timestamp_seconds", "job_id", "1")
	wantValue(t, e, 1, "asyncjob_info", "job_id", "1", "job_name", "renamed")
}

// What a reply said of its version is sent back, and 304 means unchanged: also
// for a finished job, which then is served from memory again.
func TestNotModifiedMeansUnchanged(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	const tag, date = `"v1"`, "Thu, 01 Jan 2026 00:00:00 GMT"
	versioned := func(body string) answer {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", tag)
			w.Header().Set("Last-Modified", date)
			if r.Header.Get("If-None-Match") == tag && r.Header.Get("If-Modified-Since") == date {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			jsonBody(body)(w, r)
		}
	}
	upstream.set(contentPath+"R", versioned(`{"progress":"processing","completedPercentage":42}`))
	upstream.set(contentPath+"F", versioned(`{"progress":"succeeded","completedPercentage":100}`))
	exporter := exportertest.Start(t, exportertest.Options{
		Now: clock.Now, Config: oneTarget("oracle_content", upstream.URL, "jobs: [{type: T, id: R}, {type: T, id: F}]"),
	})
	all := func(string, string) bool { return true }
	first := exporter.Scrape(patient)
	clock.Advance(11 * time.Minute)
	second := exporter.Scrape(patient)
	wantSameLines(t, "the unchanged jobs' series", second.Lines(all), first.Lines(all))
	wantValue(t, second, 2, "asyncjob_exporter_reads_avoided_total", "target", "a", "reason", "not_modified")
	clock.Advance(9 * time.Minute)
	sent := upstream.Count("", contentPath+"F")
	wantSameLines(t, "the unchanged jobs' series", exporter.Scrape(patient).Lines(all), first.Lines(all))
	if again := upstream.Count("", contentPath+"F") - sent; again != 0 {
		t.Errorf("the finished job was read %d times within finished_ttl of a 304", again)
	}
}

// A reload that changes what the upstream's words mean is seen by the next
// scrape, also where the upstream says that nothing has changed.
func TestAReloadOfStatesIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	upstream.set(contentPath+"1", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		jsonBody(`{"progress":"awaiting approval"}`)(w, r)
	})
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("oracle_content", upstream.URL, "jobs: [{type: T, id: 1}]")})
	wantState(t, exporter.Scrape(patient), "1", "unknown")
	for _, meaning := range []string{"pending", "failed", "succeeded"} {
		exporter.Reload(oneTarget("oracle_content", upstream.URL, "states: {awaiting approval: "+meaning+"}", "jobs: [{type: T, id: 1}]"))
		clock.Advance(15 * time.Second)
		wantState(t, exporter.Scrape(patient), "1", meaning)
	}
}

// A reload keeps what is remembered of targets and jobs that stay, and forgets
// the others.
func TestAReloadKeepsTheMemoryOfWhatStays(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	for i := range 3 {
		upstream.set(fmt.Sprint(samplePath, i), jsonBody(finishedSample))
	}
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 0}, {id: 1}]")})
	exporter.Scrape(patient)
	exporter.Reload(oneTarget("sample_exchange", upstream.URL, "labels: {team: x}", "max_concurrency: 3", "jobs: [{id: 1}, {id: 2}]"))
	e := exporter.Scrape(patient)
	wantValue(t, e, 1, "asyncjob_up", "job_id", "1", "team", "x")
	wantValue(t, e, 1, "asyncjob_up", "job_id", "2", "team", "x")
	if jobs := e.Jobs("a"); len(jobs) != 2 {
		t.Errorf("the jobs are %v, want 1 and 2", jobs)
	}
	for path, want := range map[string]int{"0": 1, "1": 1, "2": 1} {
		if sent := upstream.Count("", samplePath+path); sent != want {
			t.Errorf("job %s was read %d times, want %d", path, sent, want)
		}
	}
}
