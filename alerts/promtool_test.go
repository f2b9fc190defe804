package alerts

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// unitTests are the files in tests/ of one alert: its name in small letters,
// perhaps with what they are about. "*" is all files.
func unitTests(t *testing.T, alert string) []string {
	t.Helper()
	words := regexp.MustCompile(`(.)([A-Z])`).ReplaceAllString(strings.TrimPrefix(alert, "AsyncJob"), "${1}_$2")
	paths, err := filepath.Glob("tests/" + strings.ToLower(words) + "*.yml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s has no unit tests: %v", alert, err)
	}
	return paths
}

func TestPrometheusUnderstandsTheRules(t *testing.T) {
	t.Parallel()
	if said, err := promtool(t, "check", "rules", rulesFile); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// A file of unit tests runs with the rules that it is about, which is a quarter
// of the work: what no rule uses cannot change it.
func TestEveryUnitTestOfTheRulesPasses(t *testing.T) {
	t.Parallel()
	all := rules(t)
	for _, path := range unitTests(t, "*") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			file := unitTestFile(t, path)
			if said, err := runUnitTests(t, file, needed(all, file.Tests...)); err != nil {
				t.Errorf("%v\n%s", err, said)
			}
		})
	}
}

// What every alert has a unit test of, by the words in the names of its cases.
func TestEveryAlertIsTestedFor(t *testing.T) {
	t.Parallel()
	for _, rule := range alerts(t) {
		var names strings.Builder
		for _, path := range unitTests(t, rule.Alert) {
			for _, unit := range unitTestFile(t, path).Tests {
				fmt.Fprintln(&names, unit.Name)
			}
		}
		for _, topic := range []string{"fires", "pair", "missing|gap|missed scrape|without a", "comes back|restart"} {
			if !regexp.MustCompile(topic).MatchString(names.String()) {
				t.Errorf("%s has no unit test that is called like %q", rule.Alert, topic)
			}
		}
	}
}

// unitTest is one case of a file of unit tests; the rest is promtool's.
type unitTest struct {
	Name string         `yaml:"name"`
	Rest map[string]any `yaml:",inline"`
}

// unitTestsFile is a file of them.
type unitTestsFile struct {
	RuleFiles          []string   `yaml:"rule_files"`
	EvaluationInterval string     `yaml:"evaluation_interval"`
	Tests              []unitTest `yaml:"tests"`
}

func unitTestFile(t *testing.T, path string) unitTestsFile {
	t.Helper()
	var file unitTestsFile
	if err := yaml.Unmarshal([]byte(read(t, path)), &file); err != nil {
		t.Fatalf("reading %s: %v", path, err)
	}
	return file
}

// needed are the rules that unit tests are about: the alerts and the series that
// they name, and what is recorded for these; all, where a test asks for any alert.
func needed(all []rule, units ...unitTest) []rule {
	wanted := fmt.Sprintln(units)
	if regexp.MustCompile(`ALERTS[^{]`).MatchString(wanted) {
		return all
	}
	recorded := regexp.MustCompile(`asyncjob:[a-z_]+`)
	var found []rule
	for _, rule := range slices.Backward(all) {
		alert := rule.Alert + rule.Labels["alertname"]
		if rule.Record != "" && !slices.Contains(recorded.FindAllString(wanted, -1), rule.Record) || alert != "" && !strings.Contains(wanted, alert) {
			continue
		}
		wanted += fmt.Sprintln(rule.Expression, rule.Annotations)
		found = append(found, rule)
	}
	slices.Reverse(found)
	return found
}

// runUnitTests runs the unit tests of a file with these rules.
func runUnitTests(t *testing.T, file unitTestsFile, rules []rule) (said string, err error) {
	t.Helper()
	directory := t.TempDir()
	file.RuleFiles = []string{"rules.yml"}
	group := map[string]any{"name": "asyncjob", "rules": rules}
	for name, content := range map[string]any{"rules.yml": map[string]any{"groups": []any{group}}, "test.yml": file} {
		text, err := yaml.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return promtool(t, "test", "rules", filepath.Join(directory, "test.yml"))
}

func promtool(t *testing.T, arguments ...string) (said string, err error) {
	t.Helper()
	path := testprogram.Asked(t, "ASYNCJOB_PROMTOOL")
	output, err := exec.CommandContext(t.Context(), path, arguments...).CombinedOutput()
	return string(output), err
}
