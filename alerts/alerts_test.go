// Package alerts holds no code but tests: of the alert rules, their unit tests
// and their runbooks.
package alerts

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
		"AsyncJobPartFailed":                 "warning",
		"AsyncJobDataCenterFailed":           "warning",
		"AsyncJobPreviewWarning":             "warning",
		"AsyncJobUnknownState":               "info",
		"AsyncJobStatusUnavailable":          "warning",
		"AsyncJobTargetDown":                 "critical",
		"AsyncJobExporterDown":               "critical",
		"AsyncJobScrapeFailing":              "warning",
		"AsyncJobExporterConfigReloadFailed": "warning",
		"AsyncJobExporterJobFileInvalid":     "warning",
	}
}

// rule is one rule of the file: an alert, or what is recorded.
type rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expression  string            `yaml:"expr"`
	For         string            `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// name is what tells a rule from all others: several record findings.
func (r rule) name() string {
	if label := r.Labels["alertname"] + r.Labels["state"]; r.Record != "" && label != "" {
		return r.Record + "{" + label + "}"
	}
	return r.Record + r.Alert
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

// alerts are the rules that raise one.
func alerts(t *testing.T) []rule {
	t.Helper()
	return slices.DeleteFunc(rules(t), func(r rule) bool { return r.Alert == "" })
}

func TestTheAlertsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	missing := severities()
	for _, rule := range alerts(t) {
		severity, known := missing[rule.Alert]
		if !known {
			t.Errorf("%q is not in the contract, or there twice", rule.Alert)
		}
		delete(missing, rule.Alert)
		want := map[string]string{"severity": severity}
		if onJob(rule.Alert) {
			want["job_name"] = "" // an alert has no empty label
		}
		if !maps.Equal(rule.Labels, want) {
			t.Errorf("%s has the labels %v, want %v", rule.Alert, rule.Labels, want)
		}
	}
	for alert := range missing {
		t.Errorf("%s is missing", alert)
	}
}

// onJob says whether an alert is about a job, onTarget about a target; the
// others are about exporters.
func onJob(alert string) bool {
	return !onTarget(alert) && !strings.HasPrefix(alert, "AsyncJobExporter") && alert != "AsyncJobScrapeFailing"
}

func onTarget(alert string) bool { return alert == "AsyncJobTargetDown" }

func TestEverySummaryIsOneSentenceThatNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile(`^[A-Z][^.!?{}]+\.$`)
	template := regexp.MustCompile(`\{\{.*?\}\}`)
	for _, rule := range alerts(t) {
		summary := rule.Annotations["summary"]
		if !sentence.MatchString(template.ReplaceAllString(summary, "x")) {
			t.Errorf("%s: %q is not one sentence", rule.Alert, summary)
		}
		if onJob(rule.Alert) && !strings.Contains(summary, "{{ $labels.job_name }}") ||
			onTarget(rule.Alert) && !strings.Contains(summary, "{{ $labels.target }}") {
			t.Errorf("%s: %q names neither job nor target", rule.Alert, summary)
		}
	}
}

// A receiver puts its Grafana before the path.
func TestEveryAlertLeadsToItsBoard(t *testing.T) {
	t.Parallel()
	for _, rule := range alerts(t) {
		want := "/d/asyncjob-exporter"
		if onJob(rule.Alert) {
			want = "/d/asyncjob-job?var-system={{ $labels.system | urlquery }}&var-target={{ $labels.target | urlquery }}&var-job_id={{ $labels.job_id | urlquery }}"
		} else if onTarget(rule.Alert) {
			want = "/d/asyncjob-fleet?var-system={{ $labels.system | urlquery }}&var-target={{ $labels.target | urlquery }}"
		}
		if got := rule.Annotations["dashboard"]; got != want {
			t.Errorf("%s leads to %q, want %q", rule.Alert, got, want)
		}
		board, _, _ := strings.Cut(strings.TrimPrefix(want, "/d/"), "?")
		if text := read(t, "../dashboards/"+board+".json"); !regexp.MustCompile(`"uid":\s*"` + board + `"`).MatchString(text) {
			t.Errorf("no board has the uid %s", board)
		}
	}
}

func TestEveryDescriptionNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	for _, rule := range alerts(t) {
		want := ""
		if onJob(rule.Alert) {
			want = "Job {{ $labels.job_name }} of target {{ $labels.target }} ({{ $labels.system }}) "
		} else if onTarget(rule.Alert) {
			want = "Target {{ $labels.target }} ({{ $labels.system }}) "
		}
		if description := rule.Annotations["description"]; !strings.HasPrefix(description, want) {
			t.Errorf("%s: %q does not begin with %q", rule.Alert, description, want)
		}
	}
}

// A number is in the text in words (10 minutes), or it is the alert's value.
func TestEveryDescriptionOfSomethingThatIsCountedNamesTheNumber(t *testing.T) {
	t.Parallel()
	number := map[string]string{
		"AsyncJobStalled":                    "$value | humanizePercentage",
		"AsyncJobExpiringSoon":               "$value | humanizeDuration",
		"AsyncJobPending":                    "$value | humanizeDuration",
		"AsyncJobRunningTooLong":             `$value | printf "%.1f"`,
		"AsyncJobFileFailed":                 "$value",
		"AsyncJobPartFailed":                 "$value",
		"AsyncJobPreviewWarning":             "$value",
		"AsyncJobUnknownState":               "$value | humanizeDuration",
		"AsyncJobStatusUnavailable":          "$value | humanizeDuration",
		"AsyncJobTargetDown":                 "10 minutes",
		"AsyncJobExporterDown":               "5 minutes",
		"AsyncJobScrapeFailing":              "$value",
		"AsyncJobExporterConfigReloadFailed": "$value",
		"AsyncJobExporterJobFileInvalid":     "$value",
	}
	for _, rule := range alerts(t) {
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
	for _, rule := range alerts(t) {
		anchor := strings.ToLower(rule.Alert)
		if got, want := rule.Annotations["runbook_url"], runbooksURL+"#"+anchor; got != want {
			t.Errorf("%s has the runbook_url %q, want %q", rule.Alert, got, want)
		}
		if !anchors[anchor] {
			t.Errorf("%s has no section %q", runbooks, "## "+rule.Alert)
		}
		delete(anchors, anchor)
		if len(rule.Annotations) != 4 {
			t.Errorf("%s has other annotations than summary, description, dashboard and runbook_url: %v", rule.Alert, rule.Annotations)
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

// Two exporters that read one job raise one alert, which keeps the user's
// labels: whoever leaves out one label of the scrape leaves out all.
func TestEveryAggregationOverExportersLeavesOutAllLabelsOfTheScrape(t *testing.T) {
	t.Parallel()
	const scrape = "instance, job, namespace, service, pod, container, endpoint, node"
	for _, rule := range rules(t) {
		for _, list := range regexp.MustCompile(`\bwithout\s*\(([^)]*)\)`).FindAllStringSubmatch(rule.Expression, -1) {
			if strings.Contains(list[1], "instance") && !strings.HasPrefix(list[1], scrape) {
				t.Errorf("%s aggregates without (%s), want (%s...)", rule.name(), list[1], scrape)
			}
		}
	}
}

// What is recorded for jobs is recorded in their group, before what uses it: else
// an alert would see what the last evaluation found, or nothing.
func TestWhatIsRecordedIsRecordedBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	all := rules(t)
	for index, rule := range all {
		for _, name := range regexp.MustCompile(`asyncjob:[a-z_]+`).FindAllString(rule.Expression, -1) {
			if name == rule.Record {
				continue // what it recorded before
			}
			last := -1
			for at, other := range all {
				if other.Record == name {
					last = at
				}
			}
			if last < 0 || last > index {
				t.Errorf("%s uses %s, which is not recorded before it", rule.name(), name)
			}
		}
	}
}

// Whoever writes rules and boards finds what there is.
func TestEveryRecordedSeriesIsInTheDocument(t *testing.T) {
	t.Parallel()
	document := read(t, runbooks)
	for _, rule := range rules(t) {
		if rule.Record != "" && !strings.Contains(document, "`"+rule.Record) {
			t.Errorf("%s does not tell of %s", runbooks, rule.Record)
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
