package faults

import (
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// outputs are all that an exporter says: its pages in all formats, and its log.
func outputs(exporter *exportertest.Exporter, targets ...string) map[string]string {
	said := map[string]string{"the log": exporter.Log.String()}
	get := func(path string, headers ...string) {
		reply := exporter.Get(path, headers...)
		text := reply.Body
		for name, values := range reply.Header {
			text += "\n" + name + ": " + strings.Join(values, ", ")
		}
		said[path+strings.Join(headers, " ")] = text
	}
	for _, path := range []string{"/metrics", "/sd", "/sd?by=job", "/jobs", "/config", "/", "/nothing", "/probe", "/probe?target=none"} {
		get(path)
	}
	get("/metrics", "Accept", "application/openmetrics-text;version=1.0.0")
	for _, target := range targets {
		get("/probe?target=" + target)
		get("/probe?debug=true&target=" + target)
		get("/probe?debug=true&job_id=12345&target=" + target)
		get("/probe?debug=true&job_id=OP1&type=T&target=" + target)
		get("/probe?job_id=a%2Fb&target=" + target)
		get("/jobs?target=" + target)
	}
	said["the log at the end"] = exporter.Log.String()
	return said
}

// failures are the outputs that tell why something failed.
func failures(exporter *exportertest.Exporter, targets ...string) map[string]string {
	said := map[string]string{"/metrics": exporter.Get("/metrics").Body}
	for _, target := range targets {
		path := "/probe?debug=true&target=" + target
		said[path] = exporter.Get(path).Body
	}
	said["/jobs"] = exporter.Get("/jobs").Body
	said["the log"] = exporter.Log.String()
	return said
}

// wantNone looks for secrets in all that was said, plain and as Basic credentials.
func wantNone(t *testing.T, said map[string]string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		for where, text := range said {
			for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte("u:" + secret)), url.QueryEscape(secret)} {
				if strings.Contains(text, form) {
					t.Errorf("%s shows the secret %q:\n%s", where, secret, linesWith(text, form))
				}
			}
		}
	}
}

// Nothing of the demo's passwords, sessions, tokens and of the canaries in its
// replies is in anything that the exporter says.
func TestNoSecretOfTheDemoIsShown(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{})
	exporter := exportertest.Start(t, exportertest.Options{Config: exportertest.SetAll(t, simulated.Config(), "error_text", true)})
	exporter.Scrape(patient)
	simulated.ForgetLogins()
	said := outputs(exporter, "samples-demo", "vcenter-demo", "marketplace-demo", "content-demo")
	exporter.Close()
	said["the log after the end"] = exporter.Log.String()
	if len(simulated.Secrets()) < 8 {
		t.Fatalf("the simulator knows only the secrets %v", simulated.Secrets())
	}
	wantNone(t, said, simulated.Secrets())
	for _, shown := range []string{"asyncjob_up{", "samples-demo"} {
		if !strings.Contains(said["/metrics"], shown) {
			t.Errorf("/metrics shows no %s: this test would see nothing", shown)
		}
	}
}

// secretFields is a configuration with a canary in each field that may hold a
// secret, whatever its upstream answers.
func secretFields(t *testing.T, upstream, proxy string) (text string, targets []string) {
	t.Helper()
	file := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certificate, key := newKeyPair(t)
	tls := "tls_config: {cert_file: " + file("cert.pem", certificate) + ", key_file: " + file("key.pem", key) + "}"
	inline := "tls_config: {cert: " + yamlText(certificate) + ", key: " + yamlText(key) + "}"
	token := "token_url: " + upstream + "/token"
	withUser := strings.Replace(proxy, "http://", "http://u:canary-proxy-password@", 1)
	for name, keys := range map[string]string{
		"basic":             "basic_auth: {username: u, password: canary-basic}",
		"basic-file":        "basic_auth: {username: u, password_file: " + file("password", "canary-basic-file") + "}",
		"bearer":            "authorization: {credentials: canary-bearer}",
		"bearer-file":       "authorization: {type: Token, credentials_file: " + file("token", "canary-bearer-file") + "}",
		"headers":           "http_headers: {X-Key: {secrets: [canary-header-secret]}, X-Other: {values: [canary-header-value]}}",
		"headers-file":      "http_headers: {X-Key: {files: [" + file("header", "canary-header-file") + "]}}",
		"proxy":             "proxy_url: " + withUser,
		"proxy-headers":     "proxy_url: " + proxy + "\n    proxy_connect_header: {Proxy-Authorization: [canary-proxy-header]}",
		"tls-file":          tls,
		"tls":               inline,
		"oauth2":            "oauth2: {client_id: c, client_secret: canary-oauth2, " + token + ", endpoint_params: {key: canary-endpoint-param}, proxy_url: " + withUser + "}",
		"oauth2-file":       "oauth2: {client_id: c, client_secret_file: " + file("secret", "canary-oauth2-file") + ", " + token + ", " + inline + "}",
		"oauth2-jwt":        "oauth2: {client_id: c, grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_certificate_key: " + yamlText(newRSAKey(t)) + ", claims: {key: canary-claim}, " + token + "}",
		"oauth2-jwt-broken": "oauth2: {client_id: c, grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', client_certificate_key: canary-no-key, " + token + "}",
	} {
		targets = append(targets, name)
		text += "  - name: " + name + "\n    system: oracle_content\n    url: " + upstream + "\n    error_text: true\n    " + keys +
			"\n    jobs: [{type: T, id: R}, {type: T, id: F}, {type: T, id: H}]\n"
	}
	for name, system := range map[string]string{"session": "vsphere", "exchange": "oracle_marketplace\n    user_id: partner"} {
		targets = append(targets, name)
		text += "  - name: " + name + "\n    system: " + system + "\n    url: " + upstream +
			"\n    basic_auth: {username: u, password: canary-" + name + "}\n    discovery: true\n    jobs: [{id: 1}]\n"
	}
	return "targets:\n" + text, targets
}

// yamlText writes a text of several lines into one.
func yamlText(text string) string { return `"` + strings.ReplaceAll(text, "\n", `\n`) + `"` }

// No secret of any field of the configuration is shown, nor anything of what
// upstreams answer: while all works, and while everything fails.
func TestNoSecretOfTheConfigurationIsShown(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite:  func(*httputil.ProxyRequest) {},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // upstreams fail below
	})
	t.Cleanup(proxy.Close)
	upstream := newVCenter(t)
	upstream.set("POST /token", jsonBody(`{"access_token":"canary-access-token","token_type":"Bearer","expires_in":3600,"note":"canary-grant"}`))
	upstream.set("POST /api/session", status(201, "application/json", `"canary-session"`))
	upstream.set("/appstore/publisher/v1/authenticate", jsonBody(`{"access_token":"canary-exchanged"}`))
	upstream.set(contentPath+"R", jsonBody(`{"progress":"processing","note":"canary-body"}`))
	upstream.set(contentPath+"F", jsonBody(`{"progress":"failed","error":{"o:errorCode":"E1",`+
		`"detail":"cannot push to https://u:canary-userinfo@git.example.com/a?token=canary-query#canary-fragment, (http://canary-user@x/)"}}`))
	upstream.set(contentPath+"H", jsonBody(`{"progress":"succeeded","result":{"body":{"name":"T","fields":["canary-field"]}}}`))
	upstream.set(imagesPath+"/1", jsonBody(`{"statusName":"In Progress","filePath":"canary-path"}`))
	upstream.set(imagesPath, jsonBody(`{"items":[{"uploadRequestId":2,"statusName":"Completed","x":"canary-list"}]}`))
	upstream.setSession("1", `{"state":"ACTIVE","note":"canary-session-body"}`)
	upstream.set(sessionPath+"1/file", jsonBody(`[{"name":"f","status":"READY","upload_endpoint":{"uri":"https://canary-endpoint/"}}]`))

	text, targets := secretFields(t, upstream.URL, proxy.URL)
	clock := exportertest.NewClock()
	exporter := exportertest.Start(t, exportertest.Options{Config: text, Now: clock.Now})
	e := exporter.Scrape(patient)
	for _, target := range targets {
		if up := e.Sum("asyncjob_up", "target", target); up == 0 && target != "oauth2-jwt-broken" {
			t.Errorf("no job of %s is up: this test would see nothing:\n%s", target, linesWith(exporter.Log.String(), target))
		}
	}
	secrets := append([]string{"canary"}, keyLines(text)...)
	wantNone(t, outputs(exporter, targets...), secrets)

	for _, failing := range []fault{
		{name: "401", answer: html(401, "WWW-Authenticate", canary)}, // first, so that later ones meet the logins as well
		{name: "500", answer: html(500, "X-Note", canary)},
		{name: "404", answer: html(404)},
		{name: "429", answer: html(429, "Retry-After", canary)},
		{name: "redirect", answer: html(302, "Location", "https://u:"+canary+"@example.com/?token="+canary)},
		{name: "bad location", answer: html(302, "Location", "http://["+canary)},
		{name: "garbage", answer: html(200)},
		{name: "not HTTP", answer: notHTTP},
		{name: "broken header", answer: badHeader},
		{name: "bad encoding", answer: html(200, "Content-Encoding", canary)},
		{name: "bad length", answer: status(200, "", "", "Content-Length", canary)},
	} {
		t.Run(failing.name, func(t *testing.T) { // one after another: they change the one upstream
			clock.Advance(time.Hour) // nothing is served from memory, no login rests
			for _, path := range []string{
				"POST /token", "POST /api/session", "/appstore/publisher/v1/authenticate", imagesPath, imagesPath + "/1",
				contentPath + "R", contentPath + "F", contentPath + "H", sessionPath + "1",
			} {
				upstream.set(path, failing.answer)
			}
			wantNone(t, failures(exporter, targets...), secrets)
			exporter.Log.Forget()
		})
	}
}

// keyLines are lines of the private keys in a text.
func keyLines(text string) []string {
	var lines []string
	for _, key := range strings.Split(text, "PRIVATE KEY-----\\n")[1:] {
		lines = append(lines, strings.SplitN(key, `\n`, 2)[0])
	}
	return lines
}

// A configuration that is refused is explained without its secrets.
func TestNoSecretOfARefusedConfigurationIsShown(t *testing.T) {
	t.Parallel()
	upstream := newScript(t)
	good := oneTarget("sample_exchange", upstream.URL, "jobs: [{id: 1}]")
	exporter := exportertest.Start(t, exportertest.Options{Config: good})
	said := map[string]string{}
	for _, mistake := range []string{
		"basic_auth: canary-text",
		"basic_auth: {username: u, passwrd: canary-key}",
		"basic_auth: {username: u, password: [canary-list]}",
		"basic_auth: {username: u, password: {canary: mapping}}",
		"basic_auth: {username: u, password: canary-a, password_file: /no/file}",
		"authorization: {type: Basic, credentials: canary-scheme}",
		"authorization: canary-text",
		"oauth2: {client_id: c, client_secret: canary-no-url}",
		"oauth2: {client_id: c, client_secret: {x: canary}, token_url: http://x/}",
		"oauth2: {client_id: c, client_secret: s, token_url: 'http://u:canary@x/'}",
		"oauth2: {client_id: c, client_secret: s, token_url: 'http://x/%zzcanary'}",
		"http_headers: {X: {secrets: canary-text}}",
		"http_headers: {X: {secrets: [\"canary\\nnewline\"]}}",
		"http_headers: {Authorization: {secrets: [canary-reserved]}}",
		"tls_config: {cert: canary-cert, key: canary-key}",
		"tls_config: {ca: canary-ca}",
		"proxy_url: 'http://u:canary@'",
		"proxy_url: 'ftp://u:canary@x/'",
		"proxy_url: 'http://u:canary%zz@x/'",
		"bearer_token: [canary]",
		"max_files: canary",
		"basic_auth: {username: u, password: \"canary-unclosed}",
		"basic_auth: {username: u, password: *canary}",
	} {
		reply := exporter.Reload(oneTarget("sample_exchange", upstream.URL, mistake, "jobs: [{id: 1}]"))
		if reply.Status == http.StatusOK {
			t.Errorf("%s: was accepted", mistake)
		}
		if strings.Contains(mistake, "max_files") || strings.Contains(mistake, "*canary") {
			continue // no secret, or the name of a YAML alias
		}
		said[mistake] = reply.Body
	}
	said["url"] = exporter.Reload("targets: [{name: a, system: sample_exchange, url: 'http://u:canary@x/'}]").Body
	said["url with query"] = exporter.Reload("targets: [{name: a, system: sample_exchange, url: 'http://x/?canary'}]").Body
	wantNone(t, said, []string{"canary"})
	wantNone(t, outputs(exporter, "a"), []string{"canary-"})
}
