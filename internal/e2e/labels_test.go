package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// labelledTargets are two targets whose jobs have different labels. The address
// and the credentials are put in by configureLabels.
const labelledTargets = `
targets:
  - name: samples
    labels: {team: code, stage: live}
    jobs:
      - {id: 4711, labels: {release: first, stage: trial}}
      - {id: 4716}
  - name: others
    labels: {owner: web}
    jobs: [{id: 4714}]
`

func TestAllSeriesOfAJobHaveItsLabels(t *testing.T) {
	t.Parallel()
	e := startExporter(t, configureLabels(t, labelledTargets))
	names := []string{"owner", "release", "stage", "team"}
	want := map[string]map[string]string{
		"4711": {"team": "code", "stage": "trial", "release": "first", "owner": ""},
		"4716": {"team": "code", "stage": "live", "release": "", "owner": ""},
		"4714": {"team": "", "stage": "", "release": "", "owner": "web"},
	}

	// In the exposition all series of one metric have the same label names.
	for line := range strings.Lines(e.metrics().Text) {
		if !strings.Contains(line, `job_id="`) {
			continue
		}
		for id, labels := range want {
			for _, name := range names {
				if label := fmt.Sprintf("%s=%q", name, labels[name]); strings.Contains(line, `job_id="`+id+`"`) && !strings.Contains(line, label) {
					t.Errorf("no %s in %s", label, line)
				}
			}
		}
	}

	// Prometheus drops the empty ones.
	p := startPrometheus(t, fmt.Sprintf(`
global: {scrape_interval: 500ms, scrape_timeout: 500ms}
scrape_configs: [{job_name: asyncjob, static_configs: [{targets: ["%s"]}]}]
`, e.address))
	p.scrapeAfter(time.Now(), `up{job="asyncjob"}`)
	series := p.vector(`{job_id!=""}`)
	if len(series) < 10*len(want) {
		t.Errorf("Prometheus has only %d series of %d jobs", len(series), len(want))
	}
	for _, one := range series {
		labels := want[string(one.Metric["job_id"])]
		for _, name := range names {
			value, there := one.Metric[model.LabelName(name)]
			if string(value) != labels[name] || there != (labels[name] != "") {
				t.Errorf("label %s of %v is %q (there: %v)", name, one.Metric, value, there)
			}
		}
	}
}

func TestSeriesOfATargetHaveItsLabels(t *testing.T) {
	t.Parallel()
	scrape := startExporter(t, configureLabels(t, labelledTargets)).metrics()
	for _, name := range []string{"asyncjob_target_up", "asyncjob_target_scrape_duration_seconds", "asyncjob_target_jobs"} {
		for target, labels := range map[string][]string{
			"samples": {"team", "code", "stage", "live", "owner", "", "release", ""},
			"others":  {"team", "", "stage", "", "owner", "web", "release", ""},
		} {
			if len(scrape.Series(name, append([]string{"system", "sample_exchange", "target", target}, labels...)...)) == 0 {
				t.Errorf("%s of %s is not there with %q", name, target, labels)
			}
		}
	}
}

func TestLabelsThatWouldCollideAreRefused(t *testing.T) {
	t.Parallel()
	taken := []string{
		"job", "instance", "severity", "alertname", "__name__", "system", "target", "job_id", "job_name", "kind", "state", "reason", "file", "source",
		"namespace", "service", "pod", "container", "endpoint", "node",
	}
	for _, name := range taken {
		for what, text := range map[string]string{
			"target": edited(t, labelledTargets, "labels: {owner: web}", "labels: {"+name+": web}"),
			"job":    edited(t, labelledTargets, "release: first", name+": first"),
		} {
			file := filepath.Join(t.TempDir(), "asyncjob.yml")
			replaceFile(t, file, configureLabels(t, text))
			said, err := exec.CommandContext(t.Context(), program, "--config.check", "--config.file="+file).CombinedOutput()
			if err == nil || !strings.Contains(string(said), fmt.Sprintf("%q", name)) {
				t.Errorf("the label %s of a %s is not refused: %s", name, what, said)
			}
		}
	}
}

// configureLabels completes a configuration of targets that read the simulated
// Sample Exchange.
func configureLabels(t *testing.T, configuration string) string {
	t.Helper()
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.SampleExchange())
	return exportertest.EditTargets(t, configuration, func(_ string, target map[string]any) bool {
		target["system"] = "sample_exchange"
		target["url"] = simulated.URL("sample_exchange")
		target["basic_auth"] = map[string]string{"username": "sample-reader", "password": "sample-exchange-demo-password"}
		return true
	})
}

func TestConfiguredStatesWinOverTheBuiltInOnes(t *testing.T) {
	t.Parallel()
	simulated := exportertest.Simulate(t, simulator.Options{}, simulator.OracleMarketplace())
	e := startExporter(t, simulated.Config())
	const target, awaiting, deleted = "marketplace-demo", "2797601", "2797415"
	before := e.metrics()
	if first, second := before.State(target, awaiting), before.State(target, deleted); first != "unknown" || second != "canceled" {
		t.Errorf("without configured states the jobs are %q and %q", first, second)
	}
	states := map[string]string{"AWAITING  approval": "pending", "deleted": "succeeded"}
	if status, text := e.reload(exportertest.SetAll(t, simulated.Config(), "states", states)); status != http.StatusOK {
		t.Fatalf("the reload: %d %s", status, text)
	}
	// The deleted image had been read for good.
	after := e.metrics()
	if first, second := after.State(target, awaiting), after.State(target, deleted); first != "pending" || second != "succeeded" {
		t.Errorf("with configured states the jobs are %q and %q", first, second)
	}
	if _, ok := after.Value("asyncjob_upstream_state", "job_id", awaiting, "upstream_state", "Awaiting Approval"); !ok {
		t.Error("the upstream's own word is not shown")
	}
}
