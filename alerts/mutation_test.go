package alerts

import (
	"fmt"
	"regexp"
	"slices"
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
	// In is the file in tests/, without its suffix, and CaughtBy the name of the
	// unit test in it that fails then.
	In       string `yaml:"in"`
	CaughtBy string `yaml:"caught_by"`
}

func TestEveryMistakeInARuleFailsAUnitTest(t *testing.T) {
	t.Parallel()
	var mutations map[string][]mutation
	if err := yaml.Unmarshal([]byte(read(t, "testdata/mutations.yml")), &mutations); err != nil {
		t.Fatal(err)
	}
	all := rules(t)
	for index, rule := range all {
		if len(mutations[rule.name()]) == 0 {
			t.Errorf("no mistake in %s was tried", rule.name())
		}
		for number, mutation := range mutations[rule.name()] {
			t.Run(fmt.Sprintf("%s/%d", rule.name(), number), func(t *testing.T) {
				t.Parallel()
				file := unitTestFile(t, "tests/"+mutation.In+".yml")
				file.Tests = []unitTest{file.find(t, mutation.CaughtBy)}
				mutants := slices.Clone(all)
				mutants[index] = mutation.apply(t, rule)
				said, err := runUnitTests(t, file, needed(mutants, file.Tests...))
				// A rule that cannot be read is no mistake of this kind; one that
				// cannot be evaluated is.
				if err == nil || !regexp.MustCompile(`exp:|err: |error executing`).MatchString(said) {
					t.Errorf("%q instead of %q is not caught by %q: %v\n%s", mutation.To, mutation.From, mutation.CaughtBy, err, said)
				}
			})
		}
		delete(mutations, rule.name())
	}
	for name := range mutations {
		t.Errorf("there is no rule called %s", name)
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
		t.Fatalf("%s has no %q any more", mutant.name(), from)
	}
	times := 1
	if m.Everywhere {
		times = -1
	}
	*text = strings.Replace(*text, from, to, times)
	return mutant
}

// find is the unit test of a name.
func (f unitTestsFile) find(t *testing.T, name string) unitTest {
	t.Helper()
	for _, unit := range f.Tests {
		if unit.Name == name {
			return unit
		}
	}
	t.Fatalf("there is no unit test called %q", name)
	return unitTest{}
}
