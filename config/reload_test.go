package config

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"
)

const (
	goodConfig   = "targets: [{name: good, system: sample_exchange}]"
	betterConfig = "targets: [{name: better, system: sample_exchange}]"
	badConfig    = "targets: [{name: bad, system: nobody}]"
)

// reloaderTest is a reloader with all that it touches.
type reloaderTest struct {
	path     string
	registry *prometheus.Registry
	log      *syncBuffer
	*Reloader
}

func newReloaderTest(t *testing.T, apply func(*Config) error) *reloaderTest {
	t.Helper()
	test := &reloaderTest{
		path:     filepath.Join(t.TempDir(), "asyncjob.yml"),
		registry: prometheus.NewRegistry(),
		log:      &syncBuffer{},
	}
	write(t, test.path, goodConfig)
	reloader, err := NewReloader(test.path, testRules(), apply, test.registry, textLogger(test.log))
	if err != nil {
		t.Fatal(err)
	}
	test.Reloader = reloader
	return test
}

// successful is the value of the metric of that name.
func (r *reloaderTest) successfulMetric() float64 { return testutil.ToFloat64(r.successful) }

func accept(*Config) error { return nil }

// syncBuffer is a log that may be written to and read at once.
type syncBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

// textLogger logs into a buffer.
func textLogger(to *syncBuffer) *slog.Logger { return slog.New(slog.NewTextHandler(to, nil)) }

func (b *syncBuffer) count(part string) int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return strings.Count(b.text.String(), part)
}

func TestAGoodConfigurationReplacesTheOldOne(t *testing.T) {
	var applied []string
	test := newReloaderTest(t, func(c *Config) error {
		applied = append(applied, c.Targets[0].Name)
		return nil
	})
	if got := test.Current().Targets[0].Name; got != "good" {
		t.Fatalf("starts with %q", got)
	}
	write(t, test.path, betterConfig)
	if err := test.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := test.Current().Targets[0].Name; got != "better" {
		t.Errorf("current is %q", got)
	}
	if got := strings.Join(applied, " "); got != "good better" {
		t.Errorf("applied %q", got)
	}
	if got := test.log.count("Reloaded the configuration"); got != 1 {
		t.Errorf("%d lines about the reload, want 1", got)
	}
}

func TestTheOldConfigurationStays(t *testing.T) {
	refused := errors.New("no such certificate")
	cases := map[string]struct {
		text, problem string
	}{
		"where the new one is invalid":        {badConfig, `"nobody" is unknown`},
		"where the new one cannot be applied": {betterConfig, "no such certificate"},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			r := newReloaderTest(t, func(c *Config) error {
				if c.Targets[0].Name != "good" {
					return refused
				}
				return nil
			})
			first := testutil.ToFloat64(r.succeeded)
			write(t, r.path, test.text)
			err := r.Reload()
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Fatalf("error %v, want %q", err, test.problem)
			}
			if got := r.Current().Targets[0].Name; got != "good" {
				t.Errorf("current is %q", got)
			}
			if r.successfulMetric() != 0 || testutil.ToFloat64(r.succeeded) != first {
				t.Error("the metrics do not say that the reload failed")
			}
			if got := r.log.count("Reload refused"); got != 1 {
				t.Errorf("%d lines about the refusal, want 1", got)
			}
			write(t, r.path, goodConfig)
			if err := r.Reload(); err != nil {
				t.Fatal(err)
			}
			if r.successfulMetric() != 1 || testutil.ToFloat64(r.succeeded) < first {
				t.Error("the metrics do not say that it was mended")
			}
		})
	}
}

func TestReloadMetricsAreNamedAsPromised(t *testing.T) {
	test := newReloaderTest(t, accept)
	problems, err := testutil.GatherAndLint(test.registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
	for _, name := range []string{
		"asyncjob_exporter_config_last_reload_successful",
		"asyncjob_exporter_config_last_reload_success_timestamp_seconds",
	} {
		if count, err := testutil.GatherAndCount(test.registry, name); err != nil || count != 1 {
			t.Errorf("%s: %d series, %v", name, count, err)
		}
	}
	if age := time.Since(time.Unix(int64(testutil.ToFloat64(test.succeeded)), 0)); age < -time.Second || age > time.Minute {
		t.Errorf("last success %s ago", age)
	}
}

func TestTheFirstLoadMustSucceed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "asyncjob.yml")
	write(t, path, badConfig)
	if _, err := NewReloader(path, testRules(), accept, prometheus.NewRegistry(), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a bad configuration was accepted")
	}
	write(t, path, goodConfig)
	registry := prometheus.NewRegistry()
	for _, wantErr := range []bool{false, true} {
		if _, err := NewReloader(path, testRules(), accept, registry, slog.New(slog.DiscardHandler)); (err != nil) != wantErr {
			t.Errorf("error %v, want one: %v", err, wantErr)
		}
	}
}

func TestWarningsAreLogged(t *testing.T) {
	test := newReloaderTest(t, accept)
	write(t, test.path, "targets: [{name: a, system: vsphere, url: 'http://v', authorization: {credentials: hunter2}}]")
	if err := test.Reload(); err != nil {
		t.Fatal(err)
	}
	if test.log.count("sends credentials over http") != 1 || test.log.count(canary) != 0 {
		t.Error("want one warning without the secret")
	}
}

func TestReloadsAndReadersDoNotDisturbEachOther(t *testing.T) {
	test := newReloaderTest(t, accept)
	done := make(chan struct{})
	var readers, reloads sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := test.Current().Redacted(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 100 {
		reloads.Go(func() {
			if err := test.Reload(); err != nil {
				t.Error(err)
			}
		})
	}
	reloads.Wait()
	close(done)
	readers.Wait()
}

// watch runs Watch at a short interval until the test ends.
func (r *reloaderTest) watch(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { r.Watch(ctx, time.Millisecond) })
	t.Cleanup(func() {
		cancel()
		group.Wait()
		goleak.VerifyNone(t)
	})
}

func eventually(t *testing.T, claim string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within ten seconds: %s", claim)
}

func TestWatchReloadsAChangedFile(t *testing.T) {
	test := newReloaderTest(t, accept)
	test.watch(t)
	write(t, test.path, betterConfig)
	eventually(t, "the new configuration is in force", func() bool { return test.Current().Targets[0].Name == "better" })
	time.Sleep(50 * time.Millisecond) // many intervals
	if got := test.log.count("Reloaded the configuration"); got != 1 {
		t.Errorf("%d reloads, want 1", got)
	}
}

func TestWatchComplainsOnceAboutABrokenFile(t *testing.T) {
	test := newReloaderTest(t, accept)
	write(t, test.path, badConfig)
	test.watch(t)
	eventually(t, "the refusal is logged", func() bool { return test.log.count("Reload refused") == 1 })
	time.Sleep(50 * time.Millisecond)
	if got := test.log.count("Reload refused"); got != 1 {
		t.Errorf("%d complaints, want 1", got)
	}
	if test.Current().Targets[0].Name != "good" || test.successfulMetric() != 0 {
		t.Error("want the old configuration, and the metric to say so")
	}
	write(t, test.path, goodConfig)
	eventually(t, "the old text is in force again", func() bool { return test.successfulMetric() == 1 })
}

func TestWatchTriesAgainWhenAMissingSecretAppears(t *testing.T) {
	test := newReloaderTest(t, accept)
	write(t, test.path, "targets: [{name: better, system: sample_exchange, basic_auth: {username: u, password_file: secret}}]")
	test.watch(t)
	eventually(t, "the refusal is logged", func() bool { return test.log.count("Reload refused") == 1 })
	write(t, filepath.Join(filepath.Dir(test.path), "secret"), "x")
	eventually(t, "the new configuration is in force", func() bool { return test.Current().Targets[0].Name == "better" })
}

func TestWatchIsOffByDefault(t *testing.T) {
	test := newReloaderTest(t, accept)
	test.Watch(context.Background(), 0) // would not return if it watched
}
