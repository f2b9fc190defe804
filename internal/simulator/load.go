package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Load is a population of jobs for benchmarks and tests of scale, in place of
// the demo's jobs. It is static: no job is added or ends. The running ones move
// evenly from 0 to 1 within loadPeriod and begin again.
type Load struct {
	// Jobs is the number of all jobs, split evenly over the systems.
	Jobs int
	// FinishedShare, 0 to 1, of the jobs have succeeded, spread evenly.
	FinishedShare float64
	// FilesPerSession is the number of files of a job of a system that has files.
	FilesPerSession int
	// DataCenters is the number of data centres of a job of a system that has them.
	DataCenters int
	// Systems that take part; nil: all.
	Systems []string
}

// loadPeriod is short, so that also a progress in whole percents moves from one
// scrape to the next.
const loadPeriod = 100 * time.Second

// loadCount is the number of jobs that a system has under the load, numbered
// from 0: all of them in a world without a simulator around it.
func (w *World) loadCount(system string) int {
	systems := w.load.Systems
	if systems == nil {
		systems = w.systems
	}
	if systems == nil {
		return w.load.Jobs
	}
	index := slices.Index(systems, system)
	if index < 0 {
		return 0
	}
	count := w.load.Jobs / len(systems)
	if index < w.load.Jobs%len(systems) {
		count++
	}
	return count
}

// loadPlan is the life of the load's job of a number; succeeded and running are
// the upstream's words.
func (w *World) loadPlan(number int, running, succeeded string) plan {
	if w.load.finished(number) {
		return plan{first: -time.Hour, stages: []stage{
			{word: running, lasts: 30 * time.Minute, to: 1},
			{word: succeeded, lasts: forEver, to: 1},
		}}
	}
	begun := time.Duration(number%100) * loadPeriod / 100
	return plan{first: -begun, every: loadPeriod, stages: []stage{{word: running, lasts: loadPeriod, to: 1}}}
}

// finished spreads the finished jobs evenly over the numbers.
func (l *Load) finished(number int) bool {
	return int(float64(number+1)*l.FinishedShare) > int(float64(number)*l.FinishedShare)
}

// loadJobs writes the "jobs" of a target's configuration: a line for each job
// of the load.
func (w *World) loadJobs(system string, line func(number int) string) string {
	var jobs strings.Builder
	jobs.WriteString("  jobs:\n")
	for number := range w.loadCount(system) {
		fmt.Fprintf(&jobs, "    - {%s}\n", line(number))
	}
	return jobs.String()
}
