package faults

import (
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// oddJobs are one job a system on one script each, with the path of its status.
func oddJobs() map[string]struct{ path, job, id string } {
	return map[string]struct{ path, job, id string }{
		"sample_exchange":    {samplePath + "1", "{id: 1}", "1"},
		"vsphere":            {sessionPath + "1", "{id: 1}", "1"},
		"oracle_marketplace": {imagesPath + "/1", "{id: 1}", "1"},
		"oracle_content":     {contentPath + "1", "{type: T, id: 1}", "1"},
	}
}

// scrapeOdd reads one job whose status is the body.
func scrapeOdd(t *testing.T, system, body string) *exportertest.Exposition {
	t.Helper()
	job, upstream := oddJobs()[system], newVCenter(t)
	upstream.set(job.path, jsonBody(body))
	upstream.set(job.path+"/file", jsonBody(`[]`))
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget(system, upstream.URL, "error_text: true", "jobs: ["+job.job+"]")})
	return exporter.Scrape(patient)
}

// A body that is odd in parts is understood in the other parts: what is no
// number or no time is absent, and nothing of it breaks the page.
func TestOddBodiesAreUnderstoodInPart(t *testing.T) {
	t.Parallel()
	running := map[string]string{
		"sample_exchange": `"state":"RUNNING"`, "vsphere": `"state":"ACTIVE"`,
		"oracle_marketplace": `"statusName":"In Progress"`, "oracle_content": `"progress":"processing"`,
	}
	for name, value := range map[string]string{
		"null": `null`, "a word": `"canary"`, "an object": `{"a":1}`, "a list": `[1,2]`, "true": `true`, "empty": `""`,
		"a huge number": `1e308`, "a number beyond all": `1e999`, "a negative number": `-1`, "year 1": `"0001-01-01T00:00:00Z"`,
		"year 9999": `"9999-12-31T23:59:59Z"`, "no such day": `"2026-02-30T00:00:00Z"`, "invalid UTF-8": "\"\xff\xfe\"", "a NUL": `"\u0000"`,
		"half a surrogate": `"\ud800"`, "a long word": `"` + strings.Repeat("ä", 5000) + `"`, "a line": `"a\nb{}\"\\"`,
	} {
		for _, system := range systemNames() {
			t.Run(name+"/"+system, func(t *testing.T) {
				t.Parallel()
				fields := []string{running[system]}
				for _, field := range []string{
					"created", "start", "finished", "sampleId", "sample", "client_progress", "expiration_time", "error_message", "preview_info",
					"library_item_id", "library_item_content_version", "completedPercentage", "startTime", "endTime", "message", "result", "uploadedChunks",
					"pendingChunks", "createdDate", "lastModifiedDate", "dataCenterImageUploadRequests", "application", "version", "fileName", "operatingSystem",
				} {
					fields = append(fields, `"`+field+`":`+value)
				}
				e := scrapeOdd(t, system, "{"+strings.Join(fields, ",")+"}")
				wantState(t, e, oddJobs()[system].id, "running")
				for _, ratio := range e.Series("asyncjob_progress_ratio") {
					if v := ratio.GetGauge().GetValue(); v < 0 || v > 1 {
						t.Errorf("the progress is %v", v)
					}
				}
				for _, metric := range []string{
					"asyncjob_created_timestamp_seconds", "asyncjob_start_timestamp_seconds", "asyncjob_end_timestamp_seconds",
					"asyncjob_last_update_timestamp_seconds", "asyncjob_expiration_timestamp_seconds", "asyncjob_chunks",
				} {
					for _, series := range e.Series(metric) {
						if v := series.GetGauge().GetValue(); v <= 0 && metric != "asyncjob_chunks" || v < 0 {
							t.Errorf("%s is %v", metric, v)
						}
					}
				}
			})
		}
	}
}

// A word for a state that is in no table is unknown, and exported as it came,
// as far as a label can hold it.
func TestAnUnknownWordIsExportedAsItCame(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Zögernd ", 40)
	for word, shown := range map[string]string{
		`Dreaming`: "Dreaming", ` dreaming\tof\nsheep `: " dreaming of sheep ", "\xff\xfedreaming": "\uFFFD\uFFFDdreaming",
		`say \"hi\" \\`: `say "hi" \`, long: string([]rune(long)[:128]),
	} {
		for _, system := range systemNames() {
			t.Run(system, func(t *testing.T) {
				t.Parallel()
				e := scrapeOdd(t, system, strings.ReplaceAll(`{"state":"W","statusName":"W","progress":"W"}`, "W", word))
				wantState(t, e, "1", "unknown")
				wantValue(t, e, 1, "asyncjob_upstream_state", "upstream_state", shown)
				wantValue(t, e, 1, "asyncjob_exporter_unknown_states_total", "target", "a")
			})
		}
	}
}
