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

// TestErrorTextHidesCredentialsInAllTheirSpellings because an error often quotes
// what another program logged, escaped for that program.
func TestErrorTextHidesCredentialsInAllTheirSpellings(t *testing.T) {
	for message, want := range map[string]string{
		`clone failed: {"url":"https:\/\/robot:c4nary@git.example.com\/x.git"}`: `clone failed: {"(a URL)"}`,
		`from https:\/\/git.example.com\/x.git?token=c4nary now`:                "from https://git.example.com/x.git now",
		`via https%3A%2F%2Frobot%3Ac4nary%40git.example.com%2Fx: refused`:       "via https://git.example.com/x: refused",
		`via https%253A%252F%252Frobot%253Ac4nary%2540git.example.com`:          "via https://git.example.com",
		`http://a.example.com/https%3A%2F%2Fu%3Ac4nary%40b`:                     "(a URL)",
		"jdbc:oracle:thin:scott/c4nary@//db.example.com:1521/x is down":         "(hidden) is down",
		"scott/c4nary@db is locked":                                             "(hidden) is locked",
		"AccountKey=abc;token=c4nary is wrong":                                  "AccountKey=abc;token=(hidden) is wrong",
		`{"password":"c4nary","user":"u"}`:                                      `{"password":(hidden)`,
		`{\"api_key\":\"c4nary\"}`:                                              "(hidden)",
		"Authorization: Bearer c4nary was refused":                              "Authorization: Bearer (hidden) was refused",
		`"bearer" c4nary`:                           `"bearer" (hidden)`,
		"Basic YzRuYXJ5OmM0bmFyeQ== was refused":    "Basic (hidden) was refused",
		"X-Amz-Signature=c4nary":                    "X-Amz-Signature=(hidden)",
		"https://a.example.com/b;jsessionid=c4nary": "(a URL)",
	} {
		if got := ErrorText(message); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}
	}
}

// TestErrorTextLeavesWhatIsNoCredential because it is read to find the cause.
func TestErrorTextLeavesWhatIsNoCredential(t *testing.T) {
	for _, message := range []string{
		"Basic authentication failed for build@example.com", "100% of disk.vmdk, 3/4 files: Pipe closed", "the token is not valid: expired",
		"cannot clone git@github.com", "no image example/app@sha256:9b8c4c5a", "state=ERROR code=17", `path C:\images\a.iso not found`,
	} {
		if got := ErrorText(message); got != message {
			t.Errorf("%q becomes %q", message, got)
		}
		if got := ErrorText(ErrorText(message)); got != ErrorText(message) {
			t.Errorf("%q changes when it is made fit twice: %q", message, got)
		}
	}
}
