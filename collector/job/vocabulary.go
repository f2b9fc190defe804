package job

import (
	"maps"
	"slices"
)

// Vocabulary is what an upstream's words for states mean.
type Vocabulary struct {
	builtIn    map[string]State
	configured map[string]string
}

// NewVocabulary makes a vocabulary from the words of each state, as the vendor
// spells them; case and blanks do not matter.
func NewVocabulary(meanings map[State][]string) Vocabulary {
	v := Vocabulary{builtIn: map[string]State{}}
	for state, words := range meanings {
		for _, word := range words {
			v.builtIn[FoldWord(word)] = state
		}
	}
	return v
}

// Words are the built-in words, as FoldWord makes them, sorted.
func (v Vocabulary) Words() []string { return slices.Sorted(maps.Keys(v.builtIn)) }

// With is the vocabulary with the user's meanings, which win; their keys are folded.
func (v Vocabulary) With(configured map[string]string) Vocabulary {
	v.configured = configured
	return v
}

// Meaning is the state that a word stands for, Unknown where it is in no table.
// decided tells that the user said so: then nothing else in the reply counts.
func (v Vocabulary) Meaning(word string) (state State, decided bool) {
	word = FoldWord(word)
	if configured, ok := v.configured[word]; ok {
		return State(configured), true
	}
	if state, ok := v.builtIn[word]; ok {
		return state, false
	}
	return Unknown, false
}

// PartMeaning is the state of a part of a job. A meaning of the user's that
// a part of this sort cannot have does not apply to it.
func (v Vocabulary) PartMeaning(word string, possible []State) State {
	state, decided := v.Meaning(word)
	if !decided {
		return state
	}
	if slices.Contains(possible, state) {
		return state
	}
	if state, ok := v.builtIn[FoldWord(word)]; ok {
		return state
	}
	return Unknown
}
