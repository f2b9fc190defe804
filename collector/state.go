package collector

import (
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

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

// jobStates are all states, in the order in which they are exported.
func jobStates() []State {
	return []State{Pending, Running, Succeeded, Failed, Canceled, Expired, Gone, Unknown}
}

// SettableStates are those that the configuration may map a word to: the
// exporter itself concludes the two others.
func SettableStates() []string {
	var words []string
	for _, state := range dataCenterStates() {
		words = append(words, string(state))
	}
	return words
}

// fileStates are the states that a file of a session can be in.
func fileStates() []State {
	return []State{Pending, Running, Succeeded, Failed, Unknown}
}

// dataCenterStates are the states that a data centre's copy can be in.
func dataCenterStates() []State {
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

// vocabulary is what an upstream's words for states mean.
type vocabulary struct {
	builtIn    map[string]State
	configured map[string]string
}

// newVocabulary makes a vocabulary from the words of each state, as the vendor
// spells them; case and blanks do not matter.
func newVocabulary(meanings map[State][]string) vocabulary {
	v := vocabulary{builtIn: map[string]State{}}
	for state, words := range meanings {
		for _, word := range words {
			v.builtIn[config.FoldWord(word)] = state
		}
	}
	return v
}

// with is the vocabulary with the user's meanings, which win; their keys are folded.
func (v vocabulary) with(configured map[string]string) vocabulary {
	v.configured = configured
	return v
}

// meaning is the state that a word stands for, Unknown where it is in no table.
// decided tells that the user said so: then nothing else in the reply counts.
func (v vocabulary) meaning(word string) (state State, decided bool) {
	word = config.FoldWord(word)
	if configured, ok := v.configured[word]; ok {
		return State(configured), true
	}
	if state, ok := v.builtIn[word]; ok {
		return state, false
	}
	return Unknown, false
}

// partMeaning is the state of a part of a job. A meaning of the user's that
// a part of this sort cannot have does not apply to it.
func (v vocabulary) partMeaning(word string, possible []State) State {
	state, decided := v.meaning(word)
	if !decided {
		return state
	}
	if slices.Contains(possible, state) {
		return state
	}
	if state, ok := v.builtIn[config.FoldWord(word)]; ok {
		return state
	}
	return Unknown
}
