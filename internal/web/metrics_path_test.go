package web_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web"
)

// A path of the metrics that cannot be served, or that another endpoint has, is
// refused by name of the flag.
func TestAMetricsPathThatIsTaken(t *testing.T) {
	for _, path := range []string{
		"", "metrics", "http://x/metrics", "/metrics/", "/probe", "/sd", "/jobs", "/config", "/-/reload", "/-/healthy", "/-/x",
		"/debug/pprof", "/debug/pprof/heap", "/{metrics}", "/metrics?x", "/metrics#x", "/my metrics", "//metrics", "/a//b", "/./metrics", "/../metrics", "/a/..", "/%zz", "/a\nb",
	} {
		_, err := web.New(web.Options{MetricsPath: path, Logger: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), "--web.telemetry-path") {
			t.Errorf("path %q: %v, want a refusal that names the flag", path, err)
		}
	}
}

// Any other path serves the metrics; "/" does so in place of the landing page.
func TestAMetricsPathOfOnesOwn(t *testing.T) {
	for _, path := range []string{"/", "/metrics", "/own", "/own/metrics.txt", "/probe/metrics", "/jobsmetrics"} {
		exporter := exportertest.Start(t, exportertest.Options{
			MetricsPath: path, Config: `targets: [{name: a, system: sample_exchange, url: "http://127.0.0.1:1"}]`,
		})
		if reply := exporter.Get(path); reply.Status != http.StatusOK || !strings.Contains(reply.Body, "asyncjob_target_up{") {
			t.Errorf("path %s: %d", path, reply.Status)
		}
		if path != "/metrics" {
			if reply := exporter.Get("/metrics"); reply.Status != http.StatusNotFound {
				t.Errorf("/metrics is %d with the path %s", reply.Status, path)
			}
		}
	}
}
