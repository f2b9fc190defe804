// Package alerts holds no code but tests: of the alert rules, their unit tests
// and their runbooks.
package alerts

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

const (
	rulesFile = "asyncjob.rules.yml"
	runbooks  = "README.md"
	// runbooksURL is where the runbooks are read.
	runbooksURL = "https://github.com/asyncjob-exporter/asyncjob_exporter/blob/main/alerts/README.md"
)

// severities is the contract's table of alerts.
func severities() map[string]string {
	return map[string]string{
		"AsyncJobFailed":                     "warning",
		"AsyncJobStalled":                    "warning",
		"AsyncJobExpiringSoon":               "warning",
		"AsyncJobExpired":                    "warning",
		"AsyncJobGone":                       "info",
		"AsyncJobCanceled":                   "info",
		"AsyncJobPending":                    "warning",
		"AsyncJobRunningTooLong":             "warning",
		"AsyncJobFileFailed":                 "warning",
		"AsyncJobDataCenterFailed":           "warning",
		"AsyncJobPreviewWarning":             "warning",
		"AsyncJobUnknownState":               "info",
		"AsyncJobStatusUnavailable":          "warning",
		"AsyncJobTargetDown":                 "critical",
		"AsyncJobExporterDown":               "critical",
		"AsyncJobExporterConfigReloadFailed": "warning",
		"AsyncJobExporterJobFileInvalid":     "warning",
	}
}

// rule is one rule of the file.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expression  string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// rules are those of the shipped file, in its order.
func rules(t *testing.T) []rule {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(read(t, rulesFile)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("reading %s: %v", rulesFile, err)
	}
	var all []rule
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func TestTheAlertsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	missing := severities()
	for _, rule := range rules(t) {
		want, known := missing[rule.Alert]
		if !known {
			t.Errorf("%q is not in the contract, or there twice", rule.Alert)
		}
		delete(missing, rule.Alert)
		if got := rule.Labels["severity"]; got != want || len(rule.Labels) != 1 {
			t.Errorf("%s has the labels %v, want severity %s alone", rule.Alert, rule.Labels, want)
		}
	}
	for alert := range missing {
		t.Errorf("%s is missing", alert)
	}
}

func TestEverySummaryIsOneSentenceThatIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile(`^[A-Z][^.!?{}]+\.$`)
	for _, rule := range rules(t) {
		if summary := rule.Annotations["summary"]; !sentence.MatchString(summary) {
			t.Errorf("%s: %q", rule.Alert, summary)
		}
	}
}

// ownAlerts are those on the exporter itself, which concern no target.
func ownAlerts(alert string) bool { return strings.HasPrefix(alert, "AsyncJobExporter") }

func TestEveryDescriptionNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	all := rules(t)
	name := regexp.MustCompile("{{ with printf `asyncjob_info.*?{{ end }}").FindString(all[0].Annotations["description"])
	if !strings.Contains(name, `label "job_name"`) {
		t.Fatalf("%s does not look up the job's name", all[0].Alert)
	}
	for _, rule := range all {
		var wanted []string
		if !ownAlerts(rule.Alert) {
			wanted = []string{"{{ $labels.system }}", "{{ $labels.target }}"}
			if rule.Alert != "AsyncJobTargetDown" {
				wanted = append(wanted, "Job "+name+" of target")
			}
		}
		for _, part := range wanted {
			if description := rule.Annotations["description"]; !strings.Contains(description, part) {
				t.Errorf("%s: %q lacks %q", rule.Alert, description, part)
			}
		}
	}
}

// A number is in the text in words (30 minutes), or it is the alert's value.
func TestEveryDescriptionOfSomethingThatIsCountedNamesTheNumber(t *testing.T) {
	t.Parallel()
	number := map[string]string{
		"AsyncJobStalled":                    "$value | humanizePercentage",
		"AsyncJobExpiringSoon":               "$value | humanizeDuration",
		"AsyncJobPending":                    "1 hour",
		"AsyncJobRunningTooLong":             `$value | printf "%.1f"`,
		"AsyncJobFileFailed":                 "$value",
		"AsyncJobPreviewWarning":             "$value",
		"AsyncJobUnknownState":               "15 minutes",
		"AsyncJobStatusUnavailable":          "10 minutes",
		"AsyncJobTargetDown":                 "10 minutes",
		"AsyncJobExporterDown":               "5 minutes",
		"AsyncJobExporterConfigReloadFailed": "$value",
		"AsyncJobExporterJobFileInvalid":     "$value",
	}
	for _, rule := range rules(t) {
		if description := rule.Annotations["description"]; !strings.Contains(description, number[rule.Alert]) {
			t.Errorf("%s: %q lacks %q", rule.Alert, description, number[rule.Alert])
		}
	}
}

func TestEveryAlertHasARunbookAndEveryRunbookAnAlert(t *testing.T) {
	t.Parallel()
	anchors := make(map[string]bool)
	for _, heading := range regexp.MustCompile(`(?m)^## (AsyncJob\w+)$`).FindAllStringSubmatch(read(t, runbooks), -1) {
		anchors[strings.ToLower(heading[1])] = true
	}
	for _, rule := range rules(t) {
		anchor := strings.ToLower(rule.Alert)
		if got, want := rule.Annotations["runbook_url"], runbooksURL+"#"+anchor; got != want {
			t.Errorf("%s has the runbook_url %q, want %q", rule.Alert, got, want)
		}
		if !anchors[anchor] {
			t.Errorf("%s has no section %q", runbooks, "## "+rule.Alert)
		}
		delete(anchors, anchor)
		if len(rule.Annotations) != 3 {
			t.Errorf("%s has more than summary, description and runbook_url: %v", rule.Alert, rule.Annotations)
		}
	}
	for anchor := range anchors {
		t.Errorf("%s has a section on %s, which is no alert", runbooks, anchor)
	}
}

func TestEveryRunbookAnswersTheSameQuestions(t *testing.T) {
	t.Parallel()
	sections := regexp.MustCompile(`(?m)^## `).Split(read(t, runbooks), -1)
	for _, section := range sections {
		alert, text, _ := strings.Cut(section, "\n")
		if severities()[alert] == "" {
			continue
		}
		from := 0
		for _, question := range []string{"**Meaning.**", "**Cost of ignoring it.**", "**Look.**", "**Do.**", "**Silence.**"} {
			at := strings.Index(text[from:], question)
			if at < 0 {
				t.Errorf("%s: %s is missing, or not in its place", alert, question)
				continue
			}
			from += at
		}
	}
}

// Two exporters that read one job raise one alert, which keeps the user's labels.
func TestEveryAggregationLeavesOutTheLabelsOfTheScrapeAlone(t *testing.T) {
	t.Parallel()
	const scrape = "without (instance, job, namespace, service, pod, container, endpoint, node"
	aggregation := regexp.MustCompile(`\b(?:sum|min|max|count|avg|group|topk|bottomk)\s+(without|by)\s*\([^)]*\)`)
	for _, rule := range rules(t) {
		for _, found := range aggregation.FindAllString(rule.Expression, -1) {
			inner := strings.HasSuffix(found, "sum without (state)") || strings.HasSuffix(found, "sum without (warning_type)")
			if !strings.Contains(found, scrape) && !inner {
				t.Errorf("%s aggregates %q", rule.Alert, found)
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
