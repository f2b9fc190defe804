package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

var update = flag.Bool("update", false, "write what was seen into the golden files")

// Case is captured replies and the exposition that they become.
type Case struct {
	// Name of the file testdata/<name>.prom.
	Name string
	// Keys of the target besides its credentials, as YAML.
	Keys    string
	Replies Routes
}

// Compare reads the captured replies of each case from a server that wants a
// login, and compares the whole exposition.
func Compare(t *testing.T, system string, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			server := Serve(t, system, c.Replies)
			CompareFile(t, c.Name, Text(t, Start(t, Target("example", system, server.URL, c.Keys)).Read()))
		})
	}
}

// Text is what a golden file holds of the metrics.
func Text(t *testing.T, families metrictest.Families) string {
	t.Helper()
	return metrictest.Encode(t, families, expfmt.TypeTextPlain)
}

// Complete finds golden files that no case and none of the other names stands
// for, and captured replies that no case and none of the other answers serves.
func Complete(t *testing.T, cases []Case, otherNames, otherAnswers []string) {
	t.Helper()
	names, used := map[string]bool{}, map[string]bool{}
	for _, name := range otherNames {
		names[name] = true
	}
	for _, answer := range otherAnswers {
		_, file := splitAnswer(answer)
		used[file] = true
	}
	for _, c := range cases {
		if names[c.Name] {
			t.Errorf("two cases are called %s", c.Name)
		}
		names[c.Name] = true
		for _, answer := range c.Replies {
			_, file := splitAnswer(answer)
			used[file] = true
		}
	}
	for _, path := range matching(t, "testdata/*.prom") {
		if name := strings.TrimSuffix(filepath.Base(path), ".prom"); !names[name] {
			t.Errorf("%s belongs to no case", path)
		}
	}
	for _, path := range matching(t, "testdata/replies/*") {
		if !used[filepath.Base(path)] {
			t.Errorf("no test serves %s", path)
		}
	}
}

// CompareFile compares a text with testdata/<name>.prom, or writes it there.
func CompareFile(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".prom")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	if got == string(want) {
		return
	}
	t.Errorf("the exposition differs from %s; -update writes it anew", path)
	was, is := lineSet(string(want)), lineSet(got)
	for line := range strings.SplitSeq(string(want), "\n") {
		if !is[line] {
			t.Logf("- %s", line)
		}
	}
	for line := range strings.SplitSeq(got, "\n") {
		if !was[line] {
			t.Logf("+ %s", line)
		}
	}
}

func lineSet(text string) map[string]bool {
	lines := map[string]bool{}
	for line := range strings.SplitSeq(text, "\n") {
		lines[line] = true
	}
	return lines
}
