package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// onlineTime bounds the trials of all job URLs and targets together.
const onlineTime = time.Minute

// errTargets is the error of a configuration of which a target does not work; the
// lines before it say which and why.
var errTargets = errors.New("not all targets work")

// tryOnline asks what a configuration names: its job URLs, then its targets. It
// prints a line for each, and tries all of them whatever fails.
func tryOnline(ctx context.Context, checked *config.Config, logger *slog.Logger, out io.Writer) error {
	bounded, cancel := context.WithTimeout(ctx, onlineTime)
	defer cancel()
	found, err := checked.CheckJobURLs(bounded)
	for _, line := range found {
		fmt.Fprintln(out, line)
	}
	return errors.Join(err, tryTargets(bounded, checked, logger, out))
}

// tryTargets logs in to each target, lists once and logs out again, and prints a
// line for each.
func tryTargets(ctx context.Context, checked *config.Config, logger *slog.Logger, out io.Writer) error {
	tried, err := collector.New(collector.Options{Registerer: prometheus.NewRegistry(), Logger: logger})
	if err != nil {
		return err
	}
	defer func() {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutTime)
		defer cancel()
		if err := tried.Close(bounded); err != nil {
			logger.Warn("Not all sessions were logged out of; they end by themselves when idle", "err", err)
		}
	}()
	if err := tried.Apply(ctx, checked); err != nil {
		return err
	}
	var failed error
	for _, trial := range tried.TryTargets(ctx) {
		words := trial.Found
		if trial.Err != nil {
			failed = errTargets
			words = append(words, trial.Err.Error())
		}
		fmt.Fprintf(out, "%s: %s\n", trial.Target, strings.Join(words, ", "))
	}
	return failed
}
