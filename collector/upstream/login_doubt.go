package upstream

import (
	"context"
)

// accept notes that a resource was read with a token; helped, that it was not
// before a login was made for it.
func (l *login) accept(resource string, with *held, helped bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if helped {
		l.evidence.guessedRight()
	}
	l.evidence.accept(resource, with, l.now())
}

// refuse notes that a resource is refused with any token.
func (l *login) refuse(resource string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.evidence.refuse(resource, l.now())
}

// doubt decides what to do about a 401: it returns another token to try the
// read with, nil where the 401 is the resource's own, or a failure to log in.
// mayLogIn: not too many logins were made for this read yet.
func (l *login) doubt(ctx context.Context, by *Client, token *held, resource string, mayLogIn bool) (*held, bool, error) {
	l.mu.Lock()
	if l.current != nil && l.current != token {
		return l.lend(), false, nil // somebody has logged in meanwhile
	}
	now := l.now()
	found, under := l.evidence.against(token, resource, now), l.attempt
	if found == ownRefusal || !mayLogIn || found == guessEnded && under == nil && !l.evidence.mayGuess(now) {
		l.mu.Unlock()
		return nil, false, nil
	}
	if under == nil {
		if under = l.begin(ctx, by, now); under == nil {
			defer l.mu.Unlock()
			return nil, false, l.resting(by, now)
		}
		if found == guessEnded {
			l.evidence.guess(now)
		}
	}
	l.mu.Unlock()
	next, err := l.renewed(ctx, by, under, token)
	return next, true, err
}

// replace makes a new token in the place of one that was refused.
func (l *login) replace(ctx context.Context, by *Client, token *held) (*held, error) {
	l.mu.Lock()
	if l.current != nil && l.current != token {
		return l.lend(), nil
	}
	now := l.now()
	under := l.begin(ctx, by, now)
	if under == nil {
		defer l.mu.Unlock()
		return nil, l.resting(by, now)
	}
	l.mu.Unlock()
	return l.renewed(ctx, by, under, token)
}

// renewed waits for the successor of a token.
func (l *login) renewed(ctx context.Context, by *Client, under *attempt, token *held) (*held, error) {
	next, err := l.await(ctx, under, by)
	if err != nil || next != token {
		return next, err
	}
	l.release(ctx, next, by) // it is the same: the login failed
	l.mu.Lock()
	defer l.mu.Unlock()
	if failure := l.resting(by, l.now()); failure != nil {
		return nil, failure
	}
	return nil, under.failure
}
