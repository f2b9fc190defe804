package job

import (
	"net/url"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

func FuzzLabelValue(f *testing.F) {
	for _, value := range []string{"", "Größe", "a\nb", "\xff\xfe", strings.Repeat("ä", 200), "\u0085\u2028"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		fits := Label(value)
		if problem := metrictest.Unfit(fits, LongestLabel); problem != "" {
			t.Errorf("%q becomes %q, which %s", value, fits, problem)
		}
		if Label(fits) != fits {
			t.Errorf("%q becomes %q and then %q", value, fits, Label(fits))
		}
	})
}

// FuzzErrorText hides credentials of a URL in any text around it.
func FuzzErrorText(f *testing.F) {
	for _, around := range []string{"", " ", "see ", "(", "http://a/", "http://a,", "next=", "a?", "a#", "mailto:", "%", "://", "\xff", "a@"} {
		f.Add(around, "")
		f.Add(around, around)
		f.Add("", around)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		const plain = "https://user:c4nary@example.com/path?token=c4nary"
		for _, spelled := range []string{plain, strings.ReplaceAll(plain, "/", `\/`), url.QueryEscape(plain), url.QueryEscape(url.QueryEscape(plain))} {
			text := ErrorText(before + spelled + after)
			if problem := metrictest.Unfit(text, LongestErrorText); problem != "" {
				t.Errorf("%q %s", text, problem)
			}
			if strings.Contains(text, "c4nary") && !strings.Contains(before+after, "c4nary") {
				t.Errorf("%q shows a credential", text)
			}
		}
	})
}
