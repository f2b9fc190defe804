package vsphere

import (
	"context"
	"net/http"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// logIn makes a session: POST /api/session, or, where a vCenter older than
// 7.0U2 does not know that, POST /rest/com/vmware/cis/session. What worked the
// last time is tried first.
func (r *reader) logIn(ctx context.Context, asking *upstream.Asking) (upstream.Token, error) {
	if r.api != apiAuto {
		return logInWith(ctx, asking, r.api)
	}
	likely, other := apiNew, apiRest
	if asking.LastDetail == apiRest {
		likely, other = apiRest, apiNew
	}
	got, err := logInWith(ctx, asking, likely)
	if err != nil && upstream.FailureOf(err).Missing() {
		got, err = logInWith(ctx, asking, other)
	}
	return got, err
}

func logInWith(ctx context.Context, asking *upstream.Asking, api string) (upstream.Token, error) {
	flavour := flavourNamed(api)
	login := upstream.Request{Method: http.MethodPost, Path: flavour.login}
	if flavour.rest {
		// Without it /rest also sets a cookie, which would outlive the token here.
		login.Header = http.Header{"Vmware-Use-Header-Authn": {"true"}}
	}
	got := upstream.Token{Detail: api}
	err := asking.Send(ctx, login, func(answer upstream.Reply) error {
		value, err := decodeSessionToken(answer.Body, flavour.rest)
		if err != nil {
			return upstream.DecodeFailure(login.Path, err)
		}
		got.Value = value
		return nil
	})
	return got, err
}
