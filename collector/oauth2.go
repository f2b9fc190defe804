package collector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	promconfig "github.com/prometheus/common/config"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// newOAuth2Login fetches tokens as configured below "oauth2". prometheus/common
// has a round tripper for this, but it knows no deadline, follows redirects
// with the client's secret, and cannot be told that a token was refused.
func newOAuth2Login(u *Upstream, settings *promconfig.OAuth2) (*login, error) {
	client, err := promconfig.NewClientFromConfig(promconfig.HTTPClientConfig{
		TLSConfig:   settings.TLSConfig,
		ProxyConfig: settings.ProxyConfig,
		EnableHTTP2: true,
	}, u.target.Name+" oauth2")
	if err != nil {
		return nil, fmt.Errorf("target %q: oauth2: making the HTTP client: %w", u.target.Name, err)
	}
	fetch := func(ctx context.Context) (token, error) {
		bounded := *client
		bounded.Transport = boundTransport{ctx: ctx, next: client.Transport}
		ctx = context.WithValue(ctx, oauth2.HTTPClient, &bounded)
		source, err := tokenSource(ctx, settings)
		if err != nil {
			return token{}, &Failure{Reason: ReasonLogin, Message: "login: oauth2: " + err.Error()}
		}
		return u.fetchOAuth2(ctx, source)
	}
	return newLogin(u.target.Timeout, u.now, fetch), nil
}

// boundTransport ends all requests with a context: the JWT grant of
// prometheus/common sends its request without one.
type boundTransport struct {
	ctx  context.Context //nolint:containedctx // lives as long as one token request
	next http.RoundTripper
}

func (b boundTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.next.RoundTrip(r.WithContext(b.ctx))
}

// fetchOAuth2 gets one token and counts it like any other request.
func (u *Upstream) fetchOAuth2(ctx context.Context, source oauth2.TokenSource) (token, error) {
	if until, paused := u.pause.active(u.now()); paused {
		return token{}, pausedFailure(until)
	}
	started := u.now()
	fetched, err := source.Token()
	took := u.now().Sub(started)
	code := strconv.Itoa(http.StatusOK)
	var failure *Failure
	if err != nil {
		code, failure = u.oauth2Failure(err)
	}
	u.metrics.requests.WithLabelValues(string(OperationLogin), code).Inc()
	u.metrics.durations.WithLabelValues(string(OperationLogin)).Observe(took.Seconds())
	tracef(ctx, u.now(), "login: oauth2 token: status %s, %s", code, took.Round(time.Microsecond*100))
	if failure != nil {
		return token{}, failure
	}
	return token{value: fetched.AccessToken, ends: fetched.Expiry}, nil
}

// oauth2Failure classifies the error of a token request. The library's error
// text holds the body of the answer, so nothing of it is used.
func (u *Upstream) oauth2Failure(err error) (code string, failure *Failure) {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil {
		r := request{operation: OperationLogin, method: http.MethodPost, path: "token_url"}
		if failure := u.statusFailure(r, refused.Response); failure != nil {
			return strconv.Itoa(refused.Response.StatusCode), failureOf(asRefusedLogin(failure))
		}
		return strconv.Itoa(refused.Response.StatusCode), &Failure{
			Reason: ReasonLogin, answered: true,
			Message: fmt.Sprintf("login: POST token_url: answered %d without a token", refused.Response.StatusCode),
		}
	}
	failure = transportFailure("login: POST token_url", err)
	if fromNetwork := (*url.Error)(nil); !errors.As(err, &fromNetwork) {
		return noCode, &Failure{Reason: ReasonDecode, Message: "login: POST token_url: the answer holds no token", answered: true}
	}
	return noCode, failure
}

// tokenSource builds what fetches a token. Secrets in files are read anew for
// each token, so that they can be rotated.
func tokenSource(ctx context.Context, settings *promconfig.OAuth2) (oauth2.TokenSource, error) {
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
		Scopes: settings.Scopes, EndpointParams: parameters,
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
