package collector_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

// TestConfiguredLabels is about two targets with labels of their own and of
// their jobs: all series of jobs have all of them, empty where nobody said so,
// the job's where both did.
func TestConfiguredLabels(t *testing.T) {
	samples := goldentest.Serve(t, "sample_exchange", goldentest.Routes{
		"/sampleExchange/v1/samples/async/1": "running.json", "/sampleExchange/v1/samples/async/2": "finished-with-error.json", "/sampleExchange/v1/samples/async/3": "truncated.json",
	})
	content := goldentest.Serve(t, "oracle_content", goldentest.Routes{"/content/management/api/v1.1/types/Type1/updateType/.status/OP1": "processing.json"})
	r := goldentest.Start(t,
		goldentest.Target("samples", "sample_exchange", samples.URL,
			"labels: {team: community, tier: low}\njobs: [{id: 1}, {id: 2, labels: {tier: high}}, {id: 3, labels: {owner: jane}}]"),
		goldentest.Target("content", "oracle_content", content.URL, "labels: {zone: emea}\njobs: [{type: Type1, id: OP1}]"))
	ofJobs := map[string]map[string]string{
		"1":   {"team": "community", "tier": "low", "owner": "", "zone": ""},
		"2":   {"team": "community", "tier": "high", "owner": "", "zone": ""},
		"3":   {"team": "community", "tier": "low", "owner": "jane", "zone": ""},
		"OP1": {"team": "", "tier": "", "owner": "", "zone": "emea"},
	}
	ofTargets := map[string]map[string]string{
		"samples": {"team": "community", "tier": "low", "zone": ""},
		"content": {"team": "", "tier": "", "zone": "emea"},
	}
	for _, family := range r.Read() {
		for _, m := range family.GetMetric() {
			labels := metrictest.Labels(m)
			want := ofJobs[labels["job_id"]]
			if strings.HasPrefix(family.GetName(), "asyncjob_target_") {
				want = ofTargets[labels["target"]]
			}
			if got := configuredLabels(labels); !maps.Equal(got, want) {
				t.Errorf("%s%s has the configured labels %v, want %v", family.GetName(), metrictest.SeriesText(m), got, want)
			}
		}
	}
}

// TestProbedJobHasTheLabelsOfAllTargets keeps the label names of a metric the
// same whether it is scraped from /metrics or from /probe.
func TestProbedJobHasTheLabelsOfAllTargets(t *testing.T) {
	samples := goldentest.Serve(t, "sample_exchange", goldentest.Routes{"/sampleExchange/v1/samples/async/1": "running.json"})
	content := goldentest.Serve(t, "oracle_content", goldentest.Routes{})
	r := goldentest.Start(t,
		goldentest.Target("samples", "sample_exchange", samples.URL, "jobs: [{id: 1, labels: {tier: low}}]"),
		goldentest.Target("content", "oracle_content", content.URL, "labels: {zone: emea}"))
	probed, err := r.ScrapeTarget(t.Context(), "samples", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range goldentest.Examined(t, probed) {
		for _, m := range family.GetMetric() {
			_, hasZone := metrictest.Labels(m)["zone"]
			_, hasTier := metrictest.Labels(m)["tier"]
			ofTarget := strings.HasPrefix(family.GetName(), "asyncjob_target_")
			if !hasZone || hasTier == ofTarget {
				t.Errorf("%s%s lacks a label, or has one too many", family.GetName(), metrictest.SeriesText(m))
			}
		}
	}
}

// configuredLabels are those of the labels that the test configures.
func configuredLabels(labels map[string]string) map[string]string {
	mine := []string{"team", "tier", "owner", "zone"}
	maps.DeleteFunc(labels, func(name, _ string) bool { return !slices.Contains(mine, name) })
	return labels
}
