package exportertest

import "time"

const (
	// Patience is how long anything may take that is sure to happen. Nothing
	// waits for it but a test that fails.
	Patience = 60 * time.Second
	// Glance is the time between two looks at what is waited for.
	Glance = 20 * time.Millisecond
)

// Eventually waits until something holds, or ends the test with why it does not.
func Eventually(tb TB, what string, holds func() error) {
	tb.Helper()
	deadline := time.Now().Add(Patience)
	for {
		err := holds()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatalf("waited %s until %s: %v", Patience, what, err)
		}
		time.Sleep(Glance)
	}
}
