package faults

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// slowly answers after a while.
func slowly(after time.Duration, body string) answer {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(after):
			jsonBody(body)(w, r)
		case <-r.Context().Done():
		}
	}
}

// Scrapes at the same time read each job once: of /metrics, of one target, and
// of one job.
func TestScrapesAtOnceShareTheirReads(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	jobs := ""
	const all, atOnce = 16, 4
	for i := range all {
		upstream.set(fmt.Sprint(samplePath, i), slowly(400*time.Millisecond, `{"state":"RUNNING"}`))
		jobs += fmt.Sprintf("{id: %d},", i)
	}
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, "max_concurrency: 16", "jobs: ["+jobs+"]")})
	for round := 1; round <= 3; round++ {
		var scraping sync.WaitGroup
		for range atOnce {
			scraping.Go(func() {
				if up := exporter.Scrape(patient).Sum("asyncjob_up"); up != all {
					t.Errorf("%v of %d jobs are up", up, all)
				}
			})
			scraping.Go(func() {
				if up := exporter.Probe("target=a", patient).Sum("asyncjob_up"); up != all {
					t.Errorf("%v of %d jobs are up in a probe", up, all)
				}
			})
			scraping.Go(func() {
				if up := exporter.Probe("target=a&job_id=3", patient).Sum("asyncjob_up"); up != 1 {
					t.Error("the probed job is down")
				}
			})
		}
		scraping.Wait()
		if sent := upstream.Count("", ""); sent != round*all {
			t.Errorf("%d reads after %d rounds of %d scrapes at once, want %d", sent, round, 3*atOnce, round*all)
		}
	}
}

// Scrapes at the same time share failures as well, and lists.
func TestScrapesAtOnceShareFailuresAndLists(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(imagesPath, slowly(400*time.Millisecond, `{"items":[{"uploadRequestId":1,"statusName":"In Progress"}],"hasMore":false}`))
	upstream.set(imagesPath+"/1", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(400 * time.Millisecond)
		html(500)(w, r)
	})
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("oracle_marketplace", upstream.URL, "discovery: true")})
	var scraping sync.WaitGroup
	for range 5 {
		scraping.Go(func() { wantReason(t, exporter.Scrape(patient), "1", "upstream_error") })
	}
	scraping.Wait()
	if lists, reads := upstream.Count("", imagesPath), upstream.Count("", imagesPath+"/1"); lists != 1 || reads != 1 {
		t.Errorf("5 scrapes at once sent %d lists and %d reads, want one each", lists, reads)
	}
}

// A scrape whose own deadline ends a read does not fail the scrapes that waited
// for it: they have more time.
func TestAShortScrapeDoesNotFailALongOne(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(samplePath+"1", slowly(1500*time.Millisecond, `{"state":"RUNNING"}`))
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")})
	short := make(chan *exportertest.Exposition)
	go func() { short <- exporter.Scrape(time.Second) }()
	waitFor(t, "the first read", func() bool { return upstream.Count("", "") == 1 })
	wantState(t, exporter.Scrape(patient), "1", "running")
	wantReason(t, <-short, "1", "timeout")
}

// A client that goes away takes its reads with it: nothing goes on, and a
// scrape that waited for them reads for itself.
func TestAnAbandonedScrapeLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	var running atomic.Int32
	reading := make(chan struct{}, 100)
	upstream := newScript(t)
	counted := func(_ http.ResponseWriter, r *http.Request) {
		running.Add(1)
		defer running.Add(-1)
		reading <- struct{}{}
		<-r.Context().Done()
	}
	jobs := ""
	for i := range 20 {
		upstream.set(fmt.Sprint(samplePath, i), counted)
		jobs += fmt.Sprintf("{id: %d},", i)
	}
	exporter := exportertest.Start(t, exportertest.Options{
		Config: oneTarget("sample_exchange", upstream.URL, "timeout: 1h", "jobs: ["+jobs+"]"), MaxRequests: 1,
	})
	ctx, goAway := context.WithCancel(t.Context())
	abandoned := make(chan error)
	go func() {
		_, err := exporter.Try(ctx, http.MethodGet, "/metrics", exportertest.TimeoutHeader(patient)...)
		abandoned <- err
	}()
	<-reading
	goAway()
	if err := <-abandoned; err == nil {
		t.Error("the abandoned scrape was answered")
	}
	waitFor(t, "the reads to end", func() bool { return running.Load() == 0 })
	for i := range 20 {
		upstream.set(fmt.Sprint(samplePath, i), jsonBody(`{"state":"RUNNING"}`))
	}
	var reply exportertest.Reply
	waitFor(t, "the one scrape that is allowed to be over", func() bool {
		reply = exporter.Get("/metrics")
		return reply.Status == http.StatusOK
	})
	if up := strings.Count(reply.Body, "\nasyncjob_up{"); up != 20 || strings.Contains(reply.Body, "asyncjob_query_failure{") {
		t.Error("the scrape after an abandoned one does not show all jobs up")
	}
}

// More scrapes at once than --web.max-requests get 503 at once, and the others
// their answer.
func TestMaxRequests(t *testing.T) {
	t.Parallel()
	const allowed, atOnce = 3, 10
	upstream := newScript(t)
	goOn := make(chan struct{})
	upstream.set(samplePath+"1", func(w http.ResponseWriter, r *http.Request) {
		<-goOn
		jsonBody(`{"state":"RUNNING"}`)(w, r)
	})
	exporter := exportertest.Start(t, exportertest.Options{
		MaxRequests: allowed, Config: oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]"),
	})
	answers := make(chan int, atOnce)
	for i := range atOnce {
		path := "/metrics"
		if i%2 == 1 {
			path = "/probe?target=a" // one limit for both
		}
		go func() { answers <- exporter.Get(path).Status }()
	}
	counts := map[int]int{}
	for range atOnce - allowed {
		counts[<-answers]++
	}
	if counts[http.StatusServiceUnavailable] != atOnce-allowed {
		t.Errorf("the answers that came at once are %v, want %d times 503", counts, atOnce-allowed)
	}
	if reply := exporter.Get("/-/healthy"); reply.Status != http.StatusOK {
		t.Errorf("/-/healthy is %d while scrapes are under way", reply.Status)
	}
	close(goOn)
	for range allowed {
		if code := <-answers; code != http.StatusOK {
			t.Errorf("a scrape within the limit is answered %d", code)
		}
	}
}
