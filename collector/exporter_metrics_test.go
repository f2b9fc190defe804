package collector_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// TestExportersOwnMetrics compares the exporter's metrics about itself after
// two scrapes of all systems, in which one job is finished, one in a state that
// no table has, and one cannot be read.
func TestExportersOwnMetrics(t *testing.T) {
	families := ownFamilies(t)
	text := metrictest.Encode(t, families, expfmt.TypeTextPlain)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
	goldentest.CompareFile(t, "exporter", text)
}

// ownFamilies are the exporter's own metrics, what differs between builds and
// runs made alike.
func ownFamilies(t *testing.T) []*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewRegistry()
	if err := registry.Register(versioncollector.NewCollector("asyncjob_exporter")); err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.DiscardHandler)
	clock := exportertest.NewClockAt(goldentest.ReplyTime())
	made, err := collector.New(collector.Options{
		Registerer: registry, Logger: logger, Now: clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	apply := func(next *config.Config) error { return made.Apply(t.Context(), next) }
	if _, err := config.NewReloader(writeConfig(t, directory), systems.Rules(), apply, registry, logger); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		goldentest.Examined(t, made.Scrape(t.Context()))
		clock.Advance(1)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for _, family := range families {
		makeAlike(family, directory)
	}
	return families
}

// writeConfig writes the golden cases of all systems, and a job file beside them.
func writeConfig(t *testing.T, directory string) string {
	t.Helper()
	text := "targets:\n"
	for _, c := range oneCaseOfEachSystem() {
		if c.system == "sample_exchange" {
			c.keys += "\njob_files: [jobs.yml]"
			c.replies = c.replies.With(goldentest.Routes{
				"/sampleExchange/v1/samples/async/1": "finished.json", "/sampleExchange/v1/samples/async/2": "unknown-word.json", "/sampleExchange/v1/samples/async/3": "truncated.json",
			})
		}
		text += goldentest.Target(c.target, c.system, goldentest.Serve(t, c.system, c.replies).URL, c.keys)
	}
	path := filepath.Join(directory, "asyncjob.yml")
	for name, content := range map[string]string{path: text, filepath.Join(directory, "jobs.yml"): "[{id: 1}, {id: 2}, {id: 3}]"} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func makeAlike(family *dto.MetricFamily, directory string) {
	for _, m := range family.GetMetric() {
		for _, label := range m.GetLabel() {
			value := strings.TrimPrefix(label.GetValue(), directory+string(filepath.Separator))
			if family.GetName() == "asyncjob_exporter_build_info" {
				value = "of the build"
			}
			label.Value = &value
		}
		if family.GetName() == "asyncjob_exporter_config_last_reload_success_timestamp_seconds" {
			loaded := float64(goldentest.ReplyTime().Unix())
			m.Gauge.Value = &loaded
		}
	}
}
