package config

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestBadConfigurationIsRefusedWithEveryProblemOnALine(t *testing.T) {
	eachFile(t, "testdata/bad/*.yml", func(t *testing.T, path string) {
		_, err := Load(path, testRules())
		if err == nil {
			t.Fatal("was accepted")
		}
		checkGolden(t, strings.TrimSuffix(path, ".yml")+".err", err.Error()+"\n")
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.HasPrefix(line, path+":") {
				t.Errorf("line without the file's name: %q", line)
			}
		}
		if strings.Contains(err.Error(), canary) {
			t.Error("the error quotes a secret")
		}
	})
}

func TestGoodConfigurationIsCompletedAndShownWithoutSecrets(t *testing.T) {
	eachFile(t, "testdata/good/*.yml", func(t *testing.T, path string) {
		config, err := Load(path, testRules())
		if err != nil {
			t.Fatal(err)
		}
		shown, err := config.Redacted()
		if err != nil {
			t.Fatal(err)
		}
		checkGolden(t, strings.TrimSuffix(path, ".yml")+".redacted", string(shown))
		report := strings.Join(append(config.Summary(), config.Warnings...), "\n") + "\n"
		checkGolden(t, strings.TrimSuffix(path, ".yml")+".summary", report)
		for _, secret := range []string{canary, "s3cret-from-file"} {
			if bytes.Contains(shown, []byte(secret)) || strings.Contains(report, secret) {
				t.Errorf("shows the secret %q", secret)
			}
		}
	})
}

func TestWhatIsShownIsAConfigurationAgain(t *testing.T) {
	eachFile(t, "testdata/good/*.yml", func(t *testing.T, path string) {
		config, err := Load(path, testRules())
		if err != nil {
			t.Fatal(err)
		}
		shown, err := config.Redacted()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(shown, "asyncjob.yml", testRules())
		if err != nil {
			t.Fatalf("%v\n%s", err, shown)
		}
		shownAgain, err := again.Redacted()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(shown, shownAgain) {
			t.Errorf("differs when loaded again:\n%s\n---\n%s", shown, shownAgain)
		}
	})
}

func TestDefaultsOfATargetThatSaysNothing(t *testing.T) {
	config, err := Load("testdata/good/minimal.yml", testRules())
	if err != nil {
		t.Fatal(err)
	}
	target := config.Targets[0]
	want := Settings{
		Timeout:          10 * time.Second,
		MaxConcurrency:   8,
		MaxResponseBytes: 4 * 1024 * 1024,
		MaxFiles:         200,
		FinishedTTL:      10 * time.Minute,
		Retention:        time.Hour,

		FinishedRetention: 24 * time.Hour,
		MaxDuration:       24 * time.Hour,
	}
	if target.Settings != want {
		t.Errorf("settings %+v, want %+v", target.Settings, want)
	}
	if target.HTTP.FollowRedirects || !target.HTTP.EnableHTTP2 {
		t.Errorf("follow_redirects %v, want false; enable_http2 %v, want true", target.HTTP.FollowRedirects, target.HTTP.EnableHTTP2)
	}
	if got := target.URL.String(); got != "https://apigw.example.com" {
		t.Errorf("url %s, want the system's own", got)
	}
	if target.Options != nil || target.Thumbprint != nil || target.Discovery {
		t.Errorf("something else was filled in: %+v", target)
	}
}

func TestATargetOverridesTheDefaults(t *testing.T) {
	config, err := Load("testdata/good/overrides.yml", testRules())
	if err != nil {
		t.Fatal(err)
	}
	want := []Settings{
		{Timeout: 5 * time.Second, MaxConcurrency: 2, MaxResponseBytes: 64 << 10, MaxFiles: 0, ErrorText: true, FinishedTTL: 0, Retention: 24 * time.Hour, FinishedRetention: 0, MaxDuration: 2 * time.Hour},
		{Timeout: 90 * time.Second, MaxConcurrency: 1000, MaxResponseBytes: 1_000_000, MaxFiles: 10, ErrorText: false, FinishedTTL: time.Hour, Retention: 0, FinishedRetention: time.Hour, MaxDuration: 30 * time.Minute},
	}
	for i, want := range want {
		if got := config.Targets[i].Settings; got != want {
			t.Errorf("target %d: settings %+v, want %+v", i, got, want)
		}
	}
	if got := config.Targets[0].URL.String(); got != "https://vcenter.example.com/path" {
		t.Errorf("url %s still has its colon without a port, or a slash at its end", got)
	}
	basic := config.Targets[1].HTTP.BasicAuth
	if basic.Username != "4711" || basic.Password != "0123" {
		t.Errorf("credentials %s:%s, want them as typed", basic.Username, string(basic.Password))
	}
	wantLabels := map[string]string{"release": "22.04", "beta": "true"}
	if got := config.Targets[1].Labels; !reflect.DeepEqual(got, wantLabels) {
		t.Errorf("labels %v, want %v: merged, its own winning", got, wantLabels)
	}
	wantStates := map[string]string{"INPROGESS": "running", "DELETED": "canceled"}
	if got := config.Targets[2].States; !reflect.DeepEqual(got, wantStates) {
		t.Errorf("states %v, want %v", got, wantStates)
	}
	options, ok := config.Targets[2].Options.(*flavourOptions)
	if !ok || options.VSphere.API != "auto" {
		t.Errorf("options %+v, want the system's default", config.Targets[2].Options)
	}
}

func TestIDsStayAsTyped(t *testing.T) {
	config, err := Load("testdata/good/ids.yml", testRules())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, job := range config.Targets[0].Jobs {
		got = append(got, job.ID)
		if job.Kind != "update" {
			t.Errorf("job %s: kind %q, want the system's default", job.ID, job.Kind)
		}
	}
	want := []string{"2797087", "9F2", "0123", "123", "1e3", "1_000", "0x1F", "2026-11-21", "null", "Größe/ä ?#%"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("ids %q, want %q", got, want)
	}
}

func TestFileNamesAreRelativeToTheConfiguration(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "[prod]*") // characters that a glob would take for a pattern
	write(t, filepath.Join(directory, "secret"), "x")
	write(t, filepath.Join(directory, "jobs", "a.yml"), "[{id: 1}]")
	path := filepath.Join(directory, "asyncjob.yml")
	write(t, path, `
targets:
  - name: a
    system: sample_exchange
    basic_auth: {username_file: secret, password_file: secret}
    job_files: [jobs/a.yml, jobs/*.yml]
  - name: b
    system: sample_exchange
    oauth2: {client_id: c, token_url: "https://t", client_certificate_key_file: secret, grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", http_headers: {X-Tenant: {files: [secret]}}}
    http_headers: {X-Key: {files: [secret]}}
`)
	config, err := Load(path, testRules())
	if err != nil {
		t.Fatal(err)
	}
	first, second := config.Targets[0], config.Targets[1]
	secret := filepath.Join(directory, "secret")
	for key, got := range map[string]string{
		"password_file":               first.HTTP.BasicAuth.PasswordFile,
		"username_file":               first.HTTP.BasicAuth.UsernameFile,
		"client_certificate_key_file": second.HTTP.OAuth2.ClientCertificateKeyFile,
		"oauth2 files":                second.OAuth2Headers.Headers["X-Tenant"].Files[0],
		"files":                       second.HTTP.HTTPHeaders.Headers["X-Key"].Files[0],
	} {
		if got != secret {
			t.Errorf("%s is %s, want %s", key, got, secret)
		}
	}
	sources := config.JobSources(first, slog.New(slog.DiscardHandler))
	sources.lookUntil(t.Context())
	jobs, statuses := sources.Latest().Files, sources.Latest().Statuses
	if len(jobs) != 1 || len(statuses) != 1 || statuses[0].Err != nil {
		t.Errorf("jobs %v, statuses %v, want the one job of the one file that both globs match", jobs, statuses)
	}
}

func TestAMissingConfigurationIsSaidToBeMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "asyncjob.yml")
	_, err := Load(path, testRules())
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that names the missing file", err)
	}
}

func TestAliasesCannotMakeASmallFileEndless(t *testing.T) {
	text := "targets:\n  - &t0 {name: a, system: sample_exchange, labels: {a: b}}\n"
	for level := range maxMergeDepth + 3 {
		previous := "*t" + string(rune('0'+level))
		if level >= 10 {
			previous = "*t" + string(rune('a'+level-10))
		}
		name := "t" + string(rune('0'+level+1))
		if level+1 >= 10 {
			name = "t" + string(rune('a'+level+1-10))
		}
		text += "  - &" + name + " {<<: [" + strings.Repeat(previous+", ", 20) + "]}\n"
	}
	started := time.Now()
	if _, err := Parse([]byte(text), "asyncjob.yml", testRules()); err == nil {
		t.Error("was accepted")
	}
	if took := time.Since(started); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
}

// write makes a file, and its directory where needed.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
