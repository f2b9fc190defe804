package retryafter

import (
	"net/http"
	"testing"
	"time"
)

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{"120", "Sun, 22 Nov 2026 00:01:00 GMT", "99999999999999999999", "-1", "", "soon"} {
		f.Add(value)
	}
	now := time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value string) {
		until, ok := Until(http.Header{"Retry-After": {value}}, now)
		if ok == until.IsZero() && ok || until.After(now.Add(Longest)) {
			t.Errorf("%q is %v, %v", value, until, ok)
		}
	})
}
