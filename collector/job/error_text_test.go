package job

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestErrorText(t *testing.T) {
	for message, want := range map[string]string{
		"":                                    "",
		" two\n lines\tand\x00 blanks ":       "two lines and  blanks",
		"Pipe closed":                         "Pipe closed",
		"see https://u:p@example.com/a?b=c#d": "see https://example.com/a",
		`"https://u:p@example.com/a",`:        `"https://example.com/a",`,
		"(https://u@example.com).":            "(https://example.com).",
		"HTTPS://U:P@EXAMPLE.COM/":            "https://EXAMPLE.COM/",
		"to ds:///vmfs/volumes/55d0/disk.vmdk. Reason": "to ds:///vmfs/volumes/55d0/disk.vmdk. Reason",
		"http://u:%zz@example.com/":                    "(a URL)",
		"https://u:p w@example.com/":                   "(a URL) w@example.com/",
		"http://a,http://u:p@example.com":              "(a URL)",
		"http://a/http://u:p@example.com":              "(a URL)",
		"next=https://u:p@example.com":                 "(a URL)",
		"://u:p@example.com":                           "://(a URL)",
		"://":                                          "(a URL)",
		"http://example.com?token=t":                   "http://example.com",
		"http://example.com/?":                         "http://example.com/?",
	} {
		if got := ErrorText(message); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
	}
	if got := utf8.RuneCountInString(ErrorText(strings.Repeat("ä", 500))); got != 200 {
		t.Errorf("%d characters", got)
	}
}
