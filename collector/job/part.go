package job

// Part is a step, stage or task of a job.
type Part struct {
	Name string
	// Kind is the upstream's word for what sort of part it is; may be empty.
	Kind  string
	State State
	// Progress is a ratio; absent where the upstream is silent.
	Progress *float64
}

// PartStates are the states that a part can be in.
func PartStates() []State { return DataCenterStates() }
