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

// thumbprint checks the key "tls_thumbprint". It says all there is to say about
// the server's certificate, and so is one of exclusiveKeys.
func (p *parser) thumbprint(node *yaml.Node, keys *targetKeys, target *Target, at place) []byte {
	if keys.TLSThumbprint == "" {
		return nil
	}
	line, at := lineOf(node, "tls_thumbprint"), at.child("tls_thumbprint")
	digest, err := parseThumbprint(keys.TLSThumbprint)
	if err != nil {
		p.found.wrong(line, at, keys.TLSThumbprint, "must be the 40 (SHA-1) or 64 (SHA-256) hexadecimal digits of a certificate's digest, with or without colons%s", thumbprintInstead(keys.TLSThumbprint))
	}
	if target.URL != nil && target.URL.Scheme == "http" {
		p.found.add(line, at, "needs an https url: there is no certificate with http")
	}
	return digest
}

// thumbprintInstead is the thumbprint in a text that holds more than that.
func thumbprintInstead(text string) string {
	inner := regexp.MustCompile(`(?i)([0-9a-f]{2}:?){19,31}[0-9a-f]{2}$`).FindString(strings.TrimSpace(text))
	if _, err := parseThumbprint(inner); err != nil {
		return ""
	}
	return ": write " + inner
}
