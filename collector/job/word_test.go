package job

import (
	"testing"
	"testing/quick"
)

func TestWordsThatDifferInCaseAndBlanksOnlyAreOne(t *testing.T) {
	for word, want := range map[string]string{
		"In Progress":            "INPROGRESS",
		" in\tprogress\n":        "INPROGRESS",
		"IN\u00a0PROGRESS\u2003": "INPROGRESS", // no-break and em space
		"in_progress":            "IN_PROGRESS",
		"":                       "",
	} {
		if got := FoldWord(word); got != want {
			t.Errorf("FoldWord(%q) = %q, want %q", word, got, want)
		}
	}
	folded := func(word string) bool { return FoldWord(FoldWord(word)) == FoldWord(word) }
	if err := quick.Check(folded, nil); err != nil {
		t.Error(err)
	}
}
