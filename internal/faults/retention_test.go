package faults

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// setImages makes these the machine images that are listed, and readable.
func (s *script) setImages(ids ...int) {
	var items []string
	for _, id := range ids {
		items = append(items, fmt.Sprintf(`{"MachineImageUploadRequest":{"uploadRequestId":%d,"statusName":"In Progress"}}`, id))
		s.set(fmt.Sprint(imagesPath, "/", id), jsonBody(`{"statusName":"In Progress"}`))
	}
	s.set(imagesPath, jsonBody(`{"items":[`+strings.Join(items, ",")+`]}`))
}

// A job that was listed once is shown with how it ended until retention is
// over, and then forgotten.
func TestADiscoveredJobIsKeptForRetention(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	upstream.setImages(1, 2)
	exporter := exportertest.Start(t, exportertest.Options{
		Now: clock.Now, Config: oneTarget("oracle_marketplace", upstream.URL, "discovery: true", "retention: 30m"),
	})
	e := exporter.Scrape(patient)
	wantState(t, e, "1", "running")
	wantValue(t, e, 2, "asyncjob_target_jobs", "source", "discovery")
	upstream.setImages(2)
	upstream.set(imagesPath+"/1", nil)
	for _, after := range []time.Duration{time.Minute, 15 * time.Minute, 13 * time.Minute} { // 29 minutes in all
		clock.Advance(after)
		e = exporter.Scrape(patient)
		wantState(t, e, "1", "gone")
		wantValue(t, e, 2, "asyncjob_target_jobs", "source", "discovery")
	}
	clock.Advance(2 * time.Minute)
	e = exporter.Scrape(patient)
	if jobs := e.Jobs("a"); len(jobs) != 1 || jobs[0] != "2" {
		t.Errorf("the jobs are %v once retention is over, want 2 alone", jobs)
	}
	wantValue(t, e, 1, "asyncjob_target_jobs", "source", "discovery")
}

// While listing fails, what was listed before is still read and shown, however
// long it takes.
func TestAListThatFailsForgetsNothing(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	upstream.setImages(1)
	exporter := exportertest.Start(t, exportertest.Options{
		Now: clock.Now, Config: oneTarget("oracle_marketplace", upstream.URL, "discovery: true", "retention: 30m"),
	})
	exporter.Scrape(patient)
	for name, list := range map[string]answer{"500": html(500), "garbage": html(200), "404": html(404), "empty": jsonBody("")} {
		upstream.set(imagesPath, list)
		clock.Advance(20 * time.Minute)
		e := exporter.Scrape(patient)
		wantState(t, e, "1", "running")
		if up, _ := e.Value("asyncjob_target_up", "target", "a"); up != 0 {
			t.Errorf("target_up is %v while the list is answered %s, want 0", up, name)
		}
	}
}

// A job known from /probe alone is not on /metrics, and is forgotten after retention.
func TestAProbedJobIsKeptForRetention(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	upstream.set(samplePath+"1", jsonBody(finishedSample))
	upstream.set(samplePath+"2", jsonBody(finishedSample))
	exporter := exportertest.Start(t, exportertest.Options{
		Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "retention: 5m", "jobs: [{id: 1}]"),
	})
	const query = "target=a&job_id=2"
	e := exporter.Probe(query, patient)
	wantState(t, e, "2", "succeeded")
	if jobs := e.Jobs("a"); len(jobs) != 1 {
		t.Errorf("the probe of one job shows %v", jobs)
	}
	firstSeen, _ := e.Value("asyncjob_first_seen_timestamp_seconds", "job_id", "2")
	clock.Advance(4 * time.Minute)
	wantValue(t, exporter.Probe(query, patient), firstSeen, "asyncjob_first_seen_timestamp_seconds", "job_id", "2")
	e = exporter.Scrape(patient)
	if jobs := e.Jobs("a"); len(jobs) != 1 || jobs[0] != "1" {
		t.Errorf("/metrics shows the jobs %v, want 1 alone", jobs)
	}
	wantValue(t, e, 1, "asyncjob_target_jobs", "source", "probe")
	if sent := upstream.Count("", samplePath+"2"); sent != 1 {
		t.Errorf("the finished job was read %d times, want once", sent)
	}
	clock.Advance(6 * time.Minute)
	wantValue(t, exporter.Scrape(patient), 0, "asyncjob_target_jobs", "source", "probe")
	e = exporter.Probe(query, patient)
	wantValue(t, e, firstSeen+600, "asyncjob_first_seen_timestamp_seconds", "job_id", "2")
}

// Probing alone, without a scrape of /metrics, forgets what is not probed any more.
func TestProbingAloneForgets(t *testing.T) {
	t.Parallel()
	clock, upstream := exportertest.NewClock(), newScript(t)
	exporter := exportertest.Start(t, exportertest.Options{Now: clock.Now, Config: oneTarget("sample_exchange", upstream.URL, "retention: 5m")})
	for id := range 10 {
		exporter.Probe(fmt.Sprint("target=a&job_id=", id), patient)
		clock.Advance(2 * time.Minute)
	}
	e := exporter.Probe("target=a&job_id=9", patient)
	if known, _ := e.Value("asyncjob_target_jobs", "source", "probe"); known > 4 {
		t.Errorf("%v probed jobs are known after 20 minutes, want those of the last 5", known)
	}
}

// What was learned of a job by probing it is kept when it is configured.
func TestAProbedJobThatIsConfiguredKeepsItsMemory(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(samplePath+"2", jsonBody(finishedSample))
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL)})
	exporter.Probe("target=a&job_id=2", patient)
	exporter.Reload(oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 2}]"))
	e := exporter.Scrape(patient)
	wantState(t, e, "2", "succeeded")
	wantValue(t, e, 0, "asyncjob_target_jobs", "source", "probe")
	wantValue(t, e, 1, "asyncjob_target_jobs", "source", "config")
	if sent := upstream.Count("", ""); sent != 1 {
		t.Errorf("%d requests, want 1", sent)
	}
}

// Ten thousand probed ids do not make the exporter remember more than a
// thousand, nor hold memory that grows with them.
func TestMemoryStaysBoundedWhateverIsProbed(t *testing.T) { // not parallel: it measures memory
	upstream := newScript(t)
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL)})
	const atOnce = 16
	probe := func(from, to int) { // by the collector: ten thousand pages would take longer to parse than to probe
		var probing sync.WaitGroup
		for worker := range atOnce {
			probing.Go(func() {
				for id := from + worker; id < to; id += atOnce {
					if _, err := exporter.Collector.ScrapeTarget(t.Context(), "a", &config.Job{ID: strconv.Itoa(id)}); err != nil {
						t.Errorf("probing %d: %v", id, err)
					}
				}
			})
		}
		probing.Wait()
	}
	probe(0, 2000)
	upstream.Forget()
	before := heap()
	probe(2000, 10_000)
	upstream.Forget()
	grown := float64(heap()-before) / (1 << 20)
	known, _ := exporter.Scrape(patient).Value("asyncjob_target_jobs", "source", "probe")
	t.Logf("after 10,000 probed ids %v are remembered, the heap grew by %.1f MiB during the last 8,000", known, grown)
	if known > 1000 {
		t.Errorf("%v probed jobs are remembered, want at most 1000", known)
	}
	if grown > 4 {
		t.Errorf("the heap grew by %.1f MiB", grown)
	}
}

// heap is the memory in use, in bytes.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return int64(memory.HeapAlloc)
}

// A gzip bomb is too large, and never held in memory.
func TestMemoryStaysFlatUnderAGzipBomb(t *testing.T) { // not parallel: it measures memory
	upstream := exportertest.NewUpstream(t, gzipBomb(512))
	exporter := exportertest.Start(t, exportertest.Options{
		Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}, {id: 2}, {id: 3}, {id: 4}, {id: 5}, {id: 6}, {id: 7}, {id: 8}]"),
	})
	before := heap()
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		most := int64(0)
		for {
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
				var memory runtime.MemStats
				runtime.ReadMemStats(&memory)
				most = max(most, int64(memory.HeapAlloc))
			}
		}
	}()
	e := exporter.Scrape(patient)
	close(stop)
	grown := float64(<-peak-before) / (1 << 20)
	for _, job := range e.Jobs("a") {
		wantReason(t, e, job, "too_large")
	}
	t.Logf("eight bombs of 512 MiB at once: the heap grew by at most %.1f MiB", grown)
	// Eight reads at once, each of at most max_response_bytes (4 MiB) and a buffer
	// that grows by doubling, garbage included.
	if grown > 200 {
		t.Errorf("the heap grew by %.1f MiB", grown)
	}
}
