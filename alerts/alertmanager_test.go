package alerts

import (
	"os/exec"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

const alertmanagerExample = "../examples/alertmanager.yml"

func TestTheExampleRoutesBySeverityAndTeam(t *testing.T) {
	t.Parallel()
	amtool := testprogram.Asked(t, "ASYNCJOB_AMTOOL")
	for _, test := range []struct{ labels, receiver string }{
		{"alertname=AsyncJobTargetDown severity=critical team=images", "on-call"},
		{"alertname=AsyncJobExporterDown severity=critical", "on-call"},
		{"alertname=AsyncJobGone severity=info team=images", "nobody"},
		{"alertname=AsyncJobFailed severity=warning", "platform"},
		{"alertname=AsyncJobFailed severity=warning team=other", "platform"},
		{"alertname=AsyncJobFailed severity=warning team=images", "team-images"},
		{"alertname=AsyncJobExpiringSoon severity=warning", "platform"},
		{"alertname=AsyncJobExpiringSoon severity=warning team=images", "team-images"},
	} {
		t.Run(test.labels, func(t *testing.T) {
			t.Parallel()
			arguments := append([]string{"config", "routes", "test", "--config.file=" + alertmanagerExample}, strings.Fields(test.labels)...)
			said, err := exec.CommandContext(t.Context(), amtool, arguments...).Output()
			if got := strings.TrimSpace(string(said)); err != nil || got != test.receiver {
				t.Errorf("%s gets it, want %s (%v)", got, test.receiver, err)
			}
		})
	}
}

func TestTheRunbooksShowTheExamplesInhibitions(t *testing.T) {
	t.Parallel()
	example := read(t, alertmanagerExample)
	_, from, _ := strings.Cut(example, "\ninhibit_rules:\n")
	inhibitions, _, found := strings.Cut(from, "\nreceivers:")
	if !found || !strings.Contains(read(t, runbooks), strings.TrimSpace(inhibitions)) {
		t.Errorf("%s does not show the inhibit_rules of %s", runbooks, alertmanagerExample)
	}
}

func TestInhibitionsCompareLabelsThatBothAlertsHave(t *testing.T) {
	t.Parallel()
	var example struct {
		Rules []struct {
			Source []string `yaml:"source_matchers"`
			Target []string `yaml:"target_matchers"`
			Equal  []string `yaml:"equal"`
		} `yaml:"inhibit_rules"`
	}
	if err := yaml.Unmarshal([]byte(read(t, alertmanagerExample)), &example); err != nil {
		t.Fatal(err)
	}
	if len(example.Rules) == 0 {
		t.Fatal("there are none")
	}
	for _, rule := range example.Rules {
		for _, matcher := range append(rule.Source, rule.Target...) {
			_, alert, _ := strings.Cut(strings.Trim(matcher, `"`), `="`)
			if alert = strings.Trim(alert, `"`); alert != "" && severities()[alert] == "" {
				t.Errorf("%s names no alert", matcher)
			}
			for _, label := range rule.Equal {
				if label == "job_id" && alert != "" && !onJob(alert) {
					t.Errorf("%s has no %s", alert, label)
				}
			}
		}
	}
}
