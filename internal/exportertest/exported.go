package exportertest

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Exported are the labels of each metric, as Prometheus knows them after a scrape.
type Exported map[string]map[string]bool

// Add adds the metrics of an exposition, which comes from where.
func (e Exported) Add(tb TB, where, text string) {
	tb.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		tb.Fatalf("parsing %s: %v", where, err)
	}
	for _, family := range families {
		e.AddFamily(family)
	}
}

// AddFamily adds a metric.
func (e Exported) AddFamily(family *dto.MetricFamily) {
	name := family.GetName()
	e.AddLabels(name, "instance", "job") // Prometheus gives these
	for _, metric := range family.GetMetric() {
		for _, pair := range metric.GetLabel() {
			e.AddLabels(name, pair.GetName())
		}
	}
	if family.GetType() == dto.MetricType_HISTOGRAM {
		e.AddLabels(name+"_bucket", slices.Collect(maps.Keys(e[name]))...)
		e.AddLabels(name+"_bucket", "le")
	}
}

// AddLabels adds labels of a metric.
func (e Exported) AddLabels(metric string, labels ...string) {
	if e[metric] == nil {
		e[metric] = make(map[string]bool)
	}
	for _, label := range labels {
		e[metric][label] = true
	}
}

// Goldens are the expositions that the tests of the collector and of the
// systems compare with, by their paths. root is the project's, seen from the test.
func Goldens(tb TB, root string) map[string]string {
	tb.Helper()
	texts := make(map[string]string)
	for _, pattern := range []string{"collector/testdata/*.prom", "collector/system/*/testdata/*.prom"} {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(paths) == 0 {
			tb.Fatalf("no golden exposition is %s: %v", pattern, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				tb.Fatalf("reading a golden exposition: %v", err)
			}
			texts[path] = string(text)
		}
	}
	return texts
}
