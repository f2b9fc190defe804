package program

import "testing"

func TestGarbageIsLimitedByWhatIsLive(t *testing.T) {
	const megabyte = 1 << 20
	for live, want := range map[uint64]int{
		0: 400, 4 * megabyte: 400, 5 * megabyte: 400, 10 * megabyte: 200, 20 * megabyte: 100, 40 * megabyte: 50, 80 * megabyte: 35, 1000 * megabyte: 35,
	} {
		if got := garbagePercent(live); got != want {
			t.Errorf("%d MiB are live: %d %%, want %d %%", live/megabyte, got, want)
		}
	}
	if liveHeap() > 1<<40 {
		t.Error("more is live than any machine has")
	}
}
