// Command asyncjob_exporter exports the state of long-running asynchronous
// jobs on other people's systems as Prometheus metrics.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web"
)

const (
	// shutdownTimeout bounds the end: scrapes under way, then the logouts.
	shutdownTimeout = 10 * time.Second
	// readHeaderTimeout and idleTimeout keep slow clients from piling up.
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 5 * time.Minute
)

func main() {
	nameVersion()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	room := heapRoom()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	runtime.KeepAlive(room)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "asyncjob_exporter:", err)
		os.Exit(1)
	}
}

// run is the whole program: it returns when the context ends, or with what
// kept it from starting or serving.
func run(ctx context.Context, arguments []string, out, errOut io.Writer) error {
	app, f := newApplication(out, errOut)
	if _, err := app.Parse(arguments); err != nil {
		return fmt.Errorf("%w; --help lists the flags", namingFlag(app, arguments, err))
	}
	if f.budget.Timeout <= 0 || f.budget.Offset < 0 {
		return errors.New("--scrape.timeout must be above 0s, and --scrape.timeout-offset not below")
	}
	f.log.Writer = errOut
	logger := promslog.New(f.log)
	switch {
	case f.check:
		return check(f, out)
	case f.demo:
		return demo(ctx, f, out, logger)
	default:
		return serve(ctx, f, logger)
	}
}

// flags are the command line.
type flags struct {
	configFile     string
	check          bool
	reloadInterval time.Duration
	demo           bool
	budget         web.Budget
	externalURL    string
	routePrefix    string
	metricsPath    string
	maxRequests    int
	enablePprof    bool
	metricsJobs    bool
	web            *toolkit.FlagConfig
	log            *promslog.Config
}

func newApplication(out, errOut io.Writer) (*kingpin.Application, *flags) {
	app := kingpin.New("asyncjob_exporter", "Prometheus exporter for long-running asynchronous jobs on other systems.")
	app.UsageWriter(out).ErrorWriter(errOut)
	app.HelpFlag.Short('h')
	app.Version(version.Print("asyncjob_exporter"))
	f := &flags{log: &promslog.Config{}}
	app.Flag("config.file", "The configuration file.").Default("asyncjob.yml").StringVar(&f.configFile)
	app.Flag("config.check", "Check the configuration and the web configuration, print what was understood, and exit.").BoolVar(&f.check)
	app.Flag("config.auto-reload-interval", "How often to reload the configuration file when it changed; 0s: never.").
		Default("0s").DurationVar(&f.reloadInterval)
	app.Flag("demo", "Export the jobs of a built-in simulator of all systems, without configuration, account or network.").BoolVar(&f.demo)
	app.Flag("scrape.timeout", "How long a scrape may take whose request does not say so.").Default("30s").DurationVar(&f.budget.Timeout)
	app.Flag("scrape.timeout-offset", "How long before a scrape's timeout to answer with what is known by then.").
		Default("500ms").DurationVar(&f.budget.Offset)
	app.Flag("web.external-url", "Where the exporter can be reached from outside, through a proxy say; its path is put before those of all endpoints.").
		Default("").StringVar(&f.externalURL)
	app.Flag("web.route-prefix", "What to put before the paths of all endpoints, where a proxy changes it; else the path of --web.external-url.").
		Default("").StringVar(&f.routePrefix)
	app.Flag("web.telemetry-path", "Path of the metrics.").Default("/metrics").StringVar(&f.metricsPath)
	app.Flag("web.max-requests", "Scrapes at once, more are answered 503; 0: no limit.").Default("40").IntVar(&f.maxRequests)
	app.Flag("web.enable-pprof", "Serve profiles of the exporter below /debug/pprof/.").BoolVar(&f.enablePprof)
	app.Flag("web.metrics-jobs", "Show the jobs on the page of metrics; off: its own metrics only, jobs by /probe.").
		Default("true").BoolVar(&f.metricsJobs)
	f.web = kingpinflag.AddFlags(app, ":10110")
	promslogflag.AddFlags(app, f.log)
	return app, f
}

// check is --config.check.
func check(f *flags, out io.Writer) error {
	checked, err := config.Load(f.configFile, systems.Rules())
	if err != nil {
		return withHint(err)
	}
	if err := toolkit.Validate(*f.web.WebConfigFile); err != nil {
		return fmt.Errorf("web configuration %s: %w", *f.web.WebConfigFile, err)
	}
	for _, line := range checked.Summary() {
		fmt.Fprintln(out, line)
	}
	warnings, err := checked.CheckJobFiles()
	for _, warning := range append(checked.Warnings, warnings...) {
		fmt.Fprintln(out, "warning:", warning)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s is valid.\n", f.configFile)
	return nil
}

// demo serves the jobs of the simulator: its systems listen on loopback, and
// the configuration that it writes for them is read like any other.
func demo(ctx context.Context, f *flags, out io.Writer, logger *slog.Logger) error {
	simulated, err := simulator.Start(systems.Simulated(), simulator.Options{Logger: logger})
	if err != nil {
		return fmt.Errorf("starting the simulator: %w", err)
	}
	defer func() { _ = simulated.Close() }()
	directory, err := os.MkdirTemp("", "asyncjob_exporter_demo")
	if err != nil {
		return fmt.Errorf("making a place for the demo's configuration: %w", err)
	}
	defer os.RemoveAll(directory)
	f.configFile = filepath.Join(directory, "asyncjob.yml")
	if err := os.WriteFile(f.configFile, []byte(simulated.Config()), 0o600); err != nil {
		return fmt.Errorf("writing the demo's configuration: %w", err)
	}
	fmt.Fprint(out, demoGuide(simulated, f))
	return serve(ctx, f, logger)
}

// serve answers scrapes until the context ends.
func serve(ctx context.Context, f *flags, logger *slog.Logger) error {
	logger.Info("Starting asyncjob_exporter", "version", version.Info(), "build_context", version.BuildContext())
	registry := prometheus.NewRegistry()
	if err := registerOwn(registry); err != nil {
		return fmt.Errorf("registering the exporter's own metrics: %w", err)
	}
	reader, err := collector.New(collector.Options{
		Registerer: registry, Logger: logger,
	})
	if err != nil {
		return err
	}
	apply := func(next *config.Config) error { return reader.Apply(ctx, next) }
	reloader, err := config.NewReloader(f.configFile, systems.Rules(), apply, registry, logger)
	if err != nil {
		return withHint(err)
	}
	handler, err := web.New(web.Options{
		Collector: reader, Registry: registry, Logger: logger,
		ExternalURL: f.externalURL, RoutePrefix: f.routePrefix,
		MetricsPath: f.metricsPath, MetricsJobs: f.metricsJobs, MaxRequests: f.maxRequests, Budget: f.budget, EnablePprof: f.enablePprof,
		Reload:        reloader.Reload,
		Configuration: func() ([]byte, error) { return reloader.Current().Redacted() },
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var background sync.WaitGroup
	background.Go(func() { reloader.Watch(ctx, f.reloadInterval) })
	background.Go(func() { reloadOnHangup(ctx, reloader) })
	err = listen(ctx, f, handler, logger)
	stop()
	background.Wait()
	return errors.Join(err, shutDown(ctx, reader))
}

// withHint tells somebody who has no configuration yet how to go on.
func withHint(err error) error {
	if missing := (*fs.PathError)(nil); errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; --config.file names another, and --demo needs none", err)
	}
	return err
}

func registerOwn(registry *prometheus.Registry) error {
	return errors.Join(
		registry.Register(versioncollector.NewCollector("asyncjob_exporter")),
		registry.Register(collectors.NewGoCollector()),
		registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
}

func reloadOnHangup(ctx context.Context, reloader *config.Reloader) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-hangups:
			_ = reloader.Reload() // logged and exported by the reloader
		case <-ctx.Done():
			return
		}
	}
}

// listen serves until the context ends and the scrapes under way are answered.
func listen(ctx context.Context, f *flags, handler http.Handler, logger *slog.Logger) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout}
	failed := make(chan error, 1)
	go func() { failed <- toolkit.ListenAndServe(server, f.web, logger) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving on %s (--web.listen-address): %w", strings.Join(*f.web.WebListenAddresses, ", "), err)
	case <-ctx.Done():
	}
	logger.Info("Shutting down")
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(bounded)
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		return errors.Join(err, served)
	}
	return err
}

// shutDown logs out of all targets.
func shutDown(ctx context.Context, reader *collector.Collector) error {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return reader.Close(bounded)
}

// demoGuide tells where to look.
func demoGuide(simulated *simulator.Simulator, f *flags) string {
	address := (*f.web.WebListenAddresses)[0]
	if host, port, err := net.SplitHostPort(address); err == nil && host == "" {
		address = net.JoinHostPort("localhost", port)
	}
	var guide strings.Builder
	fmt.Fprintf(&guide, "The demo's jobs:\n  http://%s/jobs\n  http://%s%s\n\nThe simulated systems:\n", address, address, f.metricsPath)
	for _, system := range systems.Collected() {
		fmt.Fprintf(&guide, "  %-20s %s\n", system.Name(), simulated.URL(system.Name()))
	}
	fmt.Fprintf(&guide, `
The configuration is %s, a copy is at http://%s/config.
For Prometheus:

scrape_configs:
  - job_name: asyncjob
    scrape_interval: 15s
    static_configs:
      - targets: ["%s"]

`, f.configFile, address, address)
	return guide.String()
}
