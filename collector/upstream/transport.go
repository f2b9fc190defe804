package upstream

import (
	"context"
	"crypto/sha1" //nolint:gosec // a thumbprint is compared, nothing is signed; vSphere shows SHA-1 thumbprints
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	promconfig "github.com/prometheus/common/config"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// newClient makes the HTTP client of a target with the credentials that stand
// in its configuration, or, for requests that carry a token, without them.
func newClient(target *config.Target, withCredentials bool) (*http.Client, error) {
	settings := target.HTTP
	settings.OAuth2 = nil // tokens are fetched by newOAuth2Login, within the scrape's deadline
	if !withCredentials {
		settings.BasicAuth, settings.Authorization = nil, nil
	}
	var options []promconfig.HTTPClientOption
	if target.Thumbprint != nil {
		options = append(options, promconfig.WithNewTLSConfigFunc(acceptOnly(target.Thumbprint)))
	}
	client, err := promconfig.NewClientFromConfig(settings, target.Name, options...)
	if err != nil {
		return nil, fmt.Errorf("target %q: making the HTTP client: %w", target.Name, err)
	}
	if settings.FollowRedirects {
		client.CheckRedirect = sameHostOnly
	}
	return client, nil
}

// maxRedirects is the limit of net/http's own client.
const maxRedirects = 10

// redirectRefused is the error of a redirect that would take our credentials
// elsewhere, or never ends.
type redirectRefused struct{ why string }

func (r *redirectRefused) Error() string { return r.why }

// sameHostOnly follows redirects within one scheme and host: all headers,
// tokens among them, are sent along.
func sameHostOnly(next *http.Request, earlier []*http.Request) error {
	first := earlier[0].URL
	if next.URL.Scheme != first.Scheme || next.URL.Host != first.Host || next.URL.User != nil {
		return &redirectRefused{why: "redirected to another scheme or host, which is never followed"}
	}
	if len(earlier) >= maxRedirects {
		return &redirectRefused{why: fmt.Sprintf("redirected more than %d times", maxRedirects)}
	}
	return nil
}

// thumbprintMismatch is the error of a server with another certificate than configured.
type thumbprintMismatch struct{}

func (*thumbprintMismatch) Error() string {
	return "the server's certificate does not have the configured tls_thumbprint"
}

// acceptOnly makes TLS accept exactly the certificate with this thumbprint,
// whatever its names, dates and issuer: the user has looked at it.
func acceptOnly(thumbprint []byte) promconfig.NewTLSConfigFunc {
	return func(ctx context.Context, settings *promconfig.TLSConfig, options ...promconfig.TLSConfigOption) (*tls.Config, error) {
		result, err := promconfig.NewTLSConfigWithContext(ctx, settings, options...)
		if err != nil {
			return nil, err
		}
		result.InsecureSkipVerify = true // VerifyConnection is stricter
		result.VerifyConnection = func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 {
				return errors.New("the server sent no certificate")
			}
			if !matches(state.PeerCertificates[0].Raw, thumbprint) {
				return &thumbprintMismatch{}
			}
			return nil
		}
		return result, nil
	}
}

func matches(certificate, thumbprint []byte) bool {
	long, short := sha256.Sum256(certificate), sha1.Sum(certificate) //nolint:gosec // see the import
	return subtle.ConstantTimeCompare(long[:], thumbprint) == 1 || subtle.ConstantTimeCompare(short[:], thumbprint) == 1
}

// HasCredentials reports whether the configuration has credentials that newClient puts on requests.
func HasCredentials(target *config.Target) bool {
	return target.HTTP.BasicAuth != nil || target.HTTP.Authorization != nil
}

// endpoint is a path below a target's URL. escaped is already escaped.
func endpoint(base *url.URL, escaped string, query url.Values) (*url.URL, error) {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", escaped, err)
	}
	result := *base
	result.Path = base.Path + path
	result.RawPath = base.EscapedPath() + escaped
	result.RawQuery = query.Encode()
	return &result, nil
}
