package config

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"
)

// defaultHTTPClient is Prometheus' default, except that redirects are not
// followed: credentials go to the configured URL alone.
func defaultHTTPClient() promconfig.HTTPClientConfig {
	http := promconfig.DefaultHTTPClientConfig
	http.FollowRedirects = false
	return http
}

// httpClient checks a target's HTTP client configuration, which the decoder
// filled without running the library's own checks, and begins its file names at
// the configuration's directory.
func (p *parser) httpClient(node *yaml.Node, http promconfig.HTTPClientConfig, at place) promconfig.HTTPClientConfig {
	setDirectory(&http, p.directory)
	readable := p.secretFiles(node, &http, at)
	p.proxy(node, &http.ProxyConfig, at)
	p.headers(node, http.HTTPHeaders, at, "http_headers")
	p.credentials(node, &http, at)
	complete := !p.exclusive(node, at) && p.complete(node, &http, at)
	if err := http.Validate(); err != nil && complete {
		p.found.add(node.Line, at, "%s", err)
	}
	p.tls(node, &http.TLSConfig, readable, at, "tls_config")
	if http.OAuth2 != nil {
		p.oauth2(node, http.OAuth2, readable, at)
	}
	return http
}

// complete notes what the library's own check would say without its line, and
// tells whether there was nothing to note.
func (p *parser) complete(node *yaml.Node, http *promconfig.HTTPClientConfig, at place) bool {
	before := len(p.found.list)
	need := func(rule string, path ...string) {
		p.found.add(lineOf(node, path...), at.child(strings.Join(path, ".")), "%s", rule)
	}
	if oauth2 := http.OAuth2; oauth2 != nil && oauth2.ClientID == "" {
		need("is missing", "oauth2", "client_id")
	}
	if oauth2 := http.OAuth2; oauth2 != nil && oauth2.TokenURL == "" {
		need("is missing: the address that the token is fetched from", "oauth2", "token_url")
	}
	if authorization := http.Authorization; authorization != nil && strings.EqualFold(strings.TrimSpace(authorization.Type), "basic") {
		need(`"Basic": use basic_auth: {username: ..., password_file: ...} instead`, "authorization", "type")
	}
	if http.NoProxy != "" && http.ProxyURL.URL == nil && !http.ProxyFromEnvironment {
		need("needs proxy_url, or leave it out", "no_proxy")
	}
	return len(p.found.list) == before
}

// setDirectory is the library's, and does what that one forgets.
func setDirectory(http *promconfig.HTTPClientConfig, directory string) {
	http.SetDirectory(directory)
	if http.OAuth2 != nil {
		http.OAuth2.ClientCertificateKeyFile = promconfig.JoinDir(directory, http.OAuth2.ClientCertificateKeyFile)
	}
}

func (p *parser) oauth2(node *yaml.Node, oauth2 *promconfig.OAuth2, readable bool, at place) {
	if oauth2.TokenURL != "" {
		if _, rule := parseHTTPURL(oauth2.TokenURL); rule != "" {
			p.found.add(lineOf(node, "oauth2", "token_url"), at.child("oauth2.token_url"), "%s", rule)
		}
	}
	if err := oauth2.ProxyConfig.Validate(); err != nil {
		p.found.add(lineOf(node, "oauth2"), at.child("oauth2"), "%s", err)
	}
	p.proxy(node, &oauth2.ProxyConfig, at, "oauth2")
	p.tls(node, &oauth2.TLSConfig, readable, at, "oauth2", "tls_config")
}

// tls checks the TLS keys at a path, and that their certificates and keys can be
// used where all files can be read.
func (p *parser) tls(node *yaml.Node, tls *promconfig.TLSConfig, readable bool, at place, path ...string) {
	if p.halfOfAPair(node, tls, at, path) {
		return
	}
	err := tls.Validate()
	if err == nil && readable {
		_, err = promconfig.NewTLSConfig(tls)
	}
	if err != nil {
		p.found.add(lineOf(node, path...), at.child(strings.Join(path, ".")), "%s", err)
	}
}

// halfOfAPair notes a client certificate without its key, or the other way round.
func (p *parser) halfOfAPair(node *yaml.Node, tls *promconfig.TLSConfig, at place, path []string) bool {
	certificate := tls.Cert != "" || tls.CertFile != ""
	key := tls.Key != "" || tls.KeyFile != ""
	line, at := lineOf(node, path...), at.child(strings.Join(path, "."))
	switch {
	case certificate && !key:
		p.found.add(line, at.child("key_file"), "is missing: a client certificate needs its key")
	case key && !certificate:
		p.found.add(line, at.child("cert_file"), "is missing: a client's key needs its certificate")
	}
	return certificate != key
}

// proxy checks the proxy's URL, whose credentials are allowed but never shown.
func (p *parser) proxy(node *yaml.Node, proxy *promconfig.ProxyConfig, at place, path ...string) {
	if proxy.ProxyURL.URL == nil {
		return
	}
	if _, rule := parseURL(proxy.ProxyURL.URL.String(), "http", "https", "socks5"); rule != "" {
		path = append(path, "proxy_url")
		p.found.add(lineOf(node, path...), at.child(strings.Join(path, ".")), "%s", rule)
	}
}

// headers checks the headers at a path of keys: what would make every request
// fail, and that their files can be read.
func (p *parser) headers(node *yaml.Node, headers *promconfig.Headers, at place, path ...string) {
	for _, name := range headerNames(headers) {
		key := append(slices.Clone(path), name)
		if !regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$").MatchString(name) {
			p.found.add(lineOf(node, key...), at.child(strings.Join(path, ".")), "a name of a header must be letters, digits and -, such as X-Api-Key")
			continue
		}
		header := headers.Headers[name]
		for _, value := range header.Values {
			p.credential(node, credential{key: append(slices.Clone(key), "values"), value: value}, at)
		}
		for _, value := range header.Secrets {
			p.credential(node, credential{key: append(slices.Clone(key), "secrets"), value: string(value)}, at)
		}
		for _, path := range header.Files {
			p.secretFile(node, secretFile{key: append(slices.Clone(key), "files"), path: path}, at)
		}
	}
}

// secretFile is a file named by a key of the HTTP client configuration.
type secretFile struct {
	key  []string // path of keys
	path string
}

// isPEM tells whether the file holds certificates or keys, which have many lines.
func (f secretFile) isPEM() bool {
	return slices.Contains([]string{"ca_file", "cert_file", "key_file", "client_certificate_key_file"}, f.key[len(f.key)-1])
}

// secretFiles tells whether all named files can be read, and notes which not. A
// file that is missing is the commonest mistake, and shows at once here instead
// of as a failure of each scrape.
func (p *parser) secretFiles(node *yaml.Node, http *promconfig.HTTPClientConfig, at place) bool {
	readable := true
	for _, file := range filesOf(http) {
		readable = p.secretFile(node, file, at) && readable
	}
	return readable
}

// secretFile tells whether a file can be read, and notes where not, and what is
// odd with its content.
func (p *parser) secretFile(node *yaml.Node, file secretFile, at place) bool {
	line, at := lineOf(node, file.key...), at.child(strings.Join(file.key, "."))
	content, err := readSecretFile(file.path)
	if err != nil {
		p.found.add(line, at, "cannot be read: %s%s", err, homeAdvice(file.path))
		return false
	}
	for _, hint := range secretFileHints(file, string(content)) {
		p.warnings.add(line, at, "%s %s", file.path, hint)
	}
	return true
}

// secretFileHints say what is odd with the content of a file, which may be
// replaced by another at any time.
func secretFileHints(file secretFile, content string) []string {
	switch {
	case content == "":
		return []string{"is empty"}
	case file.isPEM():
		return nil
	case strings.ContainsFunc(content, isUnsendable):
		return []string{"holds more than one line, or control characters: it cannot be sent in a header"}
	default:
		return credentialHints(credential{key: file.key, value: content})
	}
}

// homeAdvice explains why a file below ~ is not there.
func homeAdvice(path string) string {
	if slices.Contains(strings.Split(filepath.ToSlash(path), "/"), "~") {
		return "; ~ is not expanded"
	}
	return ""
}

// filesOf lists the files that the keys of an HTTP client configuration name.
func filesOf(http *promconfig.HTTPClientConfig) []secretFile {
	var files []secretFile
	add := func(path string, key ...string) {
		if path != "" {
			files = append(files, secretFile{key: key, path: path})
		}
	}
	addTLS := func(tls promconfig.TLSConfig, key ...string) {
		add(tls.CAFile, append(slices.Clone(key), "ca_file")...)
		add(tls.CertFile, append(slices.Clone(key), "cert_file")...)
		add(tls.KeyFile, append(slices.Clone(key), "key_file")...)
	}
	if basic := http.BasicAuth; basic != nil {
		add(basic.UsernameFile, "basic_auth", "username_file")
		add(basic.PasswordFile, "basic_auth", "password_file")
	}
	if http.Authorization != nil {
		add(http.Authorization.CredentialsFile, "authorization", "credentials_file")
	}
	add(http.BearerTokenFile, "bearer_token_file")
	if oauth2 := http.OAuth2; oauth2 != nil {
		add(oauth2.ClientSecretFile, "oauth2", "client_secret_file")
		add(oauth2.ClientCertificateKeyFile, "oauth2", "client_certificate_key_file")
		addTLS(oauth2.TLSConfig, "oauth2", "tls_config")
	}
	addTLS(http.TLSConfig, "tls_config")
	return files
}

// loginKind names the key by which a client configuration logs in.
func loginKind(http *promconfig.HTTPClientConfig) string {
	switch {
	case http.BasicAuth != nil:
		return "basic_auth"
	case http.Authorization != nil:
		return "authorization"
	case http.OAuth2 != nil:
		return "oauth2"
	default:
		return "none"
	}
}
