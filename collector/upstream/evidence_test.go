package upstream

import (
	"fmt"
	"testing"
	"time"
)

// What a 401 is taken for, by what was seen before.
func TestEvidence(t *testing.T) {
	begin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	for name, given := range map[string]struct {
		before func(e *evidence, token *held)
		now    int
		want   verdict
	}{
		"a new token, a new resource":                {func(*evidence, *held) {}, 0, ownRefusal},
		"a token that nothing accepted for a minute": {func(*evidence, *held) {}, 60, guessEnded},
		"a resource that was accepted": {func(e *evidence, token *held) {
			e.accept("r", token, at(5))
		}, 10, tokenEnded},
		"a resource that another token was accepted for": {func(e *evidence, token *held) {
			e.accept("r", &held{}, at(-5))
			e.accept("other", token, at(1))
		}, 10, tokenEnded},
		"a resource that another token was accepted for, and a token that nothing has accepted": {func(e *evidence, _ *held) {
			e.accept("r", &held{}, at(-5))
			e.unproved = 1
		}, 10, tokenEnded},
		"the same, and the third such token": {func(e *evidence, _ *held) {
			e.accept("r", &held{}, at(-5))
			e.unproved = 3
		}, 10, ownRefusal},
		"a refused resource, others accepted since": {func(e *evidence, token *held) {
			e.refuse("r", at(5))
			e.accept("other", token, at(6))
		}, 1000, ownRefusal},
		"a refused resource, none accepted since": {func(e *evidence, token *held) {
			e.accept("other", token, at(4))
			e.refuse("r", at(5))
		}, 1000, guessEnded},
		"a new resource, others accepted": {func(e *evidence, token *held) {
			e.accept("other", token, at(4))
		}, 10, guessEnded},
		"a resource that was refused and then accepted": {func(e *evidence, token *held) {
			e.refuse("r", at(1))
			e.accept("r", token, at(2))
		}, 10, tokenEnded},
	} {
		found := newEvidence()
		token := &held{made: begin}
		given.before(&found, token)
		if got := found.against(token, "r", at(given.now)); got != given.want {
			t.Errorf("%s: verdict %d, want %d", name, got, given.want)
		}
	}
}

// Logins without evidence become ever more seldom while they do not help.
func TestGuessesAreFew(t *testing.T) {
	found := newEvidence()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, rest := range []time.Duration{3 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, time.Hour} {
		if !found.mayGuess(now) {
			t.Errorf("no guess %s after the last rest", now)
		}
		found.guess(now)
		if found.mayGuess(now.Add(rest - time.Second)) {
			t.Errorf("a guess before %s are over", rest)
		}
		now = now.Add(rest)
	}
	found.guess(now)
	found.guessedRight()
	if !found.mayGuess(now) {
		t.Error("no guess after one that helped")
	}
}

// What is remembered of resources is bounded.
func TestResourcesAreBounded(t *testing.T) {
	found, seen := newEvidence(), newResources()
	for i := range mostResources + 10 {
		found.refuse(fmt.Sprint(i), time.Now())
		seen.add(fmt.Sprint(i))
	}
	if len(found.refused) > mostResources || len(seen.set) > mostResources {
		t.Errorf("%d and %d resources, want at most %d", len(found.refused), len(seen.set), mostResources)
	}
}
