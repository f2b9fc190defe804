package shown

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Sort is an order of jobs.
type Sort struct {
	// By is a column; empty: those first that need somebody.
	By string
	// Reversed turns the order round.
	Reversed bool
}

// Columns are what jobs can be sorted by.
func Columns() []string {
	return []string{"state", "name", "target", "progress", "age", "changed", "expires"}
}

// parseSort reads a column, with a minus before it where it is reversed. Any
// other word is no order.
func parseSort(word string) Sort {
	by, reversed := strings.CutPrefix(word, "-")
	if !slices.Contains(Columns(), by) {
		return Sort{}
	}
	return Sort{By: by, Reversed: reversed}
}

// String is what parseSort reads.
func (s Sort) String() string {
	if s.Reversed {
		return "-" + s.By
	}
	return s.By
}

// order sorts the jobs. What a job does not have comes last in either direction.
func (s Sort) order(jobs []Job) {
	slices.SortFunc(jobs, func(a, b Job) int {
		order := s.compare(&a, &b)
		if order == 0 {
			order = byAttention(&a, &b)
		}
		return order
	})
}

func (s Sort) compare(a, b *Job) int {
	switch s.By {
	case "":
		return 0
	case "state":
		return s.turn(cmp.Compare(stateRank(a.State), stateRank(b.State)))
	case "name":
		return s.turn(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)))
	case "target":
		return s.turn(cmp.Compare(a.Target, b.Target))
	default:
		return s.comparePresent(a, b)
	}
}

func (s Sort) turn(order int) int {
	if s.Reversed {
		return -order
	}
	return order
}

// comparePresent compares what not every job has.
func (s Sort) comparePresent(a, b *Job) int {
	valueOfA, hasA := s.value(a)
	valueOfB, hasB := s.value(b)
	switch {
	case hasA && hasB:
		return s.turn(cmp.Compare(valueOfA, valueOfB))
	case hasA:
		return -1
	case hasB:
		return 1
	default:
		return 0
	}
}

// value is what a column sorts by: the youngest, the latest and what expires
// soonest come first.
func (s Sort) value(of *Job) (value float64, ok bool) {
	var at time.Time
	switch s.By {
	case "age":
		began, _ := Began(of.JobStatus)
		return -float64(began.Unix()), !began.IsZero()
	case "changed":
		at = LastChange(of.JobStatus)
		return -float64(at.Unix()), !at.IsZero()
	case "expires":
		at = of.Expires()
		return float64(at.Unix()), !at.IsZero()
	default:
		return of.Progress()
	}
}

// byAttention orders by how urgent the jobs are. Of those that need somebody for
// the same reason the latest comes first, others that are alike are in the order
// of their names.
func byAttention(a, b *Job) int {
	return cmp.Or(
		cmp.Compare(a.urgency, b.urgency),
		b.since.Compare(a.since),
		cmp.Compare(a.Target, b.Target),
		cmp.Compare(a.Name, b.Name),
		cmp.Compare(a.JobStatus.Job.ID, b.JobStatus.Job.ID),
		cmp.Compare(a.JobStatus.Job.Kind, b.JobStatus.Job.Kind),
	)
}
