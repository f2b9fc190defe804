package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// A family of very many series is encoded in parts, which nobody who reads it can
// tell: its headings stand once, and every series too.
func TestLargeFamiliesAreWhole(t *testing.T) {
	const jobs = 3000
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{Jobs: jobs}})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	exporter.Scrape(30 * time.Second)
	for _, accept := range []string{"text/plain", "application/openmetrics-text; version=1.0.0"} {
		body := exporter.Get("/metrics", "Accept", accept).Body
		if n := strings.Count(body, "# TYPE asyncjob_state gauge\n"); n != 1 {
			t.Errorf("%s: asyncjob_state has %d headings", accept, n)
		}
		const statesOfAJob = 8
		if n := strings.Count(body, "\nasyncjob_state{"); n != jobs*statesOfAJob {
			t.Errorf("%s: asyncjob_state has %d series", accept, n)
		}
		if n := strings.Count(body, "\nasyncjob_up{"); n != jobs {
			t.Errorf("%s: asyncjob_up has %d series", accept, n)
		}
	}
}
