package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	promconfig "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"
)

// credential is a text that becomes part of a request, from a key of the HTTP
// client configuration.
type credential struct {
	key   []string // path of keys
	value string
}

// credentials checks the texts that a target logs in with: what could never be
// sent is a problem, what was most likely not meant a warning. None is shown.
func (p *parser) credentials(node *yaml.Node, http *promconfig.HTTPClientConfig, at place) {
	for _, credential := range credentialsOf(http) {
		p.credential(node, credential, at)
	}
	if basic := http.BasicAuth; basic != nil && basic.Password == "" && basic.PasswordFile == "" {
		p.warnings.add(lineOf(node, "basic_auth"), at.child("basic_auth.password"), "is empty: is password_file missing?")
	}
	if authorization := http.Authorization; authorization != nil && authorization.Credentials == "" && authorization.CredentialsFile == "" {
		p.warnings.add(lineOf(node, "authorization"), at.child("authorization.credentials"), "is empty: is credentials_file missing?")
	}
}

func (p *parser) credential(node *yaml.Node, credential credential, at place) {
	line, at := lineOf(node, credential.key...), at.child(strings.Join(credential.key, "."))
	if strings.ContainsFunc(credential.value, isUnsendable) {
		p.found.add(line, at, "must be one line without control characters: it is sent in a header%s", blockAdvice(credential.value))
		return
	}
	for _, hint := range credentialHints(credential) {
		p.warnings.add(line, at, "%s", hint)
	}
}

// isUnsendable tells of characters that no header may have.
func isUnsendable(r rune) bool { return unicode.IsControl(r) && r != '\t' }

// blockAdvice explains a line break that nobody typed.
func blockAdvice(value string) string {
	if strings.HasSuffix(value, "\n") {
		return "; a text behind | ends in a line break, write it behind the key, in quotes"
	}
	return ""
}

// credentialHints say what is odd with a credential. A file's content is judged
// by the same.
func credentialHints(credential credential) []string {
	var hints []string
	value := credential.value
	if regexp.MustCompile(`\$\{[^}]*\}|\{\{[^}]*\}\}|^\$[A-Z_]+$`).MatchString(value) {
		hints = append(hints, "looks like something that should have been replaced: the exporter expands no variables and no templates")
	}
	if strings.HasPrefix(value, "~/") {
		hints = append(hints, "looks like the name of a file: that belongs in "+credential.key[len(credential.key)-1]+"_file, where ~ is not expanded")
	}
	if credential.isOf("authorization", "credentials") || credential.isOf("bearer_token") {
		if scheme := regexp.MustCompile(`^(?i)(Basic|Bearer|Token|Digest|ApiKey|OAuth)\s`).FindStringSubmatch(value); scheme != nil {
			hints = append(hints, "begins with the scheme "+scheme[1]+", which is sent as well: it belongs in authorization.type alone")
		}
	}
	return hints
}

// isOf tells whether the credential is from a key, or from the file that the
// key's other form names.
func (c credential) isOf(key ...string) bool {
	return strings.TrimSuffix(strings.Join(c.key, "."), "_file") == strings.Join(key, ".")
}

// credentialsOf lists the texts in an HTTP client configuration that are sent.
func credentialsOf(http *promconfig.HTTPClientConfig) []credential {
	var all []credential
	add := func(value string, key ...string) {
		if value != "" {
			all = append(all, credential{key: key, value: value})
		}
	}
	if basic := http.BasicAuth; basic != nil {
		add(basic.Username, "basic_auth", "username")
		add(string(basic.Password), "basic_auth", "password")
	}
	if authorization := http.Authorization; authorization != nil {
		add(authorization.Type, "authorization", "type")
		add(string(authorization.Credentials), "authorization", "credentials")
	}
	add(string(http.BearerToken), "bearer_token")
	if oauth2 := http.OAuth2; oauth2 != nil {
		add(oauth2.ClientID, "oauth2", "client_id")
		add(string(oauth2.ClientSecret), "oauth2", "client_secret")
	}
	return all
}

// headerNames are the names of configured headers, sorted.
func headerNames(headers *promconfig.Headers) []string {
	if headers == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(headers.Headers))
}
