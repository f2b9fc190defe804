package job

// State is what a job, or a part of one, is doing. The words are the values of
// the label "state" and the same for every system.
type State string

// The eight states of a job. Expired and Gone are for jobs that cannot be read
// any more: the exporter concludes them, no upstream says them.
const (
	Pending   State = "pending"
	Running   State = "running"
	Succeeded State = "succeeded"
	Failed    State = "failed"
	Canceled  State = "canceled"
	Expired   State = "expired"
	Gone      State = "gone"
	Unknown   State = "unknown"
)

// States are all states, in the order in which they are exported.
func States() []State {
	return []State{Pending, Running, Succeeded, Failed, Canceled, Expired, Gone, Unknown}
}

// SettableStates are those that the configuration may map a word to: the
// exporter itself concludes the two others.
func SettableStates() []string {
	var words []string
	for _, state := range DataCenterStates() {
		words = append(words, string(state))
	}
	return words
}

// FileStates are the states that a file of a session can be in.
func FileStates() []State {
	return []State{Pending, Running, Succeeded, Failed, Unknown}
}

// DataCenterStates are the states that a data centre's copy can be in.
func DataCenterStates() []State {
	return []State{Pending, Running, Succeeded, Failed, Canceled, Unknown}
}

// Final reports whether a job in this state will never change again.
func (s State) Final() bool {
	switch s {
	case Succeeded, Failed, Canceled, Expired, Gone:
		return true
	default:
		return false
	}
}

// Concluded reports whether the exporter itself found the state out, because the
// upstream knows the job no more. Such a job may be there again at the next read.
func (s State) Concluded() bool { return s == Expired || s == Gone }
