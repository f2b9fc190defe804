package faults

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// The log tells each change of a job's state once: what it was, what it is, and
// after how long. Scrapes that change nothing log nothing.
func TestEachChangeOfAStateIsLoggedOnce(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	exporter := exportertest.Start(t, exportertest.Options{
		Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1, name: nightly}]"),
	})
	for _, state := range []string{"NEW", "NEW", "RUNNING", "RUNNING", "RUNNING", "FINISHED", "FINISHED"} {
		upstream.set(samplePath+"1", jsonBody(fmt.Sprintf(`{"state":%q}`, state)))
		exporter.Scrape(patient)
		exporter.Scrape(patient)
		clock.Advance(time.Minute)
	}
	lines := linesWith(exporter.Log.String(), "state changed")
	for _, want := range []string{
		"was=pending is=running after=2m0s", "was=running is=succeeded after=3m0s",
	} {
		if n := strings.Count(lines, want); n != 1 {
			t.Errorf("%q is logged %d times:\n%s", want, n, lines)
		}
	}
	for _, label := range []string{"system=sample_exchange", "target=a", "job_id=1", "job_name=nightly"} {
		if n := strings.Count(lines, label); n != 2 {
			t.Errorf("%s is in %d of 2 lines:\n%s", label, n, lines)
		}
	}
}

// A job of a job file is exported for finished_retention after its end, by the
// upstream's word or by when it was first seen ended; nobody has to remove it, and
// nothing is asked about it any more. One of the configuration stays.
func TestFinishedJobsOfAFileAreExportedForAWhile(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	file := filepath.Join(t.TempDir(), "jobs.yml")
	if err := os.WriteFile(file, []byte("[{id: 1}, {id: 2}, {id: 3}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	early := clock.Now().Add(-50 * time.Minute).Format(time.RFC3339)
	upstream.set(samplePath+"1", jsonBody(`{"state":"FINISHED"}`))
	upstream.set(samplePath+"2", jsonBody(fmt.Sprintf(`{"state":"FINISHED","finished":%q}`, early)))
	upstream.set(samplePath+"3", jsonBody(`{"state":"RUNNING"}`))
	upstream.set(samplePath+"4", jsonBody(`{"state":"FINISHED"}`))
	exporter := exportertest.Start(t, exportertest.Options{
		Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "finished_retention: 1h", "jobs: [{id: 4}]", "job_files: ["+file+"]"),
	})
	shown := func() string {
		var ids []string
		e := exporter.Scrape(patient)
		for id := 1; id <= 4; id++ {
			if len(e.Series("asyncjob_state", "job_id", fmt.Sprint(id))) > 0 {
				ids = append(ids, fmt.Sprint(id))
			}
		}
		return strings.Join(ids, " ")
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "1 2 3 4"}, {9 * time.Minute, "1 2 3 4"}, {2 * time.Minute, "1 3 4"}, {48 * time.Minute, "1 3 4"}, {2 * time.Minute, "3 4"}, {100 * time.Hour, "3 4"},
	} {
		clock.Advance(step.after)
		if got := shown(); got != step.want {
			t.Errorf("%s later jobs %s are exported, want %s", step.after, got, step.want)
		}
	}
	reads := upstream.Count("", samplePath+"1")
	clock.Advance(time.Hour)
	exporter.Scrape(patient)
	if again := upstream.Count("", samplePath+"1") - reads; again != 0 {
		t.Errorf("a job that is no more exported was read %d times", again)
	}
}

// max_duration is the job's own, else the target's, else 24 hours; a job that is
// final has none.
func TestMaxDurationIsExportedWhileAJobIsNotFinal(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	for id, state := range map[string]string{"1": "RUNNING", "2": "RUNNING", "3": "FINISHED"} {
		upstream.set(samplePath+id, jsonBody(fmt.Sprintf(`{"state":%q}`, state)))
	}
	jobs := "jobs: [{id: 1}, {id: 2, max_duration: 30m}, {id: 3}]"
	e := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, "max_duration: 2h", jobs)}).Scrape(patient)
	wantValue(t, e, 7200, "asyncjob_max_duration_seconds", "job_id", "1")
	wantValue(t, e, 1800, "asyncjob_max_duration_seconds", "job_id", "2")
	if n := len(e.Series("asyncjob_max_duration_seconds")); n != 2 {
		t.Errorf("%d jobs have a max_duration, want 2", n)
	}
	e = exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, jobs)}).Scrape(patient)
	wantValue(t, e, 86400, "asyncjob_max_duration_seconds", "job_id", "1")
}

// A list that takes longer than half of a scrape is not begun anew with each
// scrape, the known jobs are read meanwhile, and what it brings late is kept.
func TestASlowListIsKept(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	upstream.setSession("known", `{"state":"ACTIVE"}`)
	upstream.setSession("listed", `{"state":"ACTIVE"}`)
	slow := make(chan struct{})
	upstream.set("/api/content/library/item/update-session", after(slow, jsonBody(`["listed"]`)))
	upstream.set("/api/content/library/item/download-session", jsonBody(`[]`))
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("vsphere", upstream.URL, "discovery: true", "jobs: [{id: known}]")})
	for range 3 {
		e := exporter.Scrape(time.Second)
		wantState(t, e, "known", "running")
		wantValue(t, e, 0, "asyncjob_target_up", "target", "a")
		wantValue(t, e, 1, "asyncjob_target_failure", "reason", "timeout")
	}
	if lists := upstream.Count("", "/api/content/library/item/update-session"); lists != 1 {
		t.Errorf("%d lists were begun by three scrapes, want one", lists)
	}
	close(slow)
	waitFor(t, "the late list", func() bool { return exporter.Scrape(patient).State("a", "listed") == "running" })
	wantValue(t, exporter.Scrape(patient), 1, "asyncjob_target_up", "target", "a")
}

// after answers once a channel is closed.
func after(open <-chan struct{}, given answer) answer {
	return func(w http.ResponseWriter, r *http.Request) {
		<-open
		given(w, r)
	}
}
