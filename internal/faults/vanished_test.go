package faults

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// How a job that is not there any more has ended depends on what was known of
// it, and for an update session on its library item.
func TestHowAVanishedJobHasEnded(t *testing.T) {
	t.Parallel()
	clock := exportertest.NewClock()
	expires := func(in time.Duration) string { return clock.Now().Add(in).Format(time.RFC3339) }
	session := func(state string, expiresIn time.Duration) string {
		return fmt.Sprintf(`{"state":%q,"library_item_id":"item","library_item_content_version":"3","client_progress":50,"expiration_time":%q}`,
			state, expires(expiresIn))
	}
	const soon, later = 10 * time.Second, time.Hour
	for _, vanishing := range []struct {
		name, session string
		item          answer
		want          string
		itemReads     int
	}{
		{"completed", session("ACTIVE", later), jsonBody(`{"content_version":"4"}`), "succeeded", 1},
		{"completed and its time is up", session("ACTIVE", soon), jsonBody(`{"content_version":"4"}`), "succeeded", 1},
		{"the version needs no digits", session("ACTIVE", later), jsonBody(`{"content_version":"v4"}`), "succeeded", 1},
		{"time is up", session("ACTIVE", soon), jsonBody(`{"content_version":"3"}`), "expired", 1},
		{"deleted", session("ACTIVE", later), jsonBody(`{"content_version":"3"}`), "gone", 1},
		{"item is gone too", session("ACTIVE", soon), notFound, "expired", 1},
		{"item is not ours", session("ACTIVE", later), html(403), "gone", 1},
		{"unknown word", session("LIMBO", later), jsonBody(`{"content_version":"4"}`), "succeeded", 1},
		{"had no item", `{"state":"ACTIVE"}`, jsonBody(`{"content_version":"4"}`), "gone", 0},
		{"was done", session("DONE", soon), jsonBody(`{"content_version":"3"}`), "succeeded", 0},
		{"was in error", session("ERROR", soon), jsonBody(`{"content_version":"4"}`), "failed", 0},
		{"was canceled", session("CANCELED", soon), jsonBody(`{"content_version":"4"}`), "canceled", 0},
	} {
		t.Run(vanishing.name, func(t *testing.T) {
			t.Parallel()
			clock, upstream := exportertest.NewClock(), newVCenter(t)
			upstream.setSession("s", vanishing.session)
			upstream.set(itemPath+"item", vanishing.item)
			exporter := exportertest.Start(t, exportertest.Options{
				Now: clock.Now, Config: oneTarget("vsphere", upstream.URL, "finished_ttl: 0s", "jobs: [{id: s}]"),
			})
			exporter.Scrape(patient)
			upstream.setSession("s", "")
			clock.Advance(time.Minute)
			for range 3 { // configured: for ever, and the item is read once
				e := exporter.Scrape(patient)
				wantState(t, e, "s", vanishing.want)
				clock.Advance(2 * time.Hour)
			}
			if reads := upstream.Count("", itemPath+"item"); reads != vanishing.itemReads {
				t.Errorf("the library item was read %d times, want %d", reads, vanishing.itemReads)
			}
		})
	}
}

// What was measured of a job is not true any more once it has vanished.
func TestAVanishedJobShowsNoMeasurements(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newVCenter(t)
	upstream.setSession("s", `{"state":"ACTIVE","client_progress":50,"preview_info":{"state":"AVAILABLE"}}`)
	upstream.set(sessionPath+"s/file", jsonBody(`[{"name":"f","status":"TRANSFERRING","bytes_transferred":7}]`))
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("vsphere", upstream.URL, "jobs: [{id: s}]")})
	before := exporter.Scrape(patient)
	wantValue(t, before, 7, "asyncjob_file_transferred_bytes", "file", "f")
	upstream.setSession("s", "")
	e := exporter.Scrape(patient)
	wantState(t, e, "s", "gone")
	for _, metric := range []string{
		"asyncjob_progress_ratio", "asyncjob_files", "asyncjob_file_state", "asyncjob_file_transferred_bytes",
		"asyncjob_preview_state", "asyncjob_upstream_state",
	} {
		if n := len(e.Series(metric)); n != 0 {
			t.Errorf("%s has %d series for a session that is gone", metric, n)
		}
	}
}

// A session whose end cannot be found out now is not known now.
func TestAVanishedSessionWhoseItemCannotBeReadIsDown(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	upstream.setSession("s", `{"state":"ACTIVE","library_item_id":"item","library_item_content_version":"3"}`)
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("vsphere", upstream.URL, "jobs: [{id: s}]")})
	exporter.Scrape(patient)
	upstream.setSession("s", "")
	upstream.set(itemPath+"item", html(500))
	wantReason(t, exporter.Scrape(patient), "s", "upstream_error")
	upstream.set(itemPath+"item", jsonBody(`{"content_version":"4"}`))
	wantState(t, exporter.Scrape(patient), "s", "succeeded")
}

// A session is all or nothing: without its files it is down.
func TestASessionWithoutItsFilesIsDown(t *testing.T) {
	t.Parallel()
	upstream := newVCenter(t)
	upstream.setSession("s", `{"state":"ACTIVE","client_progress":50}`)
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("vsphere", upstream.URL, "jobs: [{id: s}]")})
	wantState(t, exporter.Scrape(patient), "s", "running")
	for reason, files := range map[string]answer{
		"upstream_error": html(500), "decode": jsonBody(`{"name":"f"}`), "not_found": notFound, "forbidden": html(403),
	} {
		upstream.set(sessionPath+"s/file", files)
		wantReason(t, exporter.Scrape(patient), "s", reason)
	}
	upstream.set(sessionPath+"s/file", jsonBody(`[]`))
	wantState(t, exporter.Scrape(patient), "s", "running")
}

// Of the other systems a job that the upstream does not know is gone: one with
// a mistyped id too, and it comes back if the upstream knows it later.
func TestAJobThatTheUpstreamDoesNotKnowIsGone(t *testing.T) {
	t.Parallel()
	for _, of := range []struct{ system, path, job, id, found string }{
		{"sample_exchange", samplePath + "1", "{id: 1}", "1", `{"state":"RUNNING"}`},
		{"oracle_marketplace", imagesPath + "/1", "{id: 1}", "1", `{"statusName":"In Progress"}`},
		{"oracle_content", contentPath + "A", "{type: T, id: A}", "A", `{"progress":"processing"}`},
	} {
		t.Run(of.system, func(t *testing.T) {
			t.Parallel()
			upstream := newScript(t)
			exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget(of.system, upstream.URL, "jobs: ["+of.job+"]")})
			e := exporter.Scrape(patient)
			wantState(t, e, of.id, "gone")
			wantValue(t, e, 1, "asyncjob_target_up", "target", "a")
			upstream.set(of.path, jsonBody(of.found))
			wantState(t, exporter.Scrape(patient), of.id, "running") // a conclusion is doubted at once
		})
	}
}

// A conclusion is read again at the next scrape, then after 1, 2 and 5 minutes,
// then each finished_ttl.
func TestAConclusionIsDoubtedLessAndLess(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")})
	var readAt []time.Duration
	began := clock.Now()
	for range 120 {
		before := upstream.Count("", "")
		wantState(t, exporter.Scrape(patient), "1", "gone")
		if upstream.Count("", "") > before {
			readAt = append(readAt, clock.Now().Sub(began))
		}
		clock.Advance(15 * time.Second)
	}
	const first = 15 * time.Second
	want := []time.Duration{
		0, first, first + time.Minute, first + 3*time.Minute, first + 8*time.Minute, first + 18*time.Minute, first + 28*time.Minute,
	}
	if !slices.Equal(readAt, want) {
		t.Errorf("the job was read after %v, want %v", readAt, want)
	}
}
