package config

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"maps"
	"strings"

	promconfig "github.com/prometheus/common/config"
)

// withSecrets is an HTTP client configuration with the contents of its secret
// files in place of their names, and a digest of these contents. Files of
// certificates and keys stay: the library watches those itself.
func withSecrets(from promconfig.HTTPClientConfig) (into promconfig.HTTPClientConfig, digest string, err error) {
	read := &secretReader{contents: sha256.New()}
	into = from
	if from.BasicAuth != nil {
		basic := *from.BasicAuth
		read.text(&basic.Username, &basic.UsernameFile, "basic_auth.username_file")
		read.secret(&basic.Password, &basic.PasswordFile, "basic_auth.password_file")
		into.BasicAuth = &basic
	}
	if from.Authorization != nil {
		authorization := *from.Authorization
		read.secret(&authorization.Credentials, &authorization.CredentialsFile, "authorization.credentials_file")
		into.Authorization = &authorization
	}
	if from.OAuth2 != nil {
		oauth2 := *from.OAuth2
		read.secret(&oauth2.ClientSecret, &oauth2.ClientSecretFile, "oauth2.client_secret_file")
		into.OAuth2 = &oauth2
	}
	if from.HTTPHeaders != nil {
		into.HTTPHeaders = read.headers(from.HTTPHeaders)
	}
	return into, string(read.contents.Sum(nil)), read.err
}

// secretReader reads secret files, up to the first that cannot be read.
type secretReader struct {
	contents hash.Hash
	err      error
}

func (r *secretReader) secret(into *promconfig.Secret, path *string, key string) {
	text := string(*into)
	r.text(&text, path, key)
	*into = promconfig.Secret(text)
}

func (r *secretReader) text(into, path *string, key string) {
	if *path == "" || r.err != nil {
		return
	}
	content, err := readSecretFile(*path)
	if err != nil {
		r.err = fmt.Errorf("%s: cannot be read: %w", key, err)
		return
	}
	fmt.Fprintf(r.contents, "%d:%s", len(content), content)
	*into, *path = string(content), ""
}

func (r *secretReader) headers(from *promconfig.Headers) *promconfig.Headers {
	into := &promconfig.Headers{Headers: maps.Clone(from.Headers)}
	for name, header := range into.Headers {
		secrets := append([]promconfig.Secret{}, header.Secrets...)
		for _, path := range header.Files {
			var secret promconfig.Secret
			r.secret(&secret, &path, strings.Join([]string{"http_headers", name, "files"}, "."))
			secrets = append(secrets, secret)
		}
		header.Secrets, header.Files = secrets, nil
		into.Headers[name] = header
	}
	return into
}
