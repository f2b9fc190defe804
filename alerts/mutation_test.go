package alerts

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// mutation is a mistake that somebody could make in a rule.
type mutation struct {
	// From is what stands in the rule, "for: 5m" its field, and To what would
	// stand there by mistake: at its first place, or Everywhere.
	From       string `yaml:"from"`
	To         string `yaml:"to"`
	Everywhere bool   `yaml:"everywhere"`
	// CaughtBy is the name of a unit test that fails then.
	CaughtBy string `yaml:"caught_by"`
}

func TestEveryMistakeInARuleFailsAUnitTest(t *testing.T) {
	t.Parallel()
	var mutations map[string][]mutation
	if err := yaml.Unmarshal([]byte(read(t, "testdata/mutations.yml")), &mutations); err != nil {
		t.Fatal(err)
	}
	all := rules(t)
	for _, rule := range all {
		if len(mutations[rule.Alert]) == 0 {
			t.Errorf("no mistake in %s was tried", rule.Alert)
		}
		for number, mutation := range mutations[rule.Alert] {
			t.Run(fmt.Sprintf("%s/%d", rule.Alert, number), func(t *testing.T) {
				t.Parallel()
				mutant := mutation.apply(t, rule)
				path, unit := findUnitTest(t, rule.Alert, mutation.CaughtBy)
				said, err := runUnitTest(t, path, unit, append(others(all, rule.Alert, unit), mutant))
				// A rule that cannot be read is no mistake of this kind; one that
				// cannot be evaluated is.
				if err == nil || !strings.Contains(said, "exp:") && !strings.Contains(said, "err: vector cannot contain") {
					t.Errorf("%q instead of %q is not caught by %q: %v\n%s", mutation.To, mutation.From, mutation.CaughtBy, err, said)
				}
			})
		}
	}
}

// apply returns the rule with the mistake.
func (m mutation) apply(t *testing.T, mutant rule) rule {
	t.Helper()
	text := &mutant.Expression
	from, to := m.From, m.To
	if duration, isFor := strings.CutPrefix(from, "for: "); isFor {
		text, from, to = &mutant.For, duration, strings.TrimPrefix(to, "for: ")
	}
	if !strings.Contains(*text, from) {
		t.Fatalf("%s has no %q any more", mutant.Alert, from)
	}
	times := 1
	if m.Everywhere {
		times = -1
	}
	*text = strings.Replace(*text, from, to, times)
	return mutant
}

func findUnitTest(t *testing.T, alert, name string) (path string, unit unitTest) {
	t.Helper()
	for _, path := range unitTests(t, alert) {
		for _, unit := range unitTestFile(t, path).Tests {
			if unit.Name == name {
				return path, unit
			}
		}
	}
	t.Fatalf("%s has no unit test called %q", alert, name)
	return "", unitTest{}
}

// others are the rules that a unit test is about beside its alert's own.
func others(all []rule, alert string, unit unitTest) []rule {
	text := fmt.Sprint(unit.Rest)
	var found []rule
	for _, rule := range all {
		if rule.Alert != alert && regexp.MustCompile(`\b`+rule.Alert+`\b`).MatchString(text) {
			found = append(found, rule)
		}
	}
	return found
}

// runUnitTest runs one unit test of a file with these rules.
func runUnitTest(t *testing.T, path string, unit unitTest, rules []rule) (said string, err error) {
	t.Helper()
	directory := t.TempDir()
	file := unitTestFile(t, path)
	file.RuleFiles, file.Tests = []string{"rules.yml"}, []unitTest{unit}
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
