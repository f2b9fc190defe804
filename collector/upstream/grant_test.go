package upstream

import (
	"testing"
	"time"
)

// The answer to a request for a token is read whatever it is labelled, and its life
// whatever it is spelled like.
func TestReadGrant(t *testing.T) {
	sent := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for body, want := range map[string]struct {
		value string
		life  time.Duration
	}{
		`{"access_token":"t","token_type":"Bearer","expires_in":3600}`: {"t", time.Hour},
		`{"access_token":"t","expires_in":3599.5}`:                     {"t", 3599500 * time.Millisecond},
		`{"access_token":"t","expires_in":"604799"}`:                   {"t", 604799 * time.Second},
		`{"access_token":"t","expires_in":" 60.5 "}`:                   {"t", 60500 * time.Millisecond},
		`{"access_token":"t","expires_in":1.2e3}`:                      {"t", 20 * time.Minute},
		`{"access_token":"t"}`:                                         {"t", time.Hour},
		`{"access_token":"t","expires_in":0}`:                          {"t", time.Hour},
		`{"access_token":"t","expires_in":-5}`:                         {"t", time.Hour},
		`{"access_token":"t","expires_in":"soon"}`:                     {"t", time.Hour},
		`{"access_token":"t","expires_in":"NaN"}`:                      {"t", time.Hour},
		`{"access_token":"t","expires_in":1e300}`:                      {"t", time.Hour},
		`{"access_token":"t","expires_in":null}`:                       {"t", time.Hour},
		`{"access_token":"t","expires_in":{"a":1}}`:                    {"t", time.Hour},
		"\uFEFF \n{\"access_token\":\"t\"}":                            {"t", time.Hour},
		`access_token=t&expires_in=120&token_type=bearer`:              {"t", 2 * time.Minute},
		`{"access_token":["t"]}`:                                       {},
		`{"token":"t"}`:                                                {},
		`{"access_token":"t"`:                                          {},
		``:                                                             {},
		`null`:                                                         {},
		`"t"`:                                                          {},
		`<html>access_token=t</html>`:                                  {},
	} {
		got, err := ReadGrant([]byte(body), sent)
		if want.value == "" {
			if err == nil {
				t.Errorf("%s: the token %q, want an error", body, got.Value)
			}
			continue
		}
		if err != nil || got.Value != want.value || got.Ends.Sub(sent) != want.life {
			t.Errorf("%s: %q for %s (%v), want %q for %s", body, got.Value, got.Ends.Sub(sent), err, want.value, want.life)
		}
	}
}

// Of a refusal only the codes of the standard are shown.
func TestGrantError(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":"invalid_scope","error_description":"secret"}`: "invalid_scope",
		`{"error":"invalid_client"}`:                             "invalid_client",
		`error=invalid_grant`:                                    "invalid_grant",
		`{"error":"secret"}`:                                     "",
		`{"error":{"code":"invalid_client"}}`:                    "",
		`<html>invalid_client</html>`:                            "",
		``:                                                       "",
	} {
		if got := grantError([]byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// Whatever comes, a token that is read ends after it was asked for.
func FuzzReadGrant(f *testing.F) {
	for _, body := range []string{`{"access_token":"t","expires_in":3599.5}`, `access_token=t&expires_in=60`, `{"access_token":1,"expires_in":"-1"}`, "", "{"} {
		f.Add([]byte(body))
	}
	sent := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := ReadGrant(body, sent)
		if err == nil && (got.Value == "" || !got.Ends.After(sent)) {
			t.Errorf("%q: %+v", body, got)
		}
		_ = grantError(body)
	})
}
