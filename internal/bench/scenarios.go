package main

import (
	"fmt"
	"strings"
	"time"
)

// scenario is one population of jobs, and a way to read it.
type scenario struct {
	name        string
	jobs        int
	finished    float64
	latency     time.Duration
	system      string
	concurrency int
	// scrapes in one round, so that a round is long enough to measure.
	scrapes int
	// described reads sample_exchange by a description in place of the built-in system.
	described bool
	// listed names no job: all are found by discovery.
	listed bool
	// shards is into how many scrapes the jobs are split; 0: all are in /metrics.
	shards int
}

// scenarios are all that are measured, in the order of the table.
func scenarios() []scenario {
	var all []scenario
	for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
		for _, jobs := range []int{100, 1000, 5000} {
			all = append(all, scenario{
				name: fmt.Sprintf("%d active, %s latency", jobs, latency), jobs: jobs, latency: latency, scrapes: max(1, 2000/jobs),
			})
		}
	}
	return append(all,
		scenario{
			name: "5000 active of one system, 20ms, 64 parallel", jobs: 5000, system: "sample_exchange",
			latency: 20 * time.Millisecond, concurrency: 64, scrapes: 1,
		},
		scenario{name: "sharded: 1000 active in 12 scrapes", jobs: 1000, shards: 12, scrapes: 2},
		scenario{name: "built in: 1000 active of sample_exchange", jobs: 1000, system: "sample_exchange", scrapes: 2},
		scenario{name: "described: 1000 active of the same API", jobs: 1000, system: "sample_exchange", described: true, scrapes: 2},
		scenario{name: "read: 1000 active of oracle_marketplace", jobs: 1000, system: "oracle_marketplace", scrapes: 2},
		scenario{name: "listed: 1000 active of oracle_marketplace", jobs: 1000, system: "oracle_marketplace", listed: true, scrapes: 2},
		scenario{name: "steady: 1000 jobs, 80 % finished", jobs: 1000, finished: 0.8, scrapes: 5},
		scenario{name: "memory: 10000 jobs, 80 % finished", jobs: 10000, finished: 0.8, scrapes: 3},
		scenario{name: "curve: 2000 active", jobs: 2000, scrapes: 2},
		scenario{name: "curve: 4000 active", jobs: 4000, scrapes: 2},
		scenario{name: "curve: 10000 finished", jobs: 10000, finished: 1, scrapes: 3},
		scenario{name: "curve: 20000 finished", jobs: 20000, finished: 1, scrapes: 3},
		scenario{name: "large: 100000 finished", jobs: 100000, finished: 1, scrapes: 1},
		scenario{name: "large, sharded: 100000 finished in 12 scrapes", jobs: 100000, finished: 1, shards: 12, scrapes: 1},
	)
}

// matching are the scenarios whose names contain a text.
func matching(text string) []scenario {
	var found []scenario
	for _, s := range scenarios() {
		if strings.Contains(s.name, text) {
			found = append(found, s)
		}
	}
	return found
}

// comparable reports whether the floor and a peer are measured too: beyond
// this, what is of interest is the exporter alone.
func (s scenario) comparable() bool {
	return s.jobs <= 5000 && !strings.HasPrefix(s.name, "curve")
}

// paths are what Prometheus asks the exporter for in one scrape of all jobs.
func (s scenario) paths() []string {
	if s.shards == 0 {
		return []string{"/metrics"}
	}
	var paths []string
	for index := range s.shards {
		paths = append(paths, fmt.Sprintf("/probe?shard=%d/%d", index, s.shards))
	}
	return paths
}
