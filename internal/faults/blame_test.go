package faults

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// Messages say whose fault a failure is, as far as it shows: a proxy's refusal must
// not send people to the vendor.
func TestMessagesSayWhoseFaultItIs(t *testing.T) {
	t.Parallel()
	secure := exportertest.NewTLSUpstream(t, status(200, "application/json", "{}"))
	sum := sha256.Sum256(secure.Certificate().Raw)
	seen := strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
	plain := exportertest.NewUpstream(t, status(200, "application/json", "{}"))
	answering := func(given answer) string { return exportertest.NewUpstream(t, http.HandlerFunc(given)).URL }
	refusing := func(code int) string { return "proxy_url: " + answering(html(code)) }
	for name, failing := range map[string]struct {
		url, keys    string
		reason, told string
	}{
		"a proxy that wants a login":   {"https://api.example.invalid", refusing(407), "connection", "the proxy refused to connect: it answered 407 Proxy Authentication Required"},
		"a proxy that forbids":         {"https://api.example.invalid", refusing(403), "connection", "the proxy refused to connect: it answered 403 Forbidden"},
		"a proxy that finds nobody":    {"https://api.example.invalid", refusing(502), "connection", "the proxy refused to connect: it answered 502 Bad Gateway"},
		"a proxy that is overloaded":   {"https://api.example.invalid", refusing(503), "connection", "the proxy refused to connect: it answered 503 Service Unavailable"},
		"a proxy that is not there":    {"https://api.example.invalid", "proxy_url: http://" + closedPort(t), "connection", "the proxy cannot be reached: "},
		"a proxy's login, without TLS": {"http://api.example.invalid", refusing(407), "bad_status", "it is the proxy that wants a login"},
		"a proxy or not, without TLS":  {"http://api.example.invalid", refusing(502), "upstream_error", "it may be the proxy's answer"},
		"an untrusted certificate":     {secure.URL, "", "tls", "its SHA-256 thumbprint is " + seen},
		"another thumbprint":           {secure.URL, "tls_thumbprint: " + strings.Repeat("ab", 32), "tls", "does not have the configured tls_thumbprint, but " + seen},
		"http to a port of TLS":        {strings.Replace(secure.URL, "https", "http", 1), "", "bad_status", "the port speaks TLS: url should begin with https"},
		"http to a port that says a TLS alert": {answering(func(w http.ResponseWriter, _ *http.Request) {
			raw(w, "\x15\x03\x01\x00\x02\x02\x46")
		}), "", "connection", "the port speaks TLS: url should begin with https"},
		"https to a port without TLS": {strings.Replace(plain.URL, "http", "https", 1), "", "tls", "the port does not speak TLS: should url begin with http?"},
		"a redirect to the login":     {answering(html(302, "Location", "https://tenant-7.identity.example.com/authorize?secret=1")), "", "redirect", "which leads to a host below identity.example.com"},
		"a redirect to https":         {answering(func(w http.ResponseWriter, r *http.Request) { html(301, "Location", "https://"+r.Host+"/x")(w, r) }), "", "redirect", "which leads to https: should url begin with that?"},
		"a redirect to another path":  {answering(html(302, "Location", "/v2/samples")), "", "redirect", "which leads to /v2/samples"},
		"a web page":                  {answering(html(200)), "", "decode", "the answer is a web page: is url that of the API?"},
		"a web page of status 404":    {answering(html(404)), "", "not_found", "the answer is a web page: is url that of the API?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", failing.url, "jobs: [{id: 1}]", failing.keys)})
			wantReason(t, exporter.Scrape(patient), "1", failing.reason)
			log := linesWith(exporter.Log.String(), "reading the job failed")
			if !strings.Contains(log, failing.told) {
				t.Errorf("the log does not say %q:\n%s", failing.told, log)
			}
			for _, secret := range []string{"tenant-7", "secret=1"} {
				if strings.Contains(log, secret) {
					t.Errorf("the log says %q:\n%s", secret, log)
				}
			}
		})
	}
}

// raw writes bytes that are no HTTP, and closes.
func raw(w http.ResponseWriter, text string) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = connection.Write([]byte(text))
	_ = connection.Close()
}
