// Command scalerules prints a file of Prometheus rules with all its durations
// multiplied by a factor, so that a test need not wait half an hour for an alert:
//
//	go run ./internal/scalerules --factor=0.005 alerts/asyncjob.rules.yml
//
// It changes ranges, subquery steps and offsets in the expressions, the seconds
// that are taken from now ("time() - 1800"), "for", "keep_firing_for" and the
// groups' "interval". Other plain numbers stay as they are, also those that are
// seconds or hours, and so do annotations.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kingpin/v2"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "scalerules:", err)
		os.Exit(1)
	}
}

func run(arguments []string, out, errOut io.Writer) error {
	app := kingpin.New("scalerules", "Print Prometheus rules with all durations multiplied by a factor.")
	app.UsageWriter(out).ErrorWriter(errOut)
	factor := app.Flag("factor", "What to multiply by, such as 0.005.").Required().Float64()
	path := app.Arg("file", "The file of rules.").Required().String()
	if _, err := app.Parse(arguments); err != nil {
		return fmt.Errorf("%w; --help lists the flags", err)
	}
	if *factor <= 0 {
		return fmt.Errorf("the factor is %v, it has to be positive", *factor)
	}
	text, err := os.ReadFile(*path)
	if err != nil {
		return fmt.Errorf("reading the rules: %w", err)
	}
	scaled, err := scaleFile(text, *factor)
	if err != nil {
		return fmt.Errorf("scaling %s: %w", *path, err)
	}
	if _, err := out.Write(scaled); err != nil {
		return fmt.Errorf("writing the scaled rules: %w", err)
	}
	return nil
}
