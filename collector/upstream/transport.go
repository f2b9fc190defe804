package upstream

import (
	"context"
	"crypto/sha1" //nolint:gosec // a thumbprint is compared, nothing is signed; vSphere shows SHA-1 thumbprints
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// newClient makes the HTTP client of a target. It puts no credentials on requests:
// those are read, and put on, where nothing waits for a file system.
func newClient(target *config.Target) (*http.Client, error) {
	settings := target.HTTP
	settings.BasicAuth, settings.Authorization, settings.OAuth2, settings.HTTPHeaders = nil, nil, nil, nil
	options := []promconfig.HTTPClientOption{dialWithin(target.Timeout)}
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

// newTokenClient makes the HTTP client of a target's oauth2; nil where there is
// none. It follows no redirect, since its requests carry the client's secret.
func newTokenClient(target *config.Target) (*http.Client, error) {
	oauth2 := target.HTTP.OAuth2
	if oauth2 == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	client, err := promconfig.NewClientFromConfig(promconfig.HTTPClientConfig{
		TLSConfig:   oauth2.TLSConfig,
		ProxyConfig: oauth2.ProxyConfig,
		EnableHTTP2: true,
	}, target.Name+" oauth2", dialWithin(target.Timeout))
	if err != nil {
		return nil, fmt.Errorf("target %q: oauth2: making the HTTP client: %w", target.Name, err)
	}
	return client, nil
}

// dialWithin bounds dialling. net/http goes on dialling for a request that was
// given up, so that a black hole would gather connections with each scrape.
func dialWithin(timeout time.Duration) promconfig.HTTPClientOption {
	dialer := &net.Dialer{Timeout: timeout}
	return promconfig.WithDialContextFunc(dialer.DialContext)
}

// thumbprintMismatch is the error of a server with another certificate than configured.
type thumbprintMismatch struct{ seen string }

func (t *thumbprintMismatch) Error() string {
	return "the server's certificate does not have the configured tls_thumbprint, but " + t.seen
}

// fingerprint is a certificate's thumbprint, as tls_thumbprint takes it.
func fingerprint(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
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
				return &thumbprintMismatch{seen: fingerprint(state.PeerCertificates[0].Raw)}
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
