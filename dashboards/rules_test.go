package dashboards

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

const rulesFile = "../alerts/asyncjob.rules.yml"

// recorded are the series of the recording rules that boards may use, with their
// labels, as alerts/README.md documents them.
func recorded(t *testing.T) map[string][]string {
	t.Helper()
	documented := map[string][]string{
		"asyncjob:state":                   {"system", "target", "job_id", "state"},
		"asyncjob:jobs":                    {"system", "target", "state"},
		"asyncjob:moved_timestamp_seconds": {"system", "target", "job_id"},
		"asyncjob:since_timestamp_seconds": {"system", "target", "job_id", "state"},
		"asyncjob:verdict":                 {"system", "target", "job_id", "alertname", "job_name", "data_center"},
		"asyncjob:target_up":               {"system", "target"},
	}
	names := recordedNames(t)
	for name := range documented {
		if !slices.Contains(names, name) {
			t.Errorf("no rule records %s", name)
		}
	}
	return documented
}

func recordedNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, rule := range shippedRules(t) {
		names = append(names, rule.Record)
	}
	return names
}

// rule is what the tests read of a rule.
type rule struct {
	Record, Alert string
	Labels        map[string]string
	Annotations   map[string]string
}

func shippedRules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	var groups struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(text, &groups); err != nil {
		t.Fatal(err)
	}
	var rules []rule
	for _, group := range groups.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules
}

// An alert that the board of its job says nothing of sends somebody there for
// nothing.
func TestTheJobsBoardKnowsEveryAlertOnJobs(t *testing.T) {
	job := boards(t)[slices.IndexFunc(boards(t), func(b board) bool { return b.UID == "asyncjob-job" })]
	for _, rule := range shippedRules(t) {
		alert := rule.Labels["alertname"]
		if alert != "" && !strings.Contains(string(job.file), `"`+strings.ToLower(alert)+`": {`) {
			t.Errorf("the board has no word for %s", alert)
		}
	}
}

// The alerts' way to the boards: each has one, and it is a board's that is there,
// with its variables.
func TestAlertsLeadToTheBoards(t *testing.T) {
	known := make(map[string][]string)
	for _, b := range boards(t) {
		known[b.UID] = b.variableNames()
	}
	variable := regexp.MustCompile(`[?&]var-(\w+)=`)
	for _, rule := range shippedRules(t) {
		if rule.Alert == "" {
			continue
		}
		path, _, _ := strings.Cut(rule.Annotations["dashboard"], "?")
		variables, found := known[strings.TrimPrefix(path, "/d/")]
		if !found {
			t.Errorf("%s leads to %q", rule.Alert, rule.Annotations["dashboard"])
		}
		for _, filled := range variable.FindAllStringSubmatch(rule.Annotations["dashboard"], -1) {
			if !slices.Contains(variables, filled[1]) {
				t.Errorf("%s fills the variable %s, which %s has not", rule.Alert, filled[1], path)
			}
		}
	}
}

// impatience is how much sooner than shipped the rules find that a job takes too
// long for something: half an hour without a move is 20 seconds.
const impatience = 90

// impatientRules are the shipped rules, with a job's thresholds made short.
func impatientRules(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	threshold := regexp.MustCompile(`(<= time\(\) - )(\d+)`)
	if !threshold.Match(text) {
		t.Fatalf("%s compares no time with one some seconds ago", rulesFile)
	}
	short := threshold.ReplaceAllFunc(text, func(found []byte) []byte {
		parts := threshold.FindSubmatch(found)
		seconds, err := strconv.Atoi(string(parts[2]))
		if err != nil {
			t.Fatal(err)
		}
		return strconv.AppendInt(parts[1], int64(seconds/impatience), 10)
	})
	path := filepath.Join(t.TempDir(), "asyncjob.rules.yml")
	if err := os.WriteFile(path, short, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
