package upstream

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

const (
	// secretAge is how old what is known of a secret file may be: a change is noticed
	// within a second.
	secretAge = 500 * time.Millisecond
	// secretPatience is how long a file is waited for that was read before.
	secretPatience = time.Second
	// firstSecret is how long a secret is waited for that was never read.
	firstSecret = 5 * time.Second
	// largestSecret bounds a file that a mistaken key may name.
	largestSecret = 1 << 20
)

// identity is who asks: what the configuration and its secret files say of that at
// one moment.
type identity struct {
	username, password string
	// credentials are the configured ones.
	credentials *credentials
	// headers are the configured http_headers, sent with all requests.
	headers http.Header
	// oauth2 is the secret or the key of a client of OAuth2, and oauth2Headers what
	// goes to its token URL.
	oauth2        string
	oauth2Headers http.Header
	// digest is of all that makes the account, by content.
	digest [32]byte
}

// secretFiles reads the files of secrets off everybody's path: one that hangs, as
// a file system may that went away, holds up nobody for longer than a moment.
type secretFiles struct {
	// open reads a file; readSecret but in tests.
	open func(path string) (string, error)

	mu    sync.Mutex
	files map[string]*secretFile
}

// secretFile is what is known of one file.
type secretFile struct {
	// reading is closed when the reading under way ends; nil: none is.
	reading chan struct{}
	// slow: that one has been waited for in vain already.
	slow bool
	// known: content or err are what came of the last one, at readAt by the wall clock.
	known   bool
	content string
	err     error
	readAt  time.Time
}

// read returns a file's content, not older than secretAge, or, where it does not
// come in time, what is known of it.
func (s *secretFiles) read(ctx context.Context, path string) (string, error) {
	s.mu.Lock()
	file := s.refresh(path)
	reading, patience := file.reading, secretPatience
	if !file.known {
		patience = firstSecret
	}
	if reading == nil || file.known && file.slow {
		defer s.mu.Unlock()
		return file.content, file.err
	}
	s.mu.Unlock()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-reading:
	case <-limit.C:
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	file.slow = file.reading == reading
	if !file.known {
		return "", fmt.Errorf("reading %s takes too long", path)
	}
	return file.content, file.err
}

// refresh begins to read a file, unless it was read a moment ago or is being read.
func (s *secretFiles) refresh(path string) *secretFile {
	file := s.files[path]
	if file == nil {
		file = &secretFile{}
		s.files[path] = file
	}
	if file.reading != nil || file.known && file.err == nil && time.Since(file.readAt) < secretAge {
		return file
	}
	reading := make(chan struct{})
	file.reading, file.slow = reading, false
	go func() {
		content, err := s.open(path)
		s.mu.Lock()
		defer s.mu.Unlock()
		file.known, file.content, file.err, file.readAt = true, content, err, time.Now()
		file.reading = nil
		close(reading)
	}()
	return file
}

// expire makes every file be read again by whoever wants it next.
func (s *secretFiles) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, file := range s.files {
		file.readAt = time.Time{}
	}
}

// readSecret reads a file without the blanks around its text and the byte order
// mark that Windows' editors write. A pipe is refused: it would be read again.
func readSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, largestSecret+1))
	if err != nil {
		return "", err
	}
	if len(content) > largestSecret {
		return "", fmt.Errorf("%s is larger than a secret can be", path)
	}
	return strings.TrimSpace(string(bytes.TrimPrefix(content, []byte("\uFEFF")))), nil
}

// secrets puts the identity of one target together.
type secrets struct {
	target *config.Target
	files  *secretFiles
	// scheme makes the header of credentials in place of Basic; nil: Basic.
	scheme func(username, password string) http.Header
	// fixed is the identity of a target without secret files, once made.
	mu    sync.Mutex
	fixed *identity
}

// identity reads who asks. The failure names the key of the file that cannot be read.
func (s *secrets) identity(ctx context.Context) (*identity, *Failure) {
	s.mu.Lock()
	fixed := s.fixed
	s.mu.Unlock()
	if fixed != nil {
		return fixed, nil
	}
	reading := &secretReading{ctx: ctx, files: s.files}
	made := s.read(reading)
	if reading.failure != nil {
		return nil, reading.failure
	}
	if !reading.hasFiles {
		s.mu.Lock()
		s.fixed = made
		s.mu.Unlock()
	}
	return made, nil
}

// secretReading reads the secrets of one identity, until one fails.
type secretReading struct {
	ctx      context.Context //nolint:containedctx // lives as long as one reading
	files    *secretFiles
	hasFiles bool
	failure  *Failure
	digest   []string
}

// take reads one secret, from the file that its key names where that is given, and
// makes its content part of the digest.
func (r *secretReading) take(key, inline, file string) string {
	text := inline
	if file != "" && r.failure == nil {
		r.hasFiles = true
		content, err := r.files.read(r.ctx, file)
		if err != nil {
			r.fail(key, fileErrorText(err))
		}
		text = content
	}
	r.add(key, text)
	return text
}

// takeHeader is take for what is sent in a header as it is.
func (r *secretReading) takeHeader(key, inline, file string) string {
	text := r.take(key, inline, file)
	if file == "" {
		key = strings.TrimSuffix(key, "_file")
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
		r.fail(key, "holds a line break or another control character, which cannot be sent")
	}
	return text
}

func (r *secretReading) add(parts ...string) {
	for _, part := range parts {
		r.digest = append(r.digest, fmt.Sprint(len(part), ":", part))
	}
}

func (r *secretReading) fail(key, why string) {
	if r.failure == nil {
		r.failure = &Failure{Reason: job.ReasonLogin, Scope: ScopeLogin, Message: key + ": " + why}
	}
}

// fileErrorText is the text of a file's error, which has its name and no content.
func fileErrorText(err error) string {
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		return "cannot be read: " + file.Error()
	}
	return err.Error()
}

func (s *secrets) read(r *secretReading) *identity {
	settings := &s.target.HTTP
	carried := http.Header{}
	made := &identity{headers: http.Header{}, oauth2Headers: http.Header{}}
	if basic := settings.BasicAuth; basic != nil {
		made.username = r.take("basic_auth.username_file", basic.Username, basic.UsernameFile)
		made.password = r.take("basic_auth.password_file", string(basic.Password), basic.PasswordFile)
		pair := base64.StdEncoding.EncodeToString([]byte(made.username + ":" + made.password))
		carried.Set("Authorization", "Basic "+pair)
		if s.scheme != nil {
			carried = s.scheme(made.username, made.password)
		}
	}
	if given := settings.Authorization; given != nil {
		r.add(given.Type)
		carried.Set("Authorization", given.Type+" "+r.takeHeader("authorization.credentials_file", string(given.Credentials), given.CredentialsFile))
	}
	if oauth2 := settings.OAuth2; oauth2 != nil {
		s.readOAuth2(r, made, oauth2)
	}
	readHeaders(r, made.headers, settings.HTTPHeaders, "http_headers")
	readHeaders(r, made.oauth2Headers, s.target.OAuth2Headers, "oauth2.http_headers")
	r.take("tls_config.cert_file", settings.TLSConfig.Cert, settings.TLSConfig.CertFile)
	r.take("tls_config.key_file", string(settings.TLSConfig.Key), settings.TLSConfig.KeyFile)
	made.credentials = &credentials{header: carried}
	made.digest = sha256.Sum256([]byte(strings.Join(r.digest, ",")))
	return made
}

func (s *secrets) readOAuth2(r *secretReading, made *identity, oauth2 *promconfig.OAuth2) {
	r.add(oauth2.ClientID, oauth2.TokenURL, oauth2.GrantType, strings.Join(oauth2.Scopes, " "), oauth2.Audience, oauth2.Iss,
		oauth2.ClientCertificateKeyID, fmt.Sprint(oauth2.EndpointParams), fmt.Sprint(oauth2.Claims))
	if oauth2.GrantType == jwtBearerGrant {
		made.oauth2 = r.take("oauth2.client_certificate_key_file", string(oauth2.ClientCertificateKey), oauth2.ClientCertificateKeyFile)
	} else {
		made.oauth2 = r.take("oauth2.client_secret_file", string(oauth2.ClientSecret), oauth2.ClientSecretFile)
	}
}

// readHeaders reads headers as Prometheus puts them on requests.
func readHeaders(r *secretReading, into http.Header, from *promconfig.Headers, key string) {
	if from == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(from.Headers)) {
		header := from.Headers[name]
		r.add(name)
		for _, value := range header.Values {
			into.Add(name, r.takeHeader(key+"."+name, value, ""))
		}
		for _, value := range header.Secrets {
			into.Add(name, r.takeHeader(key+"."+name, string(value), ""))
		}
		for _, path := range header.Files {
			into.Add(name, r.takeHeader(key+"."+name+".files", "", path))
		}
	}
}
