package job

import (
	"strings"
	"testing"
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
		if got := Label(value); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	for text, want := range map[string]string{"": "", "ab": "ab", "abc": "abc", "abcd": "abc", "äöüß": "äöü", "a\nb\xffc": "a\nb", "ää": "ää"} {
		if got := Cut(text, 3); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
