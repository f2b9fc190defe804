// Command bench measures the exporter as whole processes: against the
// simulator in a process of its own, beside a bare client that only fetches
// and decodes the same replies, and beside any other exporter. It runs on
// Linux, whose clocks can tell the CPU time of another process.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/alecthomas/kingpin/v2"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	app := kingpin.New("bench", "Measures asyncjob_exporter as whole processes.")
	var s scenario
	simulate := app.Command("simulate", "Serve a load of jobs until interrupted, and write the exporter's configuration for it.")
	simulate.Flag("jobs", "Number of jobs.").IntVar(&s.jobs)
	simulate.Flag("finished", "Share of them that is final.").Float64Var(&s.finished)
	simulate.Flag("latency", "Time before each answer.").DurationVar(&s.latency)
	simulate.Flag("system", "The only system; default: all.").StringVar(&s.system)
	simulate.Flag("max-concurrency", "Parallel requests to one target.").IntVar(&s.concurrency)
	configPath := simulate.Flag("config", "Where to write the configuration.").Required().String()

	floor := app.Command("floor", "Serve /round, which fetches and decodes all jobs once, and nothing else.")
	floorConfig := floor.Flag("config", "The exporter's configuration.").Required().String()
	floorAddress := floor.Flag("listen", "Address to listen on.").Required().String()

	compare := app.Command("compare", "Run all scenarios and print the tables.")
	var b bench
	compare.Flag("exporter", "The exporter's binary.").Required().StringVar(&b.exporter)
	compare.Flag("peer", "Another exporter's binary, started with the configuration beside this program.").StringVar(&b.peer)
	compare.Flag("rounds", "Rounds of each measurement.").Default("7").IntVar(&b.rounds)
	compare.Flag("only", "Run only the scenarios whose name contains this.").StringVar(&b.only)

	command, err := app.Parse(arguments)
	if err != nil {
		return err
	}
	switch command {
	case simulate.FullCommand():
		return serveLoad(ctx, s, *configPath)
	case floor.FullCommand():
		return serveFloor(ctx, *floorConfig, *floorAddress)
	default:
		return b.compare(ctx)
	}
}
