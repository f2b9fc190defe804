package upstream

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	promconfig "github.com/prometheus/common/config"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

func TestReadSecret(t *testing.T) {
	directory := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(directory, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for text, want := range map[string]string{"secret": "secret", " secret\r\n": "secret", "\uFEFFsecret\n": "secret", "": "", "two words\n": "two words"} {
		if got, err := readSecret(write("secret", text)); err != nil || got != want {
			t.Errorf("%q is read as %q (%v), want %q", text, got, err, want)
		}
	}
	pipe := filepath.Join(directory, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		pipe: "is no regular file", directory: "is no regular file", filepath.Join(directory, "none"): "no such file",
		write("large", strings.Repeat("x", largestSecret+1)): "larger than a secret can be",
	} {
		if got, err := readSecret(path); err == nil || !strings.Contains(err.Error(), want) || got != "" {
			t.Errorf("%s is read as %q with the error %v, want %q", path, got, err, want)
		}
	}
}

// A file that hangs holds nobody up for longer than a moment, and is read once at a
// time: what was known of it serves meanwhile.
func TestASecretFileThatHangs(t *testing.T) {
	var reading atomic.Int32
	hangs := make(chan struct{})
	var hang atomic.Bool
	files := secretFiles{files: map[string]*secretFile{}, open: func(string) (string, error) {
		reading.Add(1)
		if hang.Load() {
			<-hangs
		}
		return "secret", nil
	}}
	if got, err := files.read(t.Context(), "path"); got != "secret" || err != nil {
		t.Fatalf("%q, %v", got, err)
	}
	hang.Store(true)
	files.expire()
	for i := range 20 {
		began := time.Now()
		got, err := files.read(t.Context(), "path")
		took := time.Since(began)
		if got != "secret" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		if limit := map[bool]time.Duration{true: 3 * time.Second, false: time.Second / 2}[i == 0]; took > limit {
			t.Errorf("read %d took %s", i, took)
		}
	}
	if n := reading.Load(); n != 2 {
		t.Errorf("it was read %d times, want once before and once when it hung", n)
	}
	close(hangs)
}

// Secrets are compared by their content, wherever they stand.
func TestTheDigestIsOfTheContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte("p\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	target := func(edit func(*promconfig.HTTPClientConfig)) [32]byte {
		settings := &config.Target{URL: &url.URL{Scheme: "http", Host: "example.com"}}
		edit(&settings.HTTP)
		made := secrets{target: settings, files: &secretFiles{open: readSecret, files: map[string]*secretFile{}}}
		as, failure := made.identity(t.Context())
		if failure != nil {
			t.Fatal(failure)
		}
		return as.digest
	}
	basic := func(user, password, file string) [32]byte {
		return target(func(http *promconfig.HTTPClientConfig) {
			http.BasicAuth = &promconfig.BasicAuth{Username: user, Password: promconfig.Secret(password), PasswordFile: file}
		})
	}
	same := basic("u", "p", "")
	if basic("u", "", path) != same {
		t.Error("the same password in a file makes another account")
	}
	different := map[string][32]byte{
		"another password": basic("u", "q", ""), "another user": basic("v", "p", ""), "the parts divided otherwise": basic("up", "", ""),
		"a bearer token": target(func(http *promconfig.HTTPClientConfig) {
			http.Authorization = &promconfig.Authorization{Type: "Bearer", Credentials: "p"}
		}),
		"nothing": target(func(*promconfig.HTTPClientConfig) {}),
		"a header more": target(func(http *promconfig.HTTPClientConfig) {
			http.BasicAuth = &promconfig.BasicAuth{Username: "u", Password: "p"}
			http.HTTPHeaders = &promconfig.Headers{Headers: map[string]promconfig.Header{"X-Key": {Secrets: []promconfig.Secret{"s"}}}}
		}),
	}
	for name, digest := range different {
		if digest == same {
			t.Errorf("%s makes the same account", name)
		}
	}
}

func TestASecretThatCannotBeSent(t *testing.T) {
	files := &secretFiles{files: map[string]*secretFile{}, open: func(string) (string, error) { return "a\nb", errors.ErrUnsupported }}
	settings := &config.Target{HTTP: promconfig.HTTPClientConfig{Authorization: &promconfig.Authorization{Type: "Bearer", Credentials: "a\nb"}}}
	made := secrets{target: settings, files: files}
	if _, failure := made.identity(t.Context()); failure == nil || !strings.HasPrefix(failure.Message, "authorization.credentials: holds a line break") {
		t.Errorf("the failure is %v", failure)
	}
}
