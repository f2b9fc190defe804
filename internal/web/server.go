// Package web is the exporter's HTTP endpoints.
package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
)

// Options are what the endpoints serve and how.
type Options struct {
	Collector *collector.Collector
	// Registry holds the exporter's own metrics.
	Registry *prometheus.Registry
	Logger   *slog.Logger

	MetricsPath string
	// MetricsJobs puts the jobs on the page of metrics.
	MetricsJobs bool
	// MaxRequests is the number of scrapes at once; 0: no limit.
	MaxRequests int
	Budget      Budget
	EnablePprof bool

	// Reload reads the configuration again; its error says why it was refused.
	Reload func() error
	// Configuration is the effective configuration without secrets, as YAML.
	Configuration func() ([]byte, error)
}

type server struct{ Options }

// New returns a handler for all endpoints. The error tells that the metrics'
// path is taken, or is one of the landing page.
func New(options Options) (http.Handler, error) {
	if err := checkMetricsPath(options.MetricsPath); err != nil {
		return nil, err
	}
	s := &server{options}
	mux := http.NewServeMux()
	scrapes := func(h http.HandlerFunc) http.Handler { return h }
	if options.MaxRequests > 0 {
		limit := newLimit(options.MaxRequests)
		scrapes = func(h http.HandlerFunc) http.Handler { return limit.around(h) }
	}
	mux.Handle("GET "+exactly(options.MetricsPath), scrapes(s.metrics))
	mux.Handle("GET /probe", scrapes(s.probe))
	mux.HandleFunc("GET /sd", s.serviceDiscovery)
	mux.Handle("GET /jobs", newJobsHandler(options.Collector.Overview, time.Now))
	mux.HandleFunc("GET /config", s.configuration)
	mux.HandleFunc("POST /-/reload", s.reload)
	mux.HandleFunc("GET /-/healthy", says("Healthy"))
	mux.HandleFunc("GET /-/ready", says("Ready"))
	if options.EnablePprof {
		addPprof(mux)
	}
	if options.MetricsPath != "/" {
		landing, err := s.landingPage()
		if err != nil {
			return nil, fmt.Errorf("making the landing page: %w", err)
		}
		mux.Handle("GET /{$}", landing)
	}
	return compressed(mux)
}

// checkMetricsPath refuses a path that another endpoint has, or that is none.
func checkMetricsPath(given string) error {
	plain := regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`)
	if !plain.MatchString(given) || path.Clean(given) != given {
		return fmt.Errorf("--web.telemetry-path=%q: must be a path such as /metrics, of letters, digits and . _ ~ -", given)
	}
	if slices.Contains([]string{"/probe", "/sd", "/jobs", "/config"}, given) || strings.HasPrefix(given, "/-/") || strings.HasPrefix(given, "/debug/") {
		return fmt.Errorf("--web.telemetry-path=%s: another endpoint has this path", given)
	}
	return nil
}

// exactly is the pattern of one path and nothing below it.
func exactly(metricsPath string) string {
	if metricsPath == "/" {
		return "/{$}"
	}
	return metricsPath
}

func (s *server) landingPage() (http.Handler, error) {
	profiling := "false"
	if s.EnablePprof {
		profiling = "true"
	}
	return toolkit.NewLandingPage(toolkit.LandingConfig{
		Name:        "asyncjob_exporter",
		Description: "Prometheus exporter for long-running asynchronous jobs on other systems",
		Version:     version.Info(),
		Profiling:   profiling,
		Form:        toolkit.LandingForm{},
		Links: []toolkit.LandingLinks{
			{Address: s.MetricsPath, Text: "Metrics", Description: "the exporter's own, and all configured and discovered jobs"},
			{Address: "/jobs", Text: "Jobs", Description: "the jobs as a page for people"},
			{Address: "/sd", Text: "Service discovery by target", Description: "for http_sd_configs; /sd?by=job lists jobs"},
			{Address: "/sd?by=job", Text: "Service discovery by job"},
			{Address: "/config", Text: "Configuration", Description: "as it is in force, without secrets"},
			{Address: "/-/healthy", Text: "Health"},
			{Address: "/-/ready", Text: "Readiness"},
		},
	})
}

// configuration serves the effective configuration.
func (s *server) configuration(w http.ResponseWriter, _ *http.Request) {
	text, err := s.Configuration()
	if err != nil {
		s.Logger.Error("showing the configuration", "err", err)
		http.Error(w, "The configuration cannot be shown, see the log.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if _, err := w.Write(text); err != nil {
		s.Logger.Debug("answering /config", "err", err)
	}
}

func (s *server) reload(w http.ResponseWriter, _ *http.Request) {
	if err := s.Reload(); err != nil {
		http.Error(w, "Reloading the configuration failed, the old one stays in force:\n"+err.Error(), http.StatusInternalServerError)
		return
	}
	says("Reloaded")(w, nil)
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, text)
	}
}

func addPprof(mux *http.ServeMux) {
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
}
