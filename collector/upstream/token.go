package upstream

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Login is what a system says of its login: how it is asked for, and how its
// answer is used. When it is asked for, by whom and how often is not its affair.
type Login struct {
	// Name tells kinds of logins apart. Targets share a login where their url,
	// their credentials and this name are the same.
	Name string
	// LogIn asks for a token. Its failure is a *Failure: of Asking.Send, or by
	// DecodeFailure where the answer holds no token.
	LogIn func(ctx context.Context, a *Asking) (Token, error)
	// Header is how requests carry the token.
	Header func(Token) http.Header
	// Logout is the request that ends a session; nil where tokens just run out.
	Logout func(Token) Request
}

// Token is what a login got.
type Token struct {
	// Value is the secret.
	Value string
	// Ends is when it becomes worthless; zero where nobody said.
	Ends time.Time
	// Detail is what else the login found out and later requests need, such as the
	// flavour of an API, or where the session is. It is no secret.
	Detail string
}

// Asking is one login under way.
type Asking struct {
	// Username and Password are those of basic_auth.
	Username, Password string
	// LastDetail is the Detail of the account's last good login; empty before.
	LastDetail string
	// Started is when the login began: a token's life is counted from then, to be on
	// the safe side.
	Started time.Time

	client  *Client
	account *account
}

// Send sends a request with the configured credentials.
func (a *Asking) Send(ctx context.Context, r Request, handle func(Reply) error) error {
	if a.account.token == nil {
		return a.send(ctx, r, a.account.as.credentials, handle)
	}
	held, err := a.account.token.acquire(ctx, a.client)
	if err != nil {
		return err
	}
	err = a.send(ctx, r, held.credentials, handle)
	a.account.token.release(ctx, held, a.client)
	if !isUnauthorized(err) || !held.made.Before(a.Started) {
		return err
	}
	// It may have been revoked long before its end.
	if held, err = a.account.token.replace(ctx, a.client, held); err != nil {
		return err
	}
	defer a.account.token.release(ctx, held, a.client)
	return a.send(ctx, r, held.credentials, handle)
}

// SendBare sends a request without the configured credentials, for logins that
// carry them in the body.
func (a *Asking) SendBare(ctx context.Context, r Request, handle func(Reply) error) error {
	return a.send(ctx, r, nil, handle)
}

func (a *Asking) send(ctx context.Context, r Request, with *credentials, handle func(Reply) error) error {
	r.Operation = OperationLogin
	r.credentials = with
	return a.client.send(ctx, a.account, r, func(answer Reply) error {
		if answer.Missing() {
			return &Failure{
				Reason:  job.ReasonNotFound,
				Message: fmt.Sprintf("%s: answered %d: there is no such login here, check url", r.Name(), answer.Status),
			}
		}
		return handle(answer)
	})
}

// usable reports what keeps a token from being sent in a header; nil: nothing.
func (t Token) usable() error {
	switch {
	case t.Value == "":
		return DecodeFailure("login", errNoToken)
	case len(t.Value) > longestToken || strings.ContainsFunc(t.Value, isControlOrSpace):
		return DecodeFailure("login", errOddToken)
	default:
		return nil
	}
}

// longestToken is longer than servers take in a header.
const longestToken = 16 << 10

func isControlOrSpace(r rune) bool { return r <= ' ' || r == 0x7f }

// held is a token in use: by the account as its current one, and by reads.
type held struct {
	Token
	credentials *credentials
	made        time.Time
	// accepted is when a read with it was last answered; zero: never.
	accepted time.Time
	// readers counts requests under way with it.
	readers int
	// replaced: another took its place; it is logged out of by the last reader.
	replaced bool
}
