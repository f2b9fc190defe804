package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// oauth2Login fetches tokens as configured below "oauth2". prometheus/common
// has a round tripper for this, but it knows no deadline, follows redirects
// with the client's secret, and cannot be told that a token was refused.
type oauth2Login struct {
	upstream *Client
	settings *promconfig.OAuth2
	client   *http.Client
	// style is where the endpoint wants the client's secret. Left to
	// golang.org/x/oauth2, each failure of any sort would be tried twice.
	style oauth2.AuthStyle
}

// useOAuth2 makes all requests of the target carry a token that is fetched as configured.
func (u *Client) useOAuth2(settings *promconfig.OAuth2) error {
	client, err := promconfig.NewClientFromConfig(promconfig.HTTPClientConfig{
		TLSConfig:   settings.TLSConfig,
		ProxyConfig: settings.ProxyConfig,
		EnableHTTP2: true,
	}, u.target.Name+" oauth2")
	if err != nil {
		return fmt.Errorf("target %q: oauth2: making the HTTP client: %w", u.target.Name, err)
	}
	o := &oauth2Login{upstream: u, settings: settings, client: client, style: oauth2.AuthStyleInHeader}
	u.accountClient = client
	u.account = u.newLogin("Authorization", "Bearer ", o.fetch)
	return nil
}

// fetch gets one token. An endpoint that refuses the client with its secret in
// a header may want it in the body: RFC 6749 leaves that to the endpoint.
func (o *oauth2Login) fetch(ctx context.Context) (Token, error) {
	got, code, err := o.try(ctx, o.style)
	refused := code == strconv.Itoa(http.StatusBadRequest) || code == strconv.Itoa(http.StatusUnauthorized)
	if !refused || o.style != oauth2.AuthStyleInHeader || o.settings.GrantType == jwtBearerGrant {
		return got, err
	}
	if got, _, err = o.try(ctx, oauth2.AuthStyleInParams); err == nil {
		o.style = oauth2.AuthStyleInParams
	}
	return got, err
}

// try sends one request for a token and counts it like any other request.
func (o *oauth2Login) try(ctx context.Context, style oauth2.AuthStyle) (got Token, code string, err error) {
	u := o.upstream
	if until, paused := u.pause.active(u.Now()); paused {
		return Token{}, noCode, pausedFailure(until)
	}
	transport := &boundTransport{ctx: ctx, next: o.client.Transport}
	bounded := *o.client
	bounded.Transport = transport
	source, err := tokenSource(context.WithValue(ctx, oauth2.HTTPClient, &bounded), o.settings, style)
	if err != nil {
		return Token{}, noCode, &Failure{Reason: job.ReasonLogin, Message: "login: oauth2: " + err.Error()}
	}
	started := u.Now()
	fetched, err := source.Token()
	took := u.Now().Sub(started)
	code = strconv.Itoa(http.StatusOK)
	var failure *Failure
	if err != nil {
		code, failure = u.oauth2Failure(err, transport.failed)
	}
	u.observe(OperationLogin, code, took)
	Tracef(ctx, u.Now(), "login: oauth2 token: status %s, %s", code, took.Round(time.Microsecond*100))
	if failure != nil {
		return Token{}, code, failure
	}
	got.Value = fetched.AccessToken
	if fetched.Expiry.After(u.Now()) { // else the endpoint's expires_in is nonsense
		got.Ends = fetched.Expiry
	}
	return got, code, nil
}

// boundTransport ends its request with a context: the JWT grant of
// prometheus/common sends its request without one. It remembers how the network
// failed, which golang.org/x/oauth2 makes a text of.
type boundTransport struct {
	ctx    context.Context //nolint:containedctx // lives as long as one token request
	next   http.RoundTripper
	failed error
}

func (b *boundTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r.WithContext(b.ctx))
	if err != nil {
		b.failed = err
		return nil, err
	}
	response.Body = &watchedBody{ReadCloser: response.Body, failed: &b.failed}
	return response, nil
}

// watchedBody notes the error that ends a body too early.
type watchedBody struct {
	io.ReadCloser
	failed *error
}

func (w *watchedBody) Read(buffer []byte) (int, error) {
	n, err := w.ReadCloser.Read(buffer)
	if err != nil && !errors.Is(err, io.EOF) {
		*w.failed = err
	}
	return n, err
}

// oauth2Failure classifies the error of a token request; network is how the
// connection failed, if it did. The library's error text holds the body of the
// answer, so nothing of it is used.
func (u *Client) oauth2Failure(err, network error) (code string, failure *Failure) {
	const attempt = "login: POST token_url"
	var refused *oauth2.RetrieveError
	switch {
	case network != nil:
		return noCode, transportFailure(attempt, network)
	case !errors.As(err, &refused) || refused.Response == nil:
		return noCode, &Failure{Reason: job.ReasonDecode, Message: attempt + ": the answer holds no token", Status: http.StatusOK}
	}
	code = strconv.Itoa(refused.Response.StatusCode)
	r := Request{Operation: OperationLogin, Method: http.MethodPost, Path: "token_url"}
	if failure := u.statusFailure(r, refused.Response); failure != nil {
		return code, FailureOf(asRefusedLogin(failure))
	}
	return code, &Failure{Reason: job.ReasonLogin, Message: attempt + ": answered " + code + " without a token", Status: refused.Response.StatusCode}
}

// tokenSource builds what fetches a token. Secrets in files are read anew for
// each token, so that they can be rotated.
func tokenSource(ctx context.Context, settings *promconfig.OAuth2, style oauth2.AuthStyle) (oauth2.TokenSource, error) {
	parameters := map[string][]string{}
	for name, value := range settings.EndpointParams {
		parameters[name] = []string{value}
	}
	if settings.GrantType == jwtBearerGrant {
		key, err := secretText(settings.ClientCertificateKey, settings.ClientCertificateKeyFile)
		if err != nil {
			return nil, err
		}
		issuer := settings.Iss
		if issuer == "" {
			issuer = settings.ClientID
		}
		grant := &promconfig.JwtGrantTypeConfig{
			PrivateKey: []byte(key), PrivateKeyID: settings.ClientCertificateKeyID,
			Scopes: settings.Scopes, TokenURL: settings.TokenURL, SigningAlgorithm: signingMethod(settings.SignatureAlgorithm),
			Iss: issuer, Subject: settings.ClientID, Audience: settings.Audience, PrivateClaims: settings.Claims, EndpointParams: parameters,
		}
		return grant.TokenSource(ctx), nil
	}
	secret, err := secretText(settings.ClientSecret, settings.ClientSecretFile)
	if err != nil {
		return nil, err
	}
	grant := &clientcredentials.Config{
		ClientID: settings.ClientID, ClientSecret: secret, TokenURL: settings.TokenURL,
		Scopes: settings.Scopes, EndpointParams: parameters, AuthStyle: style,
	}
	return grant.TokenSource(ctx), nil
}

// jwtBearerGrant is the grant type of RFC 7523.
const jwtBearerGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

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

func secretText(inline promconfig.Secret, file string) (string, error) {
	if file == "" {
		return string(inline), nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading the secret: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}
