package collector

import (
	"fmt"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// The last changes of state are remembered, not each read, and what was copied
// stays as it was.
func TestHistory(t *testing.T) {
	at := time.Date(2026, 10, 30, 12, 0, 0, 0, time.UTC)
	states := []job.State{job.Pending, job.Running}
	var h, copied history
	var last *job.Job
	for i := range 60 {
		found := &job.Job{State: states[i/2%2], UpstreamState: fmt.Sprint(i), Progress: new(float64(i / 10))}
		h = h.noted(last, found, at.Add(time.Duration(i)*time.Minute))
		last = found
		if i == 3 {
			copied = h
		}
	}
	if len(h.changes) != mostChanges || h.changes[0].UpstreamState != "20" || h.changes[mostChanges-1].UpstreamState != "58" {
		t.Errorf("%d changes are remembered: %+v", len(h.changes), h.changes)
	}
	if want := at.Add(50 * time.Minute); !h.movedAt.Equal(want) {
		t.Errorf("the job moved at %v, want %v", h.movedAt, want)
	}
	if len(copied.changes) != 2 || copied.changes[1].State != job.Running || !copied.movedAt.IsZero() {
		t.Errorf("the copy became %+v", copied)
	}
}
