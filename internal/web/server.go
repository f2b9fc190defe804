// Package web is the exporter's HTTP endpoints.
package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/api"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/page"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// Options are what the endpoints serve and how.
type Options struct {
	Collector *collector.Collector
	// Registry holds the exporter's own metrics.
	Registry *prometheus.Registry
	Logger   *slog.Logger

	// ExternalURL is where a proxy shows the exporter, RoutePrefix what stands
	// before the path of each endpoint; both may be empty.
	ExternalURL string
	RoutePrefix string

	MetricsPath string
	// MetricsJobs puts the jobs on the page of metrics.
	MetricsJobs bool
	// MaxRequests is the number of scrapes at once; 0: no limit.
	MaxRequests int
	Budget      Budget
	EnablePprof bool

	// Reload reads the configuration again; its error says why it was refused.
	Reload func() error
	// Refusal is when and why the configuration that was tried last was refused;
	// no error: it is in force.
	Refusal func() (at time.Time, err error)
	// Configuration is the effective configuration without secrets, as YAML.
	Configuration func() ([]byte, error)
}

type server struct {
	Options
	location location
	// scrapes bounds and counts handlers that may read upstreams.
	scrapes func(http.HandlerFunc) http.Handler
	// asked are the scrapes that asked for jobs.
	asked scrapeClock
}

// New returns a handler for all endpoints. The error tells that a path or URL
// cannot be used, or that the metrics' path is taken.
func New(options Options) (http.Handler, error) {
	if err := checkMetricsPath(options.MetricsPath); err != nil {
		return nil, err
	}
	where, err := newLocation(options.ExternalURL, options.RoutePrefix)
	if err != nil {
		return nil, err
	}
	scrapes, err := scrapesOf(options)
	if err != nil {
		return nil, err
	}
	s := &server{Options: options, location: where, scrapes: scrapes}
	mux, err := s.routes()
	if err != nil {
		return nil, err
	}
	all, err := compressed(sameSite(mux))
	if err != nil {
		return nil, err
	}
	return boundClients(all), nil
}

// routes are all endpoints by their paths.
func (s *server) routes() (*http.ServeMux, error) {
	mux := http.NewServeMux()
	handle := func(method, path string, h http.Handler) { mux.Handle(s.location.pattern(method, path), h) }
	handle("GET", exactly(s.MetricsPath), s.scrapes(s.metrics))
	handle("GET", "/probe", s.scrapes(s.probe))
	handle("GET", "/sd", s.serviceDiscovery())
	jobs, err := page.New(s.exporter())
	if err != nil {
		return nil, fmt.Errorf("making the page of jobs: %w", err)
	}
	handle("GET", "/jobs", jobs)
	handle("POST", "/jobs/read", s.scrapes(jobs.ReadNow))
	handle("GET", "/jobs/{$}", redirectTo("../jobs", http.StatusMovedPermanently))
	programs := &api.Handler{Overview: s.Collector.Overview, Moment: s.moment}
	handle("GET", "/api/v1/jobs", http.HandlerFunc(programs.Jobs))
	handle("GET", "/api/v1/targets", http.HandlerFunc(programs.Targets))
	handle("GET", "/config", http.HandlerFunc(s.configuration))
	handle("POST", "/-/reload", http.HandlerFunc(s.reload))
	handle("PUT", "/-/reload", http.HandlerFunc(s.reload))
	handle("GET", "/-/healthy", says("Healthy"))
	handle("GET", "/-/ready", says("Ready"))
	if s.EnablePprof {
		s.addPprof(handle)
	}
	if s.MetricsPath != "/" {
		handle("GET", "/{$}", http.HandlerFunc(s.landing))
	}
	if s.location.prefix != "" {
		mux.Handle("GET /{$}", redirectTo(s.location.external.Path+"/", http.StatusFound))
	}
	return mux, nil
}

// moment is now.
func (s *server) moment() shown.Moment {
	return shown.Moment{Now: time.Now(), Scrapes: s.asked.scrapes()}
}

// exporter is what the pages of jobs ask for.
func (s *server) exporter() page.Exporter {
	exporter := page.Exporter{
		Overview: s.Collector.Overview,
		Moment:   s.moment,
		Started:  time.Now(),
		Refusal:  s.Refusal,
		ReadJob: func(ctx context.Context, target string, asked config.Job) error {
			ctx, cancel := context.WithTimeout(ctx, s.Budget.Timeout)
			defer cancel()
			return s.Collector.ReadNow(ctx, target, asked)
		},
	}
	if s.MetricsJobs { // else others scrape their share of the jobs by /probe
		exporter.ReadAll = func(ctx context.Context) { s.Collector.Scrape(ctx) }
	}
	return exporter
}

// sameSite refuses what changes something where a browser says that the page
// of another site wants it.
func sameSite(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "Refused: the page of another site asks for this.", http.StatusForbidden)
	}))
	return protection.Handler(next)
}

// checkMetricsPath refuses a path that another endpoint has, or that is none.
func checkMetricsPath(given string) error {
	if !plainPath(given) {
		return fmt.Errorf("--web.telemetry-path=%q: must be a path such as /metrics, of letters, digits and . _ ~ -", given)
	}
	taken := slices.Contains([]string{"/probe", "/sd", "/jobs", "/config"}, given) ||
		slices.ContainsFunc([]string{"/-/", "/debug/", "/api/"}, func(below string) bool { return strings.HasPrefix(given, below) })
	if taken {
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

func (s *server) addPprof(handle func(method, path string, h http.Handler)) {
	handle("GET", "/debug/pprof/", http.StripPrefix(s.location.prefix, http.HandlerFunc(pprof.Index)))
	handle("GET", "/debug/pprof/cmdline", http.HandlerFunc(pprof.Cmdline))
	handle("GET", "/debug/pprof/profile", http.HandlerFunc(pprof.Profile))
	handle("GET", "/debug/pprof/symbol", http.HandlerFunc(pprof.Symbol))
	handle("GET", "/debug/pprof/trace", http.HandlerFunc(pprof.Trace))
}
