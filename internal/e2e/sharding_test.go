package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

const (
	// shards are those of the example.
	shards = 12
	// underWay is how long a scrape may take that Prometheus gave up because it
	// gave the job to another exporter.
	underWay = 500 * time.Millisecond
)

// The set-up is examples/prometheus/sharded.yml; with two exporters, the third
// one's shards are where its comments say they were. It makes no difference whether
// the jobs are configured or every exporter asks the same URLs for them.
func TestExportersShareTheJobs(t *testing.T) {
	t.Run("configured", func(t *testing.T) {
		t.Parallel()
		wantSharedJobs(t, 1000, func(_ *testing.T, configuration string) string { return configuration })
	})
	t.Run("from URLs", func(t *testing.T) {
		t.Parallel()
		wantSharedJobs(t, 600, withJobsOfURLs)
	})
}

// wantSharedJobs goes from two exporters to three, for so many jobs. given makes the
// exporters' configuration of one in which all jobs are configured.
func wantSharedJobs(t *testing.T, jobs int, given func(t *testing.T, configuration string) string) {
	t.Helper()
	readers := newReaders()
	simulated := exportertest.Simulate(t, simulator.Options{
		Load:      &simulator.Load{Jobs: jobs, FilesPerSession: 1, DataCenters: 1},
		Intercept: readers.note,
	})
	exporters := startShards(t, given(t, simulated.Config()), 3)
	three := shardedSetUp(t, exporters)
	two := edited(t, three, "regex: (0|1|2|3)/12\n", "regex: (0|1|2|3|4|5)/12\n", "regex: (6|7|8|9)/12\n", "regex: (6|7|8|9|10|11)/12\n", "regex: (4|5|10|11)/12\n", "regex: none\n")

	p := startPrometheus(t, two)
	before := waitForShares(t, p, readers, jobs, exporters[:2])
	p.reload(three)
	after := waitForShares(t, p, readers, jobs, exporters)

	moved := wantMovesToTheThirdOnly(t, before, after)
	anyhow := movesByNumberOfExporters(slices.Collect(maps.Keys(before)))
	t.Logf("of %d jobs the two exporters read %v, the three %v: %d moved; with as many shards as exporters %d would have",
		jobs, sizes(before), sizes(after), moved, anyhow)
	if moved < jobs*28/100 || moved > jobs*39/100 {
		t.Errorf("%d of %d jobs moved, want about a third", moved, jobs)
	}
	if anyhow < jobs/2 {
		t.Errorf("with as many shards as exporters only %d jobs would move, but the example's page says most", anyhow)
	}
	wantOneSeriesPerJob(t, p, jobs)
	p.End()
	wantCounted(t, exporters, readers)
}

// withJobsOfURLs moves the jobs of each target into a list that a web server has.
func withJobsOfURLs(t *testing.T, configuration string) string {
	t.Helper()
	lists := http.NewServeMux()
	server := httptest.NewServer(lists)
	t.Cleanup(server.Close)
	return exportertest.EditTargets(t, configuration, func(system string, target map[string]any) bool {
		list, err := json.Marshal(target["jobs"])
		if err != nil {
			t.Fatal(err)
		}
		lists.HandleFunc("GET /"+system, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(list) // the exporter went away
		})
		delete(target, "jobs")
		target["job_urls"] = []any{map[string]any{"url": server.URL + "/" + system}}
		return true
	})
}

// startShards runs exporters that differ in one thing: a header tells who asks.
func startShards(t *testing.T, configuration string, number int) []*exporter {
	t.Helper()
	exporters := make([]*exporter, number)
	for i := range exporters {
		named := exportertest.SetAll(t, configuration, "http_headers", map[string]any{
			readerHeader: map[string][]string{"values": {shardName(i)}},
		})
		exporters[i] = startExporter(t, named, "--no-web.metrics-jobs")
	}
	return exporters
}

func shardName(number int) string { return fmt.Sprintf("exporter-%d", number) }

func shardedSetUp(t *testing.T, exporters []*exporter) string {
	t.Helper()
	setUp := edited(t, example(t, "sharded.yml"), "scrape_interval: 30s", "scrape_interval: 6s", "scrape_timeout: 25s", "scrape_timeout: 6s")
	for i, e := range exporters {
		setUp = edited(t, setUp, shardName(i)+":10110", e.address)
	}
	return setUp
}

// waitForShares waits until Prometheus has given all shards to these exporters and
// each job was read since. It returns which exporter reads which job, and
// fails the test where several read one, or another than Prometheus asks.
func waitForShares(t *testing.T, p *prometheus, readers *readers, jobs int, exporters []*exporter) map[string]string {
	t.Helper()
	var owners map[string]string
	exportertest.Eventually(t, fmt.Sprintf("%d shards are shared by %d exporters", shards, len(exporters)), func() error {
		owners = map[string]string{}
		for _, target := range p.waitUntilThere("asyncjob", shards) {
			owners[target.Labels["instance"]] = ownerOf(t, target.URL, exporters)
		}
		if shares := sizes(owners); len(shares) != len(exporters) {
			return fmt.Errorf("the shares are %v", shares)
		}
		return nil
	})
	// Within one interval each of Prometheus' targets is scraped once: whoever
	// reads a job as well does so before the last job was read.
	time.Sleep(underWay)
	found := readers.waitForAll(t, jobs)
	asked := map[string]string{}
	for _, job := range listedJobs(t, exporters[0]) {
		shard := shardOf(job, shards)
		owner := owners["shard "+shard.String()]
		asked[job] = owner
		_, id, _ := strings.Cut(job, "/")
		if got := found[id]; len(got) != 1 || got[0] != owner {
			t.Errorf("job %s of shard %s, which is %s's, is read by %q", job, shard, owner, got)
		}
	}
	if len(asked) != jobs {
		t.Errorf("%d jobs are listed", len(asked))
	}
	return asked
}

// shardOf is the shard that a job, TARGET/ID, is in, of so many.
func shardOf(job string, number int) collector.Shard {
	target, id, _ := strings.Cut(job, "/")
	for index := range number {
		if shard := (collector.Shard{Index: index, Of: number}); shard.Has(target, id) {
			return shard
		}
	}
	return collector.Shard{}
}

// ownerOf is the exporter that a scrape goes to.
func ownerOf(t *testing.T, scrapeURL string, exporters []*exporter) string {
	t.Helper()
	parsed, err := url.Parse(scrapeURL)
	if err != nil {
		t.Fatal(err)
	}
	number := slices.IndexFunc(exporters, func(e *exporter) bool { return e.address == parsed.Host })
	if number < 0 {
		t.Fatalf("%s goes to none of the exporters", scrapeURL)
	}
	return shardName(number)
}

func wantMovesToTheThirdOnly(t *testing.T, before, after map[string]string) (moved int) {
	t.Helper()
	for job, owner := range after {
		switch {
		case before[job] == owner:
		case owner == shardName(2):
			moved++
		default:
			t.Errorf("job %s moved from %s to %s", job, before[job], owner)
		}
	}
	return moved
}

// wantOneSeriesPerJob tells whether a job has one series, whoever reads it.
func wantOneSeriesPerJob(t *testing.T, p *prometheus, jobs int) {
	t.Helper()
	exportertest.Eventually(t, "all jobs are up", func() error {
		if up := p.vector(`count(asyncjob_up == 1)`); len(up) != 1 || int(up[0].Value) != jobs {
			return fmt.Errorf("up are %v", up)
		}
		return nil
	})
	if twice := p.vector(`count by (target, job_id) (asyncjob_up) != 1`); len(twice) > 0 {
		t.Errorf("jobs with several series: %v", twice)
	}
}

// movesByNumberOfExporters is how many jobs would move from two exporters to three
// if there were as many shards.
func movesByNumberOfExporters(jobs []string) (moved int) {
	for _, job := range jobs {
		if shardOf(job, 2).Index != shardOf(job, 3).Index {
			moved++
		}
	}
	return moved
}

// sizes are the numbers of jobs by exporter.
func sizes(shares map[string]string) map[string]int {
	numbers := map[string]int{}
	for _, owner := range shares {
		numbers[owner]++
	}
	return numbers
}

// wantCounted tells whether the exporters count the reads that arrived. Those
// that Prometheus gave up may have got no answer, or not even have arrived.
func wantCounted(t *testing.T, exporters []*exporter, readers *readers) {
	t.Helper()
	for i, e := range exporters {
		const name = "asyncjob_exporter_upstream_requests_total"
		counted := e.metrics()
		answered, sent := counted.Sum(name, "operation", "status", "code", "200"), counted.Sum(name, "operation", "status")
		if arrived := float64(readers.sentBy(shardName(i))); answered == 0 || arrived < answered || arrived > sent {
			t.Errorf("%s counts %v reads of a status, %v of them answered, but %v arrived", shardName(i), sent, answered, arrived)
		}
	}
}
