package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDurationsOfAnExpressionAreScaledAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, expression, want string }{
		{"range", `rate(x[5m])`, `rate(x[3s])`},
		{"subquery", `max_over_time((x)[30m:1m])`, `max_over_time((x)[18s:600ms])`},
		{"subquery without a step", `max_over_time(x[30m:])`, `max_over_time(x[18s:])`},
		{"offset", `x offset 1h`, `x offset 36s`},
		{"negative offset", `x offset -1h`, `x offset -36s`},
		{"several units", `x[1h30m] offset 1d`, `x[54s] offset 14m24s`},
		{"milliseconds", `x[500ms]`, `x[5ms]`},
		{"never nothing", `x[10ms]`, `x[1ms]`},
		{"a name", `x1m{p5m="a"} + m5s`, `x1m{p5m="a"} + m5s`},
		{"a recorded name", `job:x:rate5m`, `job:x:rate5m`},
		{"a number", `x > 120 + 1e3 + 0x5d + 2.5 + NaN`, `x > 120 + 1e3 + 0x5d + 2.5 + NaN`},
		{"seconds before now", `x >= 0 <= time() - 1800`, `x >= 0 <= time() - 18`},
		{"a time without them", `time() - x - time() < 120`, `time() - x - time() < 120`},
		{"a string", `x{a="5m",b='[1h]'}[10m]`, `x{a="5m",b='[1h]'}[6s]`},
		{"a string with a quote", `x{a="\"5m"}[10m]`, `x{a="\"5m"}[6s]`},
		{"a raw string", "x{a=`\\`}[10m]", "x{a=`\\`}[6s]"},
		{"a comment", "x # in 5m\n[5m]", "x # in 5m\n[3s]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := scaleExpression(test.expression, 0.01)
			if err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestARulesFileIsScaledAndKeepsItsText(t *testing.T) {
	t.Parallel()
	const rules = `# What the rules share: 5m.
groups:
    - name: five 5m
      interval: 1m
      rules:
        # The value is 5m.
        - alert: A
          expr: |
            max_over_time(x[5m]) # 5m
            == 5
          for: 10m
          keep_firing_for: 15m
          annotations:
            description: '{{ with query "x[5m]" }}5m{{ end }}'
        - record: b
          expr: rate(x[1h])
        - alert: C
          expr: x
          for: 0s
`
	want := strings.NewReplacer("interval: 1m", "interval: 600ms", "max_over_time(x[5m])", "max_over_time(x[3s])",
		"for: 10m", "for: 6s", "for: 15m", "for: 9s", "x[1h]", "x[36s]").Replace(rules)
	got, err := scaleFile([]byte(rules), 0.01)
	if err != nil || string(got) != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
}

func TestAFactorOfOneChangesNoShippedRule(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../alerts/asyncjob.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	once, err := scaleFile(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	// The YAML may be laid out anew, but no line says anything else.
	if got, want := strings.Fields(string(once)), strings.Fields(string(text)); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("changed:\n%s", once)
	}
}

func TestWhatCannotBeScaledIsAnError(t *testing.T) {
	t.Parallel()
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "rules.yml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := write("groups: []\n")
	for _, test := range []struct {
		name, want string
		arguments  []string
	}{
		{"no factor", "--factor", []string{good}},
		{"factor 0", "has to be positive", []string{"--factor=0", good}},
		{"no such file", "reading the rules", []string{"--factor=1", good + ".not"}},
		{"no YAML", "scaling", []string{"--factor=1", write("groups: [")}},
		{"no rules", "has no groups", []string{"--factor=1", write("a: 1\n")}},
		{"empty", "is empty", []string{"--factor=1", write("")}},
		{"no duration", "line 1, for", []string{"--factor=1", write("groups: [{rules: [{for: soon}]}]\n")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var out, errOut strings.Builder
			err := run(test.arguments, &out, &errOut)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want one with %q", err, test.want)
			}
			if out.Len() > 0 {
				t.Errorf("printed %q", out.String())
			}
		})
	}
}
