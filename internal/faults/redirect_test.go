package faults

import (
	"net/http"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// credentials are the ways to log in, each with the jobs of a system that it is
// used with. The secret is in all of them.
func credentials(url string) map[string]string {
	const secret = "canary-of-the-credential"
	return map[string]string{
		"basic_auth":         oneTarget("sample_exchange", url, "basic_auth: {username: u, password: "+secret+"}", "jobs: [{id: 1}]"),
		"bearer token":       oneTarget("sample_exchange", url, "authorization: {credentials: "+secret+"}", "jobs: [{id: 1}]"),
		"http_headers":       oneTarget("sample_exchange", url, "http_headers: {X-Key: {secrets: ["+secret+"]}}", "jobs: [{id: 1}]"),
		"oauth2":             oneTarget("oracle_content", url, "oauth2: {client_id: c, client_secret: "+secret+", token_url: "+url+"/token}", "jobs: [{type: T, id: 1}]"),
		"token exchange":     oneTarget("oracle_marketplace", url, "basic_auth: {username: u, password: "+secret+"}", "jobs: [{id: 1}]"),
		"session of vCenter": oneTarget("vsphere", url, "jobs: [{id: 1}]"),
	}
}

// redirecting answers all requests but logins, or the logins, by sending the
// client elsewhere.
func redirecting(t *testing.T, code int, to string, logins bool) *script {
	t.Helper()
	upstream := newVCenter(t)
	grant := jsonBody(`{"access_token":"canary-of-the-token","token_type":"Bearer","expires_in":3600}`)
	away := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", strings.ReplaceAll(to, "SELF", "http://"+r.Host)+r.URL.Path)
		w.WriteHeader(code)
	}
	upstream.set("POST /token", grant)
	upstream.set("/appstore/publisher/v1/authenticate", grant)
	if logins {
		for _, path := range []string{"POST /token", "POST /api/session", "/appstore/publisher/v1/authenticate"} {
			upstream.set(path, away)
		}
	}
	for _, path := range []string{samplePath + "1", contentPath + "1", imagesPath + "/1", sessionPath + "1"} {
		upstream.set(path, away)
	}
	return upstream
}

// No redirect takes a request of ours to another host or scheme, wherever
// redirects are allowed or not, and whatever the credential.
func TestNoCredentialReachesAnotherHost(t *testing.T) {
	t.Parallel()
	for _, code := range []int{302, 307} {
		for _, logins := range []bool{false, true} {
			for _, follow := range []bool{false, true} {
				other := exportertest.NewUpstream(t, jsonBody(`{"state":"RUNNING","access_token":"t"}`))
				upstream := redirecting(t, code, other.URL, logins)
				for login, text := range credentials(upstream.URL) {
					exporter := exportertest.Start(t, exportertest.Options{Config: exportertest.SetAll(t, text, "follow_redirects", follow)})
					e := exporter.Scrape(patient)
					if got := e.Reason("a", "1"); got != "redirect" {
						t.Errorf("%d of %s (logins too: %v, followed: %v): the reason is %q, want redirect", code, login, logins, follow, got)
					}
					exporter.Close()
				}
				if strayed := other.Arrivals(); len(strayed) != 0 {
					t.Errorf("%d (logins too: %v, followed: %v): %d requests reached another host, the first %s %s with %v",
						code, logins, follow, len(strayed), strayed[0].Method, strayed[0].URI, strayed[0].Header)
				}
			}
		}
	}
}

// The same for another scheme on the same host, and for userinfo in the address.
func TestNoCredentialReachesAnotherScheme(t *testing.T) {
	t.Parallel()
	plain := exportertest.NewUpstream(t, jsonBody(`{"state":"RUNNING"}`))
	host := strings.TrimPrefix(plain.URL, "http://")
	secure := exportertest.NewTLSUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"1": "http://" + host, "2": "https://user:password@" + r.Host, "3": "http://" + r.Host}
		http.Redirect(w, r, to[strings.TrimPrefix(r.URL.Path, samplePath)]+r.URL.Path, http.StatusFound)
	})
	exporter := exportertest.Start(t, exportertest.Options{Config: oneTarget("sample_exchange", secure.URL, "follow_redirects: true",
		"tls_config: {insecure_skip_verify: true}", "basic_auth: {username: u, password: p}", "jobs: [{id: 1}, {id: 2}, {id: 3}]")})
	e := exporter.Scrape(patient)
	for _, job := range []string{"1", "2", "3"} {
		wantReason(t, e, job, "redirect")
	}
	if n := len(plain.Arrivals()); n != 0 {
		t.Errorf("%d requests went from https to http", n)
	}
	if n := len(secure.Arrivals()); n != 3 {
		t.Errorf("%d requests came to the configured server, want 3", n)
	}
}

// Redirects within a host are followed where that is configured, with the
// credentials, and never without end.
func TestRedirectsWithinAHostAreFollowedWhereAllowed(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	upstream.set(samplePath+"1", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/moved", http.StatusFound) })
	upstream.set("/moved", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		jsonBody(`{"state":"RUNNING"}`)(w, r)
	})
	upstream.set(samplePath+"2", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	text := oneTarget("sample_exchange", upstream.URL, "basic_auth: {username: u, password: p}", "jobs: [{id: 1}, {id: 2}]")
	e := exportertest.Start(t, exportertest.Options{Config: exportertest.SetAll(t, text, "follow_redirects", true)}).Scrape(patient)
	wantState(t, e, "1", "running")
	wantReason(t, e, "2", "redirect")
	if sent := upstream.Count("", samplePath+"2"); sent > 10 {
		t.Errorf("an endless redirect was followed %d times", sent)
	}
	e = exportertest.Start(t, exportertest.Options{Config: text}).Scrape(patient)
	wantReason(t, e, "1", "redirect")
}
