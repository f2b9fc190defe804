package exposition

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOnlyErrorsMayBeLonger(t *testing.T) {
	long := strings.Repeat("x", 300)
	list := List{names: []string{"error_id", "error"}}
	list.add(1, long, long)
	got := list.made.labels
	if utf8.RuneCountInString(got[0]) != 128 || utf8.RuneCountInString(got[1]) != 200 {
		t.Errorf("they have %d and %d characters", len(got[0]), len(got[1]))
	}
}

func TestMakingValuesFitChangesNoJob(t *testing.T) {
	values := []string{"fits", "does\nnot", "nor\tthis"}
	list := List{names: []string{"a", "b", "c"}}
	list.add(1, values...)
	if got := list.made.labels; strings.Join(got, "|") != "fits|does not|nor this" || values[1] != "does\nnot" || values[2] != "nor\tthis" {
		t.Errorf("%q became %q", values, got)
	}
}
