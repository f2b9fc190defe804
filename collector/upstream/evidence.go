package upstream

import (
	"hash/maphash"
	"time"
)

// A 401 may mean that the token has ended, or that this one resource is refused
// whatever the token. Logging in anew for the second would cost a login with each
// scrape, and the reads of others their session. What tells them apart is what was
// seen of the resource, and of the token, before.

const (
	// freshFor is the age below which a token that nothing has accepted yet is not
	// doubted: the next one would be no better.
	freshFor = time.Minute
	// mostUnproved is the number of tokens in a row that nothing has accepted after
	// which the next one is thought to be no better, whatever was accepted before.
	mostUnproved = 3
	// mostResources bounds what is remembered of resources.
	mostResources = 100_000
)

// evidence is what was seen of the resources that are read with one login.
type evidence struct {
	seed maphash.Seed
	// refused is when a resource was last answered 401; zero: it was accepted.
	refused map[uint64]time.Time
	// unproved counts tokens in a row that nothing has accepted.
	unproved int
	// guesses counts logins in a row that were made for a 401 that did not show
	// the token's end, and did not help; nextGuess is when the next may be made.
	guesses   int
	nextGuess time.Time
}

func newEvidence() evidence {
	return evidence{seed: maphash.MakeSeed(), refused: map[uint64]time.Time{}}
}

func (e *evidence) key(resource string) uint64 { return maphash.String(e.seed, resource) }

// accept notes that a resource was read with a token.
func (e *evidence) accept(resource string, with *held, now time.Time) {
	with.accepted, e.unproved = now, 0
	e.note(resource, time.Time{})
}

// refuse notes that a resource is refused, though the token is as good as any.
func (e *evidence) refuse(resource string, now time.Time) { e.note(resource, now) }

func (e *evidence) note(resource string, refused time.Time) {
	if len(e.refused) >= mostResources {
		clear(e.refused)
	}
	e.refused[e.key(resource)] = refused
}

// against decides whether a resource's 401 is worth a new login.
func (e *evidence) against(token *held, resource string, now time.Time) verdict {
	refused, known := e.refused[e.key(resource)]
	unproved := token.accepted.IsZero() && now.Sub(token.made) < freshFor
	switch {
	case known && refused.IsZero() && (!unproved || e.unproved < mostUnproved): // it was accepted until now
		return tokenEnded
	case unproved:
		return ownRefusal
	case known && !token.accepted.Before(refused):
		return ownRefusal // others are read with the same token meanwhile
	default:
		return guessEnded
	}
}

// verdict is what a 401 is taken for.
type verdict int

const (
	// ownRefusal: the resource is refused, the token is good.
	ownRefusal verdict = iota
	// tokenEnded: the resource was accepted before.
	tokenEnded
	// guessEnded: nothing is known of the resource, or nothing else is read. A new
	// login is tried, ever more seldom while that does not help.
	guessEnded
)

// mayGuess reports whether a login may be made without evidence.
func (e *evidence) mayGuess(now time.Time) bool { return !now.Before(e.nextGuess) }

// guess notes a login that was made without evidence.
func (e *evidence) guess(now time.Time) {
	e.guesses++
	schedule := refusals()
	e.nextGuess = now.Add(schedule[min(e.guesses, len(schedule))-1])
}

// guessedRight notes that the resource was read with what came of it.
func (e *evidence) guessedRight() { e.guesses, e.nextGuess = 0, time.Time{} }
