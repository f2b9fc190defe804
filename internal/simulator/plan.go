package simulator

import "time"

// plan is the life of a demo job: a table of stages, run once or again and
// again. A job of a system that can list its jobs runs anew under a new id; one
// of the others restarts under the same id, since only that id is configured.
type plan struct {
	// first is when the first run begins, counted from the world's start;
	// negative: it was begun before the simulator was.
	first time.Duration
	// every is the time from one run's begin to the next one's; 0: it runs once.
	every time.Duration
	// stages of one run. After the last one the upstream knows the run no more.
	stages []stage
}

// stage is a part of a run in which the upstream says the same word.
type stage struct {
	// word is the state as this upstream calls it.
	word string
	// lasts is the stage's length; forEver only in the last stage.
	lasts time.Duration
	// to is the progress, 0 to 1, at the stage's end. It moves evenly from that
	// of the stage before.
	to float64
}

// unreadable is the word of a stage in which the upstream has a fault and tells
// nothing of the job.
const unreadable = ""

// forEver is the length of a stage that does not end.
const forEver time.Duration = 0

// moment is where one run of a plan stands.
type moment struct {
	run      int
	stage    int
	word     string
	progress float64
	// moving says whether the progress changes in this stage.
	moving bool
	begun  time.Time
	// entered is when the stage began.
	entered time.Time
	now     time.Time
}

// at tells where a run stands, and false where it has not begun, or has ended.
func (p plan) at(world *World, run int) (moment, bool) {
	now := world.clock()
	begun := p.begun(world, run)
	age := now.Sub(begun)
	if run < 0 || age < 0 {
		return moment{}, false
	}
	from, since := 0.0, time.Duration(0)
	for index, stage := range p.stages {
		inside := age - since
		if stage.lasts == forEver || inside < stage.lasts {
			return moment{
				run: run, stage: index, word: stage.word,
				progress: from + (stage.to-from)*share(inside, stage.lasts),
				moving:   stage.lasts != forEver && stage.to != from,
				begun:    begun, entered: begun.Add(since), now: now,
			}, true
		}
		from, since = stage.to, since+stage.lasts
	}
	return moment{}, false
}

// share is how much of a stage has passed: all of one that never ends.
func share(inside, lasts time.Duration) float64 {
	if lasts == forEver {
		return 1
	}
	return float64(inside) / float64(lasts)
}

// begun is when a run begins.
func (p plan) begun(world *World, run int) time.Time {
	return world.start.Add(p.first + time.Duration(run)*p.every)
}

// latest is the run that began last; -1 before the first.
func (p plan) latest(world *World) int {
	age := world.elapsed() - p.first
	switch {
	case age < 0:
		return -1
	case p.every == 0:
		return 0
	default:
		return int(age / p.every)
	}
}

// current is where the plan's latest run stands, for jobs that restart under
// the same id.
func (p plan) current(world *World) (moment, bool) {
	return p.at(world, p.latest(world))
}

// known are all runs that the upstream still knows, the oldest first.
func (p plan) known(world *World) []moment {
	var moments []moment
	for run := p.latest(world); run >= 0; run-- {
		current, alive := p.at(world, run)
		if !alive {
			break
		}
		moments = append([]moment{current}, moments...)
	}
	return moments
}

// until is the time from a run's begin to the begin of one of its stages; with
// the number of stages, to the run's end.
func (p plan) until(stage int) time.Duration {
	var sum time.Duration
	for _, passed := range p.stages[:stage] {
		sum += passed.lasts
	}
	return sum
}

// reached is when a run's progress passed a value; the run's begin where it
// never does.
func (p plan) reached(world *World, run int, value float64) time.Time {
	from := 0.0
	for index, stage := range p.stages {
		if from < value && value <= stage.to {
			inside := time.Duration((value - from) / (stage.to - from) * float64(stage.lasts))
			return p.begun(world, run).Add(p.until(index) + inside)
		}
		from = stage.to
	}
	return p.begun(world, run)
}

// updateInterval is how often a moving job's time of last update changes.
const updateInterval = 5 * time.Second

// updated is when something about the run changed last.
func (m moment) updated() time.Time {
	recently := m.now.Truncate(updateInterval)
	if !m.moving || recently.Before(m.entered) {
		return m.entered
	}
	return recently
}
