package main

import (
	"fmt"
	"strings"
	"time"
)

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
		scenario{name: "steady: 1000 jobs, 80 % finished", jobs: 1000, finished: 0.8, scrapes: 5},
		scenario{name: "memory: 10000 jobs, 80 % finished", jobs: 10000, finished: 0.8, scrapes: 3},
		scenario{name: "curve: 2000 active", jobs: 2000, scrapes: 2},
		scenario{name: "curve: 4000 active", jobs: 4000, scrapes: 2},
		scenario{name: "curve: 10000 finished", jobs: 10000, finished: 1, scrapes: 3},
		scenario{name: "curve: 20000 finished", jobs: 20000, finished: 1, scrapes: 3},
		scenario{name: "large: 100000 finished", jobs: 100000, finished: 1, scrapes: 1},
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
