package job

import "time"

// Change is a job's coming into a state.
type Change struct {
	At    time.Time
	State State
	// UpstreamState is the upstream's own word for it.
	UpstreamState string
}
