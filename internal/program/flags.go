// Package program is what the exporter does as a program of the command line:
// its flags, its checks, its demo, and how it serves and ends. main wires it.
package program

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"
	toolkit "github.com/prometheus/exporter-toolkit/web"
	"github.com/prometheus/exporter-toolkit/web/kingpinflag"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web"
)

// defaultConfigFile is read where no other is named.
const defaultConfigFile = "asyncjob.yml"

// Flags are the command line.
type Flags struct {
	ConfigFile string
	Check      bool
	// Online lets Check ask the upstreams too.
	Online bool
	// Try is a system and a file with a reply of it, with a colon between them.
	Try string
	// PrintSystem is the name of a description that is built in.
	PrintSystem    string
	ReloadInterval time.Duration
	Demo           bool
	Budget         web.Budget
	ExternalURL    string
	RoutePrefix    string
	MetricsPath    string
	MaxRequests    int
	EnablePprof    bool
	MetricsJobs    bool
	Web            *toolkit.FlagConfig
	Log            *promslog.Config
}

// ParseFlags reads the arguments of the command line. Help and the version are
// written to out. The error names the flag that is wrong.
func ParseFlags(arguments []string, out, errOut io.Writer) (*Flags, error) {
	app, f := newApplication(out, errOut)
	if _, err := app.Parse(arguments); err != nil {
		return nil, fmt.Errorf("%w; --help lists the flags", namingFlag(app, arguments, err))
	}
	if f.Budget.Timeout <= 0 || f.Budget.Offset < 0 {
		return nil, errors.New("--scrape.timeout must be above 0s, and --scrape.timeout-offset not below")
	}
	if f.Online && !f.Check {
		return nil, errors.New("--config.online: goes with --config.check, which it extends")
	}
	f.Log.Writer = errOut
	return f, nil
}

// newApplication declares the flags.
func newApplication(out, errOut io.Writer) (*kingpin.Application, *Flags) {
	app := kingpin.New("asyncjob_exporter", "Prometheus exporter for long-running asynchronous jobs on other systems.")
	app.UsageWriter(out).ErrorWriter(errOut)
	app.HelpFlag.Short('h')
	app.Version(version.Print("asyncjob_exporter"))
	f := &Flags{Log: &promslog.Config{}}
	app.Flag("config.file", "The configuration file.").Default(defaultConfigFile).StringVar(&f.ConfigFile)
	app.Flag("config.check", "Check the configuration and the web configuration, print what was understood, and exit.").BoolVar(&f.Check)
	app.Flag("config.online", "With --config.check: also log in to each target, list its jobs once, and say what was found.").BoolVar(&f.Online)
	app.Flag("config.try", "SYSTEM:FILE: print the metrics that a saved status reply of the system would give, without network, and exit.").
		PlaceHolder("SYSTEM:FILE").StringVar(&f.Try)
	app.Flag("config.print-system", "Print the description of a built-in system as it would stand in the configuration, and exit.").
		PlaceHolder("NAME").StringVar(&f.PrintSystem)
	app.Flag("config.auto-reload-interval", "How often to reload the configuration file when it changed; 0s: never.").
		Default("0s").DurationVar(&f.ReloadInterval)
	app.Flag("demo", "Export the jobs of a built-in simulator of all systems, without configuration, account or network.").BoolVar(&f.Demo)
	app.Flag("scrape.timeout", "How long a scrape may take whose request does not say so.").Default("30s").DurationVar(&f.Budget.Timeout)
	app.Flag("scrape.timeout-offset", "How long before a scrape's timeout to answer with what is known by then.").
		Default("500ms").DurationVar(&f.Budget.Offset)
	app.Flag("web.external-url", "Where the exporter can be reached from outside, through a proxy say; its path is put before those of all endpoints.").
		Default("").StringVar(&f.ExternalURL)
	app.Flag("web.route-prefix", "What to put before the paths of all endpoints, where a proxy changes it; else the path of --web.external-url.").
		Default("").StringVar(&f.RoutePrefix)
	app.Flag("web.telemetry-path", "Path of the metrics.").Default("/metrics").StringVar(&f.MetricsPath)
	app.Flag("web.max-requests", "Scrapes at once, more are answered 503; 0: no limit.").Default("40").IntVar(&f.MaxRequests)
	app.Flag("web.enable-pprof", "Serve profiles of the exporter below /debug/pprof/.").BoolVar(&f.EnablePprof)
	app.Flag("web.metrics-jobs", "Show the jobs on the page of metrics; off: its own metrics only, jobs by /probe.").
		Default("true").BoolVar(&f.MetricsJobs)
	f.Web = kingpinflag.AddFlags(app, ":10110")
	promslogflag.AddFlags(app, f.Log)
	return app, f
}
