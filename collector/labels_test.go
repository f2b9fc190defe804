package collector_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestConfiguredLabels is about two targets with labels of their own and of
// their jobs: all series of jobs have all of them, empty where nobody said so,
// the job's where both did.
func TestConfiguredLabels(t *testing.T) {
	samples := serveReplies(t, "sample_exchange", routes{
		sampleURI("samples", "1"): "running.json", sampleURI("samples", "2"): "finished-with-error.json", sampleURI("samples", "3"): "truncated.json",
	})
	content := serveReplies(t, "oracle_content", routes{typeURI("Type1", "OP1"): "processing.json"})
	r := startReading(t,
		targetOf("samples", "sample_exchange", samples.URL,
			"labels: {team: community, tier: low}\njobs: [{id: 1}, {id: 2, labels: {tier: high}}, {id: 3, labels: {owner: jane}}]"),
		targetOf("content", "oracle_content", content.URL, "labels: {zone: emea}\njobs: [{type: Type1, id: OP1}]"))
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
	for _, family := range r.scrape().families {
		for _, m := range family.GetMetric() {
			labels := labelsOf(m)
			want := ofJobs[labels["job_id"]]
			if strings.HasPrefix(family.GetName(), "asyncjob_target_") {
				want = ofTargets[labels["target"]]
			}
			if got := configuredLabels(labels); !maps.Equal(got, want) {
				t.Errorf("%s%s has the configured labels %v, want %v", family.GetName(), seriesText(m), got, want)
			}
		}
	}
}

// TestProbedJobHasTheLabelsOfAllTargets keeps the label names of a metric the
// same whether it is scraped from /metrics or from /probe.
func TestProbedJobHasTheLabelsOfAllTargets(t *testing.T) {
	samples := serveReplies(t, "sample_exchange", routes{sampleURI("samples", "1"): "running.json"})
	content := serveReplies(t, "oracle_content", routes{})
	r := startReading(t,
		targetOf("samples", "sample_exchange", samples.URL, "jobs: [{id: 1, labels: {tier: low}}]"),
		targetOf("content", "oracle_content", content.URL, "labels: {zone: emea}"))
	probed, err := r.ScrapeTarget(t.Context(), "samples", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range examined(t, probed).families {
		for _, m := range family.GetMetric() {
			_, hasZone := labelsOf(m)["zone"]
			_, hasTier := labelsOf(m)["tier"]
			ofTarget := strings.HasPrefix(family.GetName(), "asyncjob_target_")
			if !hasZone || hasTier == ofTarget {
				t.Errorf("%s%s lacks a label, or has one too many", family.GetName(), seriesText(m))
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
