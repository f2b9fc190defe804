package collector

import (
	"fmt"
	"testing"
)

// Jobs are spread evenly, whatever their ids are made of, and each is in one shard.
func TestShardsAreEven(t *testing.T) {
	for name, id := range map[string]func(int) string{
		"numbers":       func(i int) string { return fmt.Sprint(2797000 + i) },
		"padded":        func(i int) string { return fmt.Sprintf("%08d", i) },
		"a long prefix": func(i int) string { return fmt.Sprintf("815994e5-2828-4a88-86ed-4575f9e964e2:%04x", i) },
		"a suffix":      func(i int) string { return fmt.Sprintf("%d-815994e5-2828-4a88-86ed", i) },
	} {
		for _, of := range []int{1, 2, 3, 16, 100} {
			const jobs = 10_000
			numbers := make([]int, of)
			for i := range jobs {
				found := 0
				for index := range of {
					if (Shard{Index: index, Of: of}).Has("target", id(i)) {
						numbers[index]++
						found++
					}
				}
				if found != 1 {
					t.Fatalf("%s: job %s is in %d shards of %d", name, id(i), found, of)
				}
			}
			for index, number := range numbers {
				if fair := jobs / of; number < fair*6/10 || number > fair*14/10 {
					t.Errorf("%s: shard %d/%d has %d jobs of %d", name, index, of, number, jobs)
				}
			}
		}
	}
}

// With twelve shards, as in examples/prometheus/sharded.yml, an exporter more
// takes its share of the jobs and no other moves, however many there are.
func TestHowManyJobsMove(t *testing.T) {
	const shards = 12
	owners := map[int][shards]int{
		2: {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1},
		3: {0, 0, 0, 0, 2, 2, 1, 1, 1, 1, 2, 2},
		4: {0, 0, 0, 3, 2, 2, 1, 1, 1, 3, 2, 3},
	}
	for _, jobs := range []int{1000, 100_000} {
		moved := map[int]int{}
		for i := range jobs {
			id := fmt.Sprint(2_700_000 + i)
			for index := range shards {
				if !(Shard{Index: index, Of: shards}).Has("marketplace", id) {
					continue
				}
				for exporters := 3; exporters <= 4; exporters++ {
					before, after := owners[exporters-1][index], owners[exporters][index]
					if before != after {
						moved[exporters]++
					}
					if before != after && after != exporters-1 {
						t.Errorf("job %s moves from exporter %d to %d", id, before, after)
					}
				}
			}
		}
		for exporters, number := range moved {
			t.Logf("%d jobs, from %d to %d exporters: %d move", jobs, exporters-1, exporters, number)
			if fair := jobs / exporters; number < fair*85/100 || number > fair*115/100 {
				t.Errorf("%d of %d jobs move to exporter %d of %d", number, jobs, exporters, exporters)
			}
		}
	}
}

// The spread is part of what exporters of different versions must agree on: the
// 64 bits of FNV-1a over target, zero byte and id, the upper half folded into the
// lower, modulo the number of shards.
func TestWhereJobsAre(t *testing.T) {
	for id, want := range map[string]int{"": 0, "2797087": 6, "815994e5:9c7e16e9": 6, "ubuntu": 10} {
		for index := range 16 {
			if got := (Shard{Index: index, Of: 16}).Has("vcenter-prod", id); got != (index == want) {
				t.Errorf("job %q is in shard %d: %t", id, index, got)
			}
		}
	}
}
