package upstream

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	promconfig "github.com/prometheus/common/config"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Tokens are fetched here as configured below "oauth2". prometheus/common has a
// round tripper for this, but it knows no deadline, follows redirects with the
// client's secret, cannot be told that a token was refused, and, as
// golang.org/x/oauth2, understands answers of the right label and spelling only.

// jwtBearerGrant is the grant type of RFC 7523.
const jwtBearerGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// Where the client's secret goes is left to the endpoint by RFC 6749, and found
// out once: these are the Details of tokens.
const (
	secretInHeader = "header"
	secretInBody   = "body"
)

// assertionLife is how long a signed request for a token is good for.
const assertionLife = 10 * time.Minute

// bearer is the header of a bearer token.
func bearer(t Token) http.Header { return http.Header{"Authorization": {"Bearer " + t.Value}} }

// fetchToken fetches a token, with the secret in the place that worked the last
// time, else in both.
func (a *account) fetchToken(ctx context.Context, by *Client, lastPlace string) (Token, error) {
	o := &tokenRequest{client: by, settings: by.target.HTTP.OAuth2, account: a, as: a.as}
	if o.settings.GrantType == jwtBearerGrant {
		return o.assertion(ctx)
	}
	if lastPlace != "" {
		return o.clientCredentials(ctx, lastPlace)
	}
	got, err := o.clientCredentials(ctx, secretInHeader)
	if !o.maybeElsewhere(err) {
		return got, err
	}
	return o.clientCredentials(ctx, secretInBody)
}

// tokenRequest is a request for a token under way.
type tokenRequest struct {
	client   *Client
	settings *promconfig.OAuth2
	account  *account
	as       *identity
	// code is the error code of the last answer.
	code string
}

// maybeElsewhere reports whether a refusal may mean that the secret is looked for
// in another place. Some codes tell that the client was recognized.
func (o *tokenRequest) maybeElsewhere(err error) bool {
	if err == nil {
		return false
	}
	status := FailureOf(err).Status
	refused := status == http.StatusBadRequest || status == http.StatusUnauthorized
	return refused && (o.code == "" || o.code == "invalid_client" || o.code == "invalid_request")
}

// clientCredentials asks by RFC 6749 section 4.4.
func (o *tokenRequest) clientCredentials(ctx context.Context, place string) (Token, error) {
	form := url.Values{"grant_type": {"client_credentials"}}
	if len(o.settings.Scopes) > 0 {
		form.Set("scope", strings.Join(o.settings.Scopes, " "))
	}
	for name, value := range o.settings.EndpointParams {
		form.Set(name, value)
	}
	header := http.Header{}
	if place == secretInHeader {
		r := http.Request{Header: header}
		r.SetBasicAuth(url.QueryEscape(o.settings.ClientID), url.QueryEscape(o.as.oauth2))
	} else {
		form.Set("client_id", o.settings.ClientID)
		form.Set("client_secret", o.as.oauth2)
	}
	got, err := o.send(ctx, form, header)
	got.Detail = place
	return got, err
}

// assertion asks by RFC 7523, with a signed assertion in place of a secret.
func (o *tokenRequest) assertion(ctx context.Context) (Token, error) {
	signed, err := o.sign(o.client.Now())
	if err != nil {
		return Token{}, &Failure{Reason: job.ReasonLogin, Message: "login: oauth2.client_certificate_key: cannot sign with it: is it an RSA key in PEM?"}
	}
	form := url.Values{"grant_type": {jwtBearerGrant}, "assertion": {signed}}
	if len(o.settings.Scopes) > 0 {
		form.Set("scope", strings.Join(o.settings.Scopes, " "))
	}
	for name, value := range o.settings.EndpointParams {
		if name == "grant_type" || !form.Has(name) {
			form.Set(name, value)
		}
	}
	return o.send(ctx, form, http.Header{})
}

func (o *tokenRequest) sign(now time.Time) (string, error) {
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(o.as.oauth2))
	if err != nil {
		return "", err
	}
	claims := jwt.MapClaims{
		"iss": orElse(o.settings.Iss, o.settings.ClientID), "sub": o.settings.ClientID,
		"aud": orElse(o.settings.Audience, o.settings.TokenURL), "jti": rand.Text(),
		"iat": jwt.NewNumericDate(now), "exp": jwt.NewNumericDate(now.Add(assertionLife)),
	}
	if len(o.settings.Scopes) > 0 {
		claims["scope"] = strings.Join(o.settings.Scopes, " ")
	}
	maps.Copy(claims, o.settings.Claims)
	assertion := jwt.NewWithClaims(signingMethod(o.settings.SignatureAlgorithm), claims)
	if id := o.settings.ClientCertificateKeyID; id != "" {
		assertion.Header["kid"] = id
	}
	return assertion.SignedString(key)
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

func signingMethod(name string) *jwt.SigningMethodRSA {
	switch name {
	case "RS384":
		return jwt.SigningMethodRS384
	case "RS512":
		return jwt.SigningMethodRS512
	default:
		return jwt.SigningMethodRS256
	}
}

// send posts a form to the token URL and reads the token in the answer.
func (o *tokenRequest) send(ctx context.Context, form url.Values, header http.Header) (Token, error) {
	header = merged(o.as.oauth2Headers, header)
	header = merged(header, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	tokenURL, err := url.Parse(o.settings.TokenURL)
	if err != nil {
		return Token{}, &Failure{Reason: job.ReasonInternal, Message: "login: oauth2.token_url: is no URL"}
	}
	r := Request{
		Operation: OperationLogin, Method: http.MethodPost, Header: header, Body: []byte(form.Encode()),
		Base: tokenURL, RawQuery: tokenURL.RawQuery, client: o.client.tokenClient,
		Explained: []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden},
	}
	var got Token
	o.code = ""
	sent := o.client.Now()
	err = o.client.send(ctx, o.account, r, func(answer Reply) error {
		if failure := answer.failure; failure != nil {
			if o.code = grantError(answer.Body); o.code != "" {
				failure.Message += ": " + o.code
			}
			return failure
		}
		if answer.Missing() {
			return &Failure{Reason: job.ReasonNotFound, Message: fmt.Sprintf("%s: answered %d: check oauth2.token_url", r.Name(), answer.Status)}
		}
		var err error
		if got, err = ReadGrant(answer.Body, sent); err != nil {
			return DecodeFailure(r.Name(), err)
		}
		return nil
	})
	return got, err
}
