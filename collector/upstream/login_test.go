package upstream

import (
	"slices"
	"testing"
	"time"
)

// TestLoginRest: some systems lock an account after a few refused logins.
func TestLoginRest(t *testing.T) {
	seconds := func(busy bool) (rests []int) {
		for refusals := 1; refusals <= 7; refusals++ {
			rests = append(rests, int(loginRest(refusals, busy).Seconds()))
		}
		return rests
	}
	if got, want := seconds(false), []int{0, 30, 60, 120, 240, 300, 300}; !slices.Equal(got, want) {
		t.Errorf("after refused credentials %v, want %v", got, want)
	}
	if got, want := seconds(true), []int{30, 60, 120, 240, 300, 300, 300}; !slices.Equal(got, want) {
		t.Errorf("after 503 %v, want %v", got, want)
	}
	if got := loginRest(1_000_000, true); got != longestLoginRest {
		t.Errorf("after a million refusals %v", got)
	}
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	made := time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)
	for life, margin := range map[time.Duration]time.Duration{
		time.Minute: 6 * time.Second, 10 * time.Minute: time.Minute, 7 * 24 * time.Hour: time.Minute,
	} {
		if got := renewalMargin(Token{made: made, Ends: made.Add(life)}); got != margin {
			t.Errorf("a token of %v is renewed %v before its end, want %v", life, got, margin)
		}
	}
}
