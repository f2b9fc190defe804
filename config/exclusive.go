package config

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// exclusiveKeys are sets of keys of which a target may have one.
func exclusiveKeys() [][]string {
	sets := [][]string{
		{"basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file"},
		{"basic_auth.username", "basic_auth.username_file"},
		{"basic_auth.password", "basic_auth.password_file"},
		{"authorization.credentials", "authorization.credentials_file"},
		{"oauth2.client_secret", "oauth2.client_secret_file"},
		{"oauth2.client_certificate_key", "oauth2.client_certificate_key_file"},
		{"tls_thumbprint", "tls_config.insecure_skip_verify"},
		{"tls_thumbprint", "tls_config.ca"},
		{"tls_thumbprint", "tls_config.ca_file"},
	}
	for _, prefix := range []string{"", "oauth2."} {
		sets = append(sets,
			[]string{prefix + "tls_config.ca", prefix + "tls_config.ca_file"},
			[]string{prefix + "tls_config.cert", prefix + "tls_config.cert_file"},
			[]string{prefix + "tls_config.key", prefix + "tls_config.key_file"},
			[]string{prefix + "proxy_url", prefix + "proxy_from_environment"},
			[]string{prefix + "no_proxy", prefix + "proxy_from_environment"},
		)
	}
	return sets
}

// exclusive notes keys that exclude each other, with the lines of both, and
// tells whether there are some.
func (p *parser) exclusive(node *yaml.Node, at place) (found bool) {
	for _, set := range exclusiveKeys() {
		first := ""
		for _, key := range set {
			switch {
			case !isSet(node, key):
			case first == "":
				first = key
			default:
				found = true
				path := strings.Split(key, ".")
				p.found.add(lineOf(node, path...), at, "%s (line %d) and %s (line %d) exclude each other: keep one of them",
					first, lineOf(node, strings.Split(first, ".")...), key, lineOf(node, path...))
			}
		}
	}
	return found
}

// isSet tells whether a key has a value that says something.
func isSet(node *yaml.Node, key string) bool {
	for name := range strings.SplitSeq(key, ".") {
		if _, node = lookUp(node, name); node == nil {
			return false
		}
	}
	node = followAlias(node)
	return !isNull(node) && (node.Kind != yaml.ScalarNode || (node.Value != "" && node.Value != "false"))
}
