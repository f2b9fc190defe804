package collector

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLabelValues(t *testing.T) {
	for value, want := range map[string]string{
		"":                                 "",
		"US2 Commercial":                   "US2 Commercial",
		"Größe \U0001F680":                 "Größe \U0001F680",
		"a\nb\tc\x00d\x7fe\u0085":          "a b c d e ",
		"a\xffb\xc3":                       "a\ufffdb\ufffd",
		strings.Repeat("x", 128):           strings.Repeat("x", 128),
		strings.Repeat("x", 129):           strings.Repeat("x", 128),
		strings.Repeat("ä", 128):           strings.Repeat("ä", 128),
		strings.Repeat("ä", 200):           strings.Repeat("ä", 128),
		"\n" + strings.Repeat("\xff", 200): " " + strings.Repeat("\ufffd", 127),
	} {
		if got := labelValue(value); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
}

func TestOnlyErrorsMayBeLonger(t *testing.T) {
	long := strings.Repeat("x", 300)
	list := seriesList{names: []string{"error_id", "error"}}
	list.add(1, long, long)
	got := list.made.labels
	if utf8.RuneCountInString(got[0]) != 128 || utf8.RuneCountInString(got[1]) != 200 {
		t.Errorf("they have %d and %d characters", len(got[0]), len(got[1]))
	}
}

func TestMakingValuesFitChangesNoJob(t *testing.T) {
	values := []string{"fits", "does\nnot", "nor\tthis"}
	list := seriesList{names: []string{"a", "b", "c"}}
	list.add(1, values...)
	if got := list.made.labels; strings.Join(got, "|") != "fits|does not|nor this" || values[1] != "does\nnot" || values[2] != "nor\tthis" {
		t.Errorf("%q became %q", values, got)
	}
}
