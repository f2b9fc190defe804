package collector_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
)

// contractMetrics is what dashboards and alerts are written against: every
// metric of jobs and targets with the labels that are its own.
func contractMetrics() map[string]string {
	return map[string]string{
		"asyncjob_up":                                               "",
		"asyncjob_query_failure":                                    "reason",
		"asyncjob_info":                                             "job_name kind",
		"asyncjob_state":                                            "state",
		"asyncjob_upstream_state":                                   "upstream_state",
		"asyncjob_progress_ratio":                                   "",
		"asyncjob_created_timestamp_seconds":                        "",
		"asyncjob_start_timestamp_seconds":                          "",
		"asyncjob_end_timestamp_seconds":                            "",
		"asyncjob_last_update_timestamp_seconds":                    "",
		"asyncjob_expiration_timestamp_seconds":                     "",
		"asyncjob_first_seen_timestamp_seconds":                     "",
		"asyncjob_chunks":                                           "status",
		"asyncjob_files":                                            "state",
		"asyncjob_file_state":                                       "file source_type state",
		"asyncjob_file_transferred_bytes":                           "file",
		"asyncjob_file_size_bytes":                                  "file",
		"asyncjob_files_omitted":                                    "",
		"asyncjob_data_centers":                                     "state",
		"asyncjob_data_center_state":                                "data_center region replica state",
		"asyncjob_data_center_progress_ratio":                       "data_center",
		"asyncjob_data_center_last_update_timestamp_seconds":        "data_center",
		"asyncjob_preview_state":                                    "preview_state",
		"asyncjob_preview_warnings":                                 "ignored warning_type",
		"asyncjob_preview_certificate_info":                         "issuer self_signed subject",
		"asyncjob_preview_certificate_expiration_timestamp_seconds": "",
		"asyncjob_result_status_code":                               "",
		"asyncjob_error_info":                                       "error error_id",
		"asyncjob_sample_info":                                      "sample_id sample_name sample_type",
		"asyncjob_vsphere_session_info":                             "content_version library_item_id",
		"asyncjob_oracle_machine_image_info":                        "application file_name operating_system version",
		"asyncjob_oracle_content_type_info":                         "type_category type_id type_name",
		"asyncjob_max_duration_seconds":                             "",
		"asyncjob_target_up":                                        "",
		"asyncjob_target_failure":                                   "reason",
		"asyncjob_target_clock_skew_seconds":                        "",
		"asyncjob_target_scrape_duration_seconds":                   "",
		"asyncjob_parts":                                            "state",
		"asyncjob_part_state":                                       "part part_kind state",
		"asyncjob_part_progress_ratio":                              "part",
		"asyncjob_parts_omitted":                                    "",
		"asyncjob_target_jobs":                                      "source",
	}
}

// TestGoldensHoldTheContract compares names, types and labels of every golden
// file with the contract, and wants every metric of it in one of them.
func TestGoldensHoldTheContract(t *testing.T) {
	contract, seen := contractMetrics(), map[string]bool{}
	for _, path := range goldenFiles(t) {
		for name, family := range parsedFile(t, path) {
			if strings.HasPrefix(name, "asyncjob_exporter_") {
				continue
			}
			seen[name] = true
			labels, known := contract[name]
			if !known || family.GetType() != dto.MetricType_GAUGE {
				t.Errorf("%s: %s, a %s, is not in the contract", path, name, family.GetType())
				continue
			}
			for _, m := range family.GetMetric() {
				if got := ownLabels(name, m); got != labels {
					t.Errorf("%s: %s has the labels %q, the contract says %q", path, name, got, labels)
				}
			}
		}
	}
	for name := range contract {
		if !seen[name] {
			t.Errorf("%s is in no golden file", name)
		}
	}
}

// ownLabels are the names of a series' labels without those that every series
// of jobs or targets has, and without those that the golden cases configure.
func ownLabels(metric string, m *dto.Metric) string {
	labels := metrictest.Labels(m)
	common := []string{"system", "target", "job_id"}
	if strings.HasPrefix(metric, "asyncjob_target_") {
		common = []string{"system", "target"}
	}
	for _, name := range common {
		if labels[name] == "" {
			return "no " + name
		}
		delete(labels, name)
	}
	delete(labels, "team")
	delete(labels, "release")
	return strings.Join(slices.Sorted(maps.Keys(labels)), " ")
}

// TestEachStateIsExported wants all eight states of every job that is read.
func TestEachStateIsExported(t *testing.T) {
	want := []string{"canceled", "expired", "failed", "gone", "pending", "running", "succeeded", "unknown"}
	for _, path := range goldenFiles(t) {
		states := map[string][]string{}
		for _, m := range parsedFile(t, path)["asyncjob_state"].GetMetric() {
			labels := metrictest.Labels(m)
			states[labels["target"]+"/"+labels["job_id"]] = append(states[labels["target"]+"/"+labels["job_id"]], labels["state"])
		}
		for job, got := range states {
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s: job %s has the states %q", path, job, got)
			}
		}
	}
}

// TestLabelsOfTheContractAreReserved keeps users from labels of their own that
// would collide.
func TestLabelsOfTheContractAreReserved(t *testing.T) {
	reserved := collector.LabelNames(systems.Collected())
	for metric, labels := range contractMetrics() {
		for _, label := range append(strings.Fields(labels), "system", "target", "job_id") {
			if !slices.Contains(reserved, label) {
				t.Errorf("%s: its label %s can be configured", metric, label)
			}
		}
	}
}

func parsedFile(t *testing.T, path string) map[string]*dto.MetricFamily {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(file)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return families
}
