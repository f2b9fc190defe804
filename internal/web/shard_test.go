package web_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// shardProbes are the probes that /sd?by=shard makes Prometheus send.
func shardProbes(t *testing.T, exporter *exportertest.Exporter, query string) []string {
	t.Helper()
	reply := exporter.Get("/sd?by=shard&" + query)
	var groups []struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	if err := json.Unmarshal([]byte(reply.Body), &groups); err != nil || reply.Status != http.StatusOK {
		t.Fatalf("/sd?by=shard&%s: %d %v %s", query, reply.Status, err, reply.Body)
	}
	var probes []string
	instances := map[string]bool{}
	for _, g := range groups {
		if len(g.Targets) != 1 || "http://"+g.Targets[0] != exporter.URL || g.Labels["__metrics_path__"] != "/probe" {
			t.Errorf("an entry is not for /probe of this exporter: %+v", g)
		}
		instances[g.Labels["instance"]] = true
		probes = append(probes, probeOf(g.Labels))
	}
	if len(instances) != len(groups) {
		t.Errorf("%d entries have %d instances: two would be one to Prometheus", len(groups), len(instances))
	}
	return probes
}

// jobsOf are the jobs and targets of an answer, by how often they are there.
func jobsOf(e *exportertest.Exposition) (jobs, targets map[string]int) {
	jobs, targets = map[string]int{}, map[string]int{}
	for _, m := range e.Series("asyncjob_info") {
		jobs[exportertest.Label(m, "target")+" "+exportertest.Label(m, "job_id")]++
	}
	for _, m := range e.Series("asyncjob_target_up") {
		targets[exportertest.Label(m, "target")]++
	}
	return jobs, targets
}

// The shards together show each job once, with its target, and each target at
// least once; all shards of a round share one list of a target's jobs.
func TestShardsShowEachJobOnce(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	probes := shardProbes(t, exporter, "shards=16")
	if len(probes) != 16 || !slices.Contains(probes, "/probe?shard=0%2F16") || !slices.Contains(probes, "/probe?shard=15%2F16") {
		t.Fatalf("the shards are %q", probes)
	}
	for round := 1; round <= 3; round++ {
		jobs, targets := map[string]int{}, map[string]int{}
		for _, probe := range probes {
			_, query, _ := strings.Cut(probe, "?")
			e := exporter.Probe(query, 30*time.Second)
			inShard, targetsOfShard := jobsOf(e)
			for job, times := range inShard {
				jobs[job] += times
				if target, _, _ := strings.Cut(job, " "); targetsOfShard[target] == 0 {
					t.Errorf("%s: job %s is there without its target", probe, job)
				}
			}
			for target := range targetsOfShard {
				targets[target]++
			}
		}
		whole, allTargets := jobsOf(exporter.Scrape(30 * time.Second))
		if !maps.Equal(jobs, whole) || len(whole) < 30 {
			t.Errorf("round %d: the shards show %d jobs, all are %d:\n%v\n%v", round, len(jobs), len(whole), jobs, whole)
		}
		for target := range allTargets {
			if targets[target] == 0 {
				t.Errorf("round %d: no shard shows target %s", round, target)
			}
		}
	}
	if lists, ok := exporter.Scrape(30*time.Second).Value("asyncjob_exporter_upstream_requests_total", "operation", "list", "system", "oracle_marketplace", "code", "200"); !ok || lists > 8 {
		t.Errorf("%v lists were read in 3 rounds of 16 shards and 4 whole scrapes", lists)
	}
}

// The shards of one target are only its jobs.
func TestShardsOfOneTarget(t *testing.T) {
	simulated := exportertest.Simulate(t, simulator.Options{})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	jobs := map[string]int{}
	for _, probe := range shardProbes(t, exporter, "shards=3&target=content-demo") {
		_, query, _ := strings.Cut(probe, "?")
		inShard, _ := jobsOf(exporter.Probe(query, 30*time.Second))
		maps.Copy(jobs, inShard)
	}
	whole, _ := jobsOf(exporter.Probe("target=content-demo", 30*time.Second))
	if !maps.Equal(jobs, whole) || len(whole) == 0 {
		t.Errorf("the shards show %v, the target has %v", jobs, whole)
	}
}

// A target whose login fails and that has no jobs yet is down in some shard.
func TestATargetWithoutJobsIsInAShard(t *testing.T) {
	exporter := exportertest.Start(t, exportertest.Options{Config: `
targets: [{name: vcenter, system: vsphere, url: "http://127.0.0.1:1", basic_auth: {username: u, password: p}, discovery: true}]`})
	down := 0
	for _, probe := range shardProbes(t, exporter, "shards=7") {
		_, query, _ := strings.Cut(probe, "?")
		for _, m := range exporter.Probe(query, 10*time.Second).Series("asyncjob_target_up", "target", "vcenter") {
			if m.GetGauge().GetValue() == 0 {
				down++
			}
		}
	}
	if down != 1 {
		t.Errorf("the target is down in %d shards, want one", down)
	}
}

func TestShardsThatCannotBeMeant(t *testing.T) {
	exporter, upstream := probed(t)
	for path, want := range map[string]int{
		"/probe?shard=": 400, "/probe?shard=3": 400, "/probe?shard=3/": 400, "/probe?shard=/3": 400, "/probe?shard=3/3": 400, "/probe?shard=-1/3": 400,
		"/probe?shard=%2B1/3": 400, "/probe?shard=01/3": 400, "/probe?shard=1/3/5": 400, "/probe?shard=0/0": 400, "/probe?shard=0/1025": 400,
		"/probe?shard=0/3&shard=1/3": 400, "/probe?shard=0/3&target=samples&job_id=1": 400, "/probe?shard=0/3&kind=sample": 400,
		"/probe?shard=0/3&target=none": 404,
		"/sd?by=shard":                 400, "/sd?by=shard&shards=": 400, "/sd?by=shard&shards=0": 400, "/sd?by=shard&shards=1025": 400, "/sd?by=shard&shards=x": 400,
		"/sd?by=shard&shards=3&shards=4": 400, "/sd?by=shard&shards=3&target=none": 404, "/sd?by=shard&by=job&shards=3": 400,
	} {
		if reply := exporter.Get(path); reply.Status != want {
			t.Errorf("%s: %d %s, want %d", path, reply.Status, strings.TrimSpace(reply.Body), want)
		}
	}
	if sent := upstream.Arrivals(); len(sent) != 0 {
		t.Errorf("%d requests were sent for what was refused", len(sent))
	}
}
