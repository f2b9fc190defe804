package collector

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// triedJob is the id of a job whose reply is tried.
const triedJob = "try"

// Try writes the metrics that a saved status reply would give, without network.
// The error is what a read of it would have failed with.
func Try(ctx context.Context, out io.Writer, tried system.Trier, target *config.Target, reply []byte) error {
	found, failed := tried.Try(ctx, target, reply)
	view := exposition.View{Name: triedJob, Kind: tried.Kinds()[0], ErrorText: target.ErrorText, MaxFiles: target.MaxFiles}
	if failed != nil {
		view.Reason = upstream.FailureOf(failed).Reason
	} else {
		view.Job = found
		if found.Name != "" {
			view.Name = found.Name
		}
		if !found.State.Final() {
			view.MaxDuration = target.MaxDuration
		}
	}
	if err := writeOne(out, tried, target, view); err != nil {
		return fmt.Errorf("writing the metrics: %w", err)
	}
	return failed
}

// writeOne writes the exposition of one job.
func writeOne(out io.Writer, of system.System, target *config.Target, view exposition.View) error {
	table := exposition.NewTable(infosOf([]system.System{of}))
	labels := slices.Sorted(maps.Keys(target.Labels))
	identity := []string{of.Name(), target.Name, triedJob}
	for _, label := range labels {
		identity = append(identity, target.Labels[label])
	}
	x := exposition.New(table, table.Layout(labels), nil, exposition.NewPartsPool(), func(int, time.Duration) {})
	x.AddJob(identity, table.Samples(of.Name(), view, &exposition.List{}, exposition.Samples{}))
	for family := range x.Families() {
		if _, err := expfmt.MetricFamilyToText(out, family); err != nil {
			return err
		}
	}
	return nil
}
