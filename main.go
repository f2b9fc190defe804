// Command asyncjob_exporter exports the state of long-running asynchronous
// jobs on other people's systems as Prometheus metrics.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	_ "time/tzdata" // vendors name time zones, and a bare container has none

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/version"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/program"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web"
)

func main() {
	nameVersion()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if err := run(ctx, os.Args[1:], hangups, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "asyncjob_exporter:", err)
		os.Exit(1)
	}
}

// run is the whole program: it returns when the context ends, or with what
// kept it from starting or serving.
func run(ctx context.Context, arguments []string, hangups <-chan os.Signal, out, errOut io.Writer) error {
	flags, err := program.ParseFlags(arguments, out, errOut)
	if err != nil {
		return err
	}
	logger := promslog.New(flags.Log)
	switch {
	case flags.Check:
		return program.Check(ctx, flags, systems.Rules(), logger, out)
	case flags.Try != "":
		return program.Try(ctx, flags, systems.Rules(), out, errOut)
	case flags.PrintSystem != "":
		return program.PrintSystem(flags, systems.Description, out)
	case flags.Demo:
		return demo(ctx, flags, hangups, out, logger)
	default:
		return serve(ctx, flags, hangups, logger)
	}
}

// demo serves the jobs of the simulator.
func demo(ctx context.Context, flags *program.Flags, hangups <-chan os.Signal, out io.Writer, logger *slog.Logger) error {
	apis, err := systems.Demo()
	if err != nil {
		return fmt.Errorf("starting the simulator: %w", err)
	}
	simulated, err := simulator.Start(apis, simulator.Options{Logger: logger})
	if err != nil {
		return fmt.Errorf("starting the simulator: %w", err)
	}
	defer func() { _ = simulated.Close() }()
	demo, err := program.StartDemo(flags, simulated)
	if err != nil {
		return err
	}
	defer demo.Close()
	fmt.Fprint(out, demo.Guide(flags, apis))
	return serve(ctx, flags, hangups, logger)
}

// serve wires the parts of the exporter, and answers scrapes until the context ends.
func serve(ctx context.Context, flags *program.Flags, hangups <-chan os.Signal, logger *slog.Logger) error {
	logger.Info("Starting asyncjob_exporter", "version", version.Info(), "build_context", version.BuildContext())
	registry := prometheus.NewRegistry()
	if err := registerOwn(registry); err != nil {
		return fmt.Errorf("registering the exporter's own metrics: %w", err)
	}
	reader, err := collector.New(collector.Options{Registerer: registry, Logger: logger})
	if err != nil {
		return err
	}
	apply := func(next *config.Config) error { return reader.Apply(ctx, next) }
	reloader, err := config.NewReloader(flags.ConfigFile, systems.Rules(), apply, registry, logger)
	if err != nil {
		return program.WithHint(err)
	}
	handler, err := web.New(web.Options{
		Collector: reader, Registry: registry, Logger: logger,
		ExternalURL: flags.ExternalURL, RoutePrefix: flags.RoutePrefix,
		MetricsPath: flags.MetricsPath, MetricsJobs: flags.MetricsJobs, MaxRequests: flags.MaxRequests,
		Budget: flags.Budget, EnablePprof: flags.EnablePprof,
		Reload:        reloader.Reload,
		Refusal:       reloader.Refusal,
		Configuration: func() ([]byte, error) { return reloader.Current().Redacted() },
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { reloader.Watch(ctx, flags.ReloadInterval) })
	background.Go(func() { program.ReloadOnHangup(ctx, hangups, reloader) })
	background.Go(func() { program.LimitGarbage(ctx) })
	err = program.Serve(ctx, flags, handler, reader, logger)
	stop()
	background.Wait()
	return err
}

func registerOwn(registry *prometheus.Registry) error {
	return errors.Join(
		registry.Register(versioncollector.NewCollector("asyncjob_exporter")),
		registry.Register(collectors.NewGoCollector()),
		registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
}
