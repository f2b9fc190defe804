package faults

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// Whatever is wrong with one job, the shards say together what one scrape of all
// says: each job stands in one of them, the faulty one with its reason.
func TestAFaultOfOneJobIsOneShards(t *testing.T) {
	t.Parallel()
	const shards = 3
	for _, f := range faults() {
		for _, system := range systemNames() {
			target := smallWorld()[system]
			if f.spreads || f.spreadsWithLogin && target.session {
				continue // then jobs of the target that another shard reads fare otherwise, as in two scrapes
			}
			t.Run(f.name+"/"+system, func(t *testing.T) {
				t.Parallel()
				exporter := spoiltWorld(t, func(s string, r *http.Request) answer {
					if s == system && isAbout(r, target.firstJob) {
						return f.answer
					}
					return nil
				}, f.shorten)
				whole := exporter.Scrape(patient)
				seen := map[string]int{}
				for shard := range shards {
					e := exporter.Probe(fmt.Sprintf("shard=%d/%d", shard, shards), patient)
					checkShard(t, e, whole, target, f, seen)
				}
				for _, known := range smallWorld() {
					for _, job := range whole.Jobs(known.name) {
						if n := seen[known.name+"/"+job]; n != 1 {
							t.Errorf("job %s of %s is in %d shards, want one", job, known.name, n)
						}
					}
				}
			})
		}
	}
}

// checkShard compares one shard with the whole, and counts its jobs.
func checkShard(t *testing.T, e, whole *exportertest.Exposition, faulty simulatedTarget, f fault, seen map[string]int) {
	t.Helper()
	for _, known := range smallWorld() {
		for _, job := range e.Jobs(known.name) {
			seen[known.name+"/"+job]++
			want := ""
			if known.name == faulty.name && job == faulty.firstJob {
				want = f.reason
			}
			if got := e.Reason(known.name, job); got != want {
				t.Errorf("job %s of %s has the reason %q in its shard, want %q", job, known.name, got, want)
			}
			if !slices.Contains(whole.Jobs(known.name), job) {
				t.Errorf("job %s of %s is in a shard and not in the whole", job, known.name)
			}
		}
	}
}
