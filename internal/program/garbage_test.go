package program

import (
	"runtime"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

func TestGarbageIsLimitedByWhatIsLive(t *testing.T) {
	const megabyte = 1 << 20
	for live, want := range map[uint64]int{
		0: 400, 4 * megabyte: 400, 5 * megabyte: 400, 10 * megabyte: 200, 20 * megabyte: 100, 40 * megabyte: 50, 80 * megabyte: 25, 1000 * megabyte: 25,
	} {
		if got := garbagePercent(live); got != want {
			t.Errorf("%d MiB are live: %d %%, want %d %%", live/megabyte, got, want)
		}
	}
	if liveHeap() > 1<<40 {
		t.Error("more is live than any machine has")
	}
}

// TestEachCollectionIsTold because the rule is applied anew with each.
func TestEachCollectionIsTold(t *testing.T) {
	collected := make(chan struct{}, 1)
	for range 3 {
		tellOfCollection(collected)
		runtime.GC()
		select {
		case <-collected:
		case <-time.After(exportertest.Patience):
			t.Fatal("a collection was not told")
		}
	}
}
