package config

import (
	"crypto/sha1" //nolint:gosec // thumbprints of certificates are SHA-1 on older vCenters
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// parseThumbprint reads the hexadecimal digits of a SHA-1 or SHA-256, in upper or
// lower case, all of its bytes separated by colons or none.
func parseThumbprint(text string) ([]byte, error) {
	if strings.Contains(text, ":") && !regexp.MustCompile(`^[^:]{2}(:[^:]{2})*$`).MatchString(text) {
		return nil, errors.New("a colon in the wrong place")
	}
	digest, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil {
		return nil, err
	}
	if len(digest) != sha1.Size && len(digest) != sha256.Size {
		return nil, errors.New("the wrong length")
	}
	return digest, nil
}

// formatThumbprint writes a thumbprint as browsers and vCenter show it.
func formatThumbprint(digest []byte) string {
	bytes := make([]string, len(digest))
	for i := range digest {
		bytes[i] = strings.ToUpper(hex.EncodeToString(digest[i : i+1]))
	}
	return strings.Join(bytes, ":")
}

// thumbprint checks the key "tls_thumbprint", which says all there is to say
// about the server's certificate and so excludes other ways to say it.
func (p *parser) thumbprint(node *yaml.Node, keys *targetKeys, target *Target, at place) []byte {
	if keys.TLSThumbprint == "" {
		return nil
	}
	line, at := lineOf(node, "tls_thumbprint"), at.child("tls_thumbprint")
	digest, err := parseThumbprint(keys.TLSThumbprint)
	if err != nil {
		p.found.add(line, at, "must be the 40 (SHA-1) or 64 (SHA-256) hexadecimal digits of a certificate's digest, with or without colons")
	}
	if target.URL != nil && target.URL.Scheme == "http" {
		p.found.add(line, at, "needs an https url: there is no certificate with http")
	}
	tls := keys.HTTP.TLSConfig
	if tls.InsecureSkipVerify || tls.CA != "" || tls.CAFile != "" {
		p.found.add(line, at, "replaces the usual check of the certificate: leave out tls_config's insecure_skip_verify, ca and ca_file")
	}
	return digest
}
