package collector_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// BenchmarkScrape reads and encodes all jobs. The simulator runs in the same
// process, so its time counts too; internal/bench measures processes apart.
func BenchmarkScrape(b *testing.B) {
	for _, load := range []simulator.Load{
		{Jobs: 100, FilesPerSession: 8, DataCenters: 4},
		{Jobs: 1000, FilesPerSession: 8, DataCenters: 4},
		{Jobs: 1000, FilesPerSession: 8, DataCenters: 4, FinishedShare: 0.8},
		{Jobs: 10000, FilesPerSession: 8, DataCenters: 4, FinishedShare: 1},
	} {
		b.Run(fmt.Sprintf("%d jobs, %g finished", load.Jobs, load.FinishedShare), func(b *testing.B) {
			c := collectorOf(b, load)
			scrapeOnce(b, c) // logins, connections, and what is finished
			b.ReportAllocs()
			for b.Loop() {
				scrapeOnce(b, c)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(load.Jobs), "µs/job")
		})
	}
}

func collectorOf(b *testing.B, load simulator.Load) *collector.Collector {
	b.Helper()
	simulated, err := simulator.Start(systems.Simulated(), simulator.Options{Load: &load})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = simulated.Close() })
	settings, err := config.Parse([]byte(simulated.Config()), "bench.yml", systems.Rules())
	if err != nil {
		b.Fatal(err)
	}
	c, err := collector.New(collector.Options{
		Registerer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Apply(b.Context(), settings); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close(context.WithoutCancel(b.Context())) })
	return c
}

func scrapeOnce(b *testing.B, c *collector.Collector) {
	b.Helper()
	for family := range c.Scrape(b.Context()).Families() {
		if _, err := expfmt.MetricFamilyToOpenMetrics(io.Discard, family); err != nil {
			b.Fatal(err)
		}
	}
}
