package described

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// TestTheGateBoundsWhatIsDecodedAtAMoment: what grows most counts most.
func TestTheGateBoundsWhatIsDecodedAtAMoment(t *testing.T) {
	g := newGate()
	flat := []byte(`"` + strings.Repeat("a", mostDecoded/2-2) + `"`)
	var leave []func()
	for range 2 {
		out, failure := g.enter(t.Context(), "status", flat)
		if failure != nil {
			t.Fatal(failure)
		}
		leave = append(leave, out)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, failure := g.enter(short, "status", []byte(`{}`)); failure == nil || failure.Reason != job.ReasonTimeout {
		t.Errorf("a third body is decoded: %v", failure)
	}
	leave[0]()
	out, failure := g.enter(t.Context(), "status", []byte(`{}`))
	if failure != nil {
		t.Fatal(failure)
	}
	out()
	leave[1]()
	objects := []byte("[" + strings.Repeat(`{"a":0},`, 1<<18) + "0]")
	if _, failure := g.enter(t.Context(), "status", objects); failure == nil || failure.Reason != job.ReasonTooLarge {
		t.Errorf("%d bytes that become %d MiB are decoded: %v", len(objects), 1<<18*320>>20, failure)
	}
}
