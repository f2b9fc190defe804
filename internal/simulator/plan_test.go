package simulator

import (
	"testing"
	"time"
)

func TestAPlanGoesThroughItsStages(t *testing.T) {
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	world, err := NewWorld(Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	plan := plan{first: -time.Minute, every: 10 * time.Minute, stages: []stage{
		{"waits", 2 * time.Minute, 0}, {"works", 4 * time.Minute, 0.8}, {"ended", time.Minute, 0.8},
	}}
	for _, expected := range []struct {
		after    time.Duration
		run      int
		word     string
		progress float64
	}{
		{0, 0, "waits", 0},
		{time.Minute, 0, "works", 0},
		{3 * time.Minute, 0, "works", 0.4},
		{5 * time.Minute, 0, "ended", 0.8},
		{6 * time.Minute, 0, "", 0},
		{9 * time.Minute, 1, "waits", 0},
		{time.Hour, 6, "waits", 0},
	} {
		now = world.start.Add(expected.after)
		moment, known := plan.current(world)
		if known != (expected.word != "") || moment.word != expected.word || moment.progress != expected.progress || known && moment.run != expected.run {
			t.Errorf("after %s: %+v, want %+v", expected.after, moment, expected)
		}
	}
	if reached := plan.reached(world, 1, 0.4); !reached.Equal(world.start.Add(13 * time.Minute)) {
		t.Errorf("the second run is half done at %s", reached)
	}
}

func TestSeveralRunsAreKnownAtOnce(t *testing.T) {
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	world, err := NewWorld(Options{Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	plan := plan{every: 10 * time.Minute, stages: []stage{{"works", 25 * time.Minute, 1}}}
	for after, expected := range map[time.Duration]int{0: 1, 10 * time.Minute: 2, 24 * time.Minute: 3, 100 * time.Minute: 3} {
		now = world.start.Add(after)
		if known := plan.known(world); len(known) != expected || known[len(known)-1].run != int(after/plan.every) {
			t.Errorf("after %s: %+v, want %d runs", after, known, expected)
		}
	}
}

func TestTheRecordKeepsTheLastRequestsAndCountsAll(t *testing.T) {
	record := newRecord()
	for number := range keptRequests + 10 {
		record.add(Request{System: "a", Operation: "status", Status: number})
	}
	kept := record.requests()
	if len(kept) != keptRequests || kept[0].Status != 10 || kept[len(kept)-1].Status != keptRequests+9 {
		t.Errorf("%d kept, from %d to %d", len(kept), kept[0].Status, kept[len(kept)-1].Status)
	}
	if count := record.count("a", ""); count != keptRequests+10 {
		t.Errorf("%d counted", count)
	}
}
