package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

	toolkit "github.com/prometheus/exporter-toolkit/web"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Check is --config.check: it validates the configuration and the web
// configuration, and prints what was understood. With --config.online it also tries
// each target.
func Check(ctx context.Context, f *Flags, rules config.Rules, logger *slog.Logger, out io.Writer) error {
	checked, err := config.Load(f.ConfigFile, rules)
	if err != nil {
		return WithHint(err)
	}
	if err := toolkit.Validate(*f.Web.WebConfigFile); err != nil {
		return fmt.Errorf("web configuration %s: %w", *f.Web.WebConfigFile, err)
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
	fmt.Fprintf(out, "%s is valid.\n", f.ConfigFile)
	if f.Online {
		return tryOnline(ctx, checked, logger, out)
	}
	return nil
}

// WithHint tells somebody who has no configuration yet how to go on.
func WithHint(err error) error {
	if missing := (*fs.PathError)(nil); errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; --config.file names another, and --demo needs none", err)
	}
	return err
}
