package config

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Reloader holds the configuration in force and replaces it by a newer one that
// is valid and can be applied.
type Reloader struct {
	path   string
	rules  Rules
	apply  func(*Config) error
	logger *slog.Logger

	current atomic.Pointer[Config]
	refusal atomic.Pointer[refusedReload]

	mutex   sync.Mutex        // held while loading and applying
	digest  [sha256.Size]byte // of the texts tried last
	failure string            // why the last try failed; empty where it did not

	successful prometheus.Gauge
	succeeded  prometheus.Gauge
}

// refusedReload is when and why a configuration was refused.
type refusedReload struct {
	at  time.Time
	err error
}

// NewReloader loads the configuration for the first time and applies it; the
// error says why that cannot be done, and the program should end with it. apply
// is called with each new configuration before it is the current one, and never
// twice at once; where it fails, the old configuration stays. rules are those of
// Load.
func NewReloader(path string, rules Rules, apply func(*Config) error, registerer prometheus.Registerer, logger *slog.Logger) (*Reloader, error) {
	r := &Reloader{
		path:   path,
		rules:  rules,
		apply:  apply,
		logger: logger,
		successful: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "asyncjob_exporter_config_last_reload_successful",
			Help: "Whether the last attempt to load the configuration was successful.",
		}),
		succeeded: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "asyncjob_exporter_config_last_reload_success_timestamp_seconds",
			Help: "When the configuration was last loaded successfully, in Unix seconds.",
		}),
	}
	for _, metric := range []prometheus.Collector{r.successful, r.succeeded} {
		if err := registerer.Register(metric); err != nil {
			return nil, fmt.Errorf("registering the reloader's metrics: %w", err)
		}
	}
	if err := r.load(); err != nil {
		return nil, err
	}
	r.logger.Info("Loaded the configuration", "file", r.path, "targets", len(r.Current().Targets))
	return r, nil
}

// Current is the configuration in force.
func (r *Reloader) Current() *Config { return r.current.Load() }

// Refusal is when and why the configuration was refused that was tried last; no
// error: it is in force.
func (r *Reloader) Refusal() (at time.Time, err error) {
	if refused := r.refusal.Load(); refused != nil {
		return refused.at, refused.err
	}
	return time.Time{}, nil
}

// Reload loads the configuration file and applies it. The old configuration
// stays where that fails; the error says why, a line for each problem.
func (r *Reloader) Reload() error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	err := r.load()
	r.logOutcome(err)
	return err
}

// Watch reloads whenever the content of the configuration file has changed, and
// tries again while the last reload failed, until the context ends. It looks at
// the file once in each interval; an interval of 0 is: never.
func (r *Reloader) Watch(ctx context.Context, interval time.Duration) {
	if interval <= 0 {
		return
	}
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.reloadIfChanged()
		}
	}
}

// reloadIfChanged does not log a failure again that is the same as before.
func (r *Reloader) reloadIfChanged() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	before := r.failure
	if digest, err := r.currentDigest(); before == "" && err == nil && digest == r.digest {
		return
	}
	if err := r.load(); err == nil || err.Error() != before {
		r.logOutcome(err)
	}
}

// load tries the file once and keeps the metrics.
func (r *Reloader) load() error {
	config, err := r.replace()
	if err != nil {
		r.failure = err.Error()
		r.refusal.Store(&refusedReload{time.Now(), err})
		r.successful.Set(0)
		return err
	}
	r.failure = ""
	r.refusal.Store(nil)
	r.current.Store(config)
	r.successful.Set(1)
	r.succeeded.SetToCurrentTime()
	for _, warning := range config.Warnings {
		r.logger.Warn("Unwise configuration", "warning", warning)
	}
	return nil
}

func (r *Reloader) replace() (*Config, error) {
	text, err := readFile(r.path)
	if err != nil {
		return nil, err
	}
	config, err := Parse(text, r.path, r.rules)
	if err != nil {
		return nil, err
	}
	r.digest = digestOf(text, config.systemFiles)
	if err := r.apply(config); err != nil {
		return nil, fmt.Errorf("applying the configuration of %s: %w", r.path, err)
	}
	return config, nil
}

// currentDigest is that of the configuration file as it is now, and of the files
// that the configuration in force names.
func (r *Reloader) currentDigest() (digest [sha256.Size]byte, err error) {
	text, err := readFile(r.path)
	if err != nil {
		return digest, err
	}
	return digestOf(text, r.Current().systemFiles), nil
}

// digestOf is the digest of a text and of the files that globs match, names
// included: a file that is added or that cannot be read is a change too.
func digestOf(text []byte, globs []string) (digest [sha256.Size]byte) {
	all := sha256.New()
	all.Write(text)
	for _, glob := range globs {
		paths, err := filesOfGlob(glob)
		fmt.Fprintf(all, "\x00%v", err)
		for _, path := range paths {
			content, _, err := readRegularFile(path, maxFileBytes)
			fmt.Fprintf(all, "\x00%s\x00%v\x00%s", path, err, content)
		}
	}
	all.Sum(digest[:0])
	return digest
}

func (r *Reloader) logOutcome(err error) {
	if err != nil {
		r.logger.Error("Reload refused, the old configuration stays", "file", r.path, "err", err)
		return
	}
	r.logger.Info("Reloaded the configuration", "file", r.path, "targets", len(r.Current().Targets))
}
