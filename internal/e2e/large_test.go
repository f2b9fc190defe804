package e2e

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// A family of very many series is written in pieces, which nobody who reads it can
// tell: its headings stand once, and every series too, in each format.
func TestLargeFamiliesAreWhole(t *testing.T) {
	const jobs = 3000
	simulated := exportertest.Simulate(t, simulator.Options{Load: &simulator.Load{Jobs: jobs}})
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	exporter.Scrape(30 * time.Second)
	const statesOfAJob = 8
	for _, accept := range []string{"text/plain", "application/openmetrics-text; version=1.0.0"} {
		body := exporter.Get("/metrics", "Accept", accept).Body
		if n := strings.Count(body, "# TYPE asyncjob_state gauge\n"); n != 1 {
			t.Errorf("%s: asyncjob_state has %d headings", accept, n)
		}
		if n := strings.Count(body, "\nasyncjob_state{"); n != jobs*statesOfAJob {
			t.Errorf("%s: asyncjob_state has %d series", accept, n)
		}
		if n := strings.Count(body, "\nasyncjob_up{"); n != jobs {
			t.Errorf("%s: asyncjob_up has %d series", accept, n)
		}
	}
	const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
	families := map[string]int{}
	decoder := expfmt.NewDecoder(strings.NewReader(exporter.Get("/metrics", "Accept", protobuf).Body), expfmt.NewFormat(expfmt.TypeProtoDelim))
	for {
		var family dto.MetricFamily
		err := decoder.Decode(&family)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if families[family.GetName()] > 0 {
			t.Errorf("protobuf: %s is there twice", family.GetName())
		}
		families[family.GetName()] = len(family.GetMetric())
	}
	if families["asyncjob_state"] != jobs*statesOfAJob || families["asyncjob_up"] != jobs {
		t.Errorf("protobuf: asyncjob_state has %d series, asyncjob_up %d", families["asyncjob_state"], families["asyncjob_up"])
	}
}
