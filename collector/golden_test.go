package collector_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/common/expfmt"
)

var update = flag.Bool("update", false, "write what was seen into the golden files")

// goldenCase is captured replies and the exposition that they become.
type goldenCase struct {
	// name of the file testdata/<system>-<name>.prom
	name   string
	system string
	// keys of the target besides its credentials, as YAML.
	keys    string
	replies routes
}

// TestGolden reads captured replies over HTTP, from a server that wants a login,
// and compares the whole exposition.
func TestGolden(t *testing.T) {
	for _, c := range allGoldenCases() {
		t.Run(c.system+"-"+c.name, func(t *testing.T) {
			t.Parallel()
			server := serveReplies(t, c.system, c.replies)
			scraped := startReading(t, targetOf("example", c.system, server.URL, c.keys)).scrape()
			compareGolden(t, c.system+"-"+c.name, encoded(t, scraped.families, expfmt.TypeTextPlain))
		})
	}
}

// TestGoldenOfAllSystems reads one job of each system in one scrape.
func TestGoldenOfAllSystems(t *testing.T) {
	var targets []string
	for _, c := range oneCaseOfEachSystem() {
		server := serveReplies(t, c.system, c.replies)
		targets = append(targets, targetOf(c.name, c.system, server.URL, c.keys))
	}
	scraped := startReading(t, targets...).scrape()
	compareGolden(t, "all-systems", encoded(t, scraped.families, expfmt.TypeTextPlain))
}

// TestEveryGoldenHasItsCase finds golden files that nothing compares any more.
func TestEveryGoldenHasItsCase(t *testing.T) {
	known := map[string]bool{"all-systems": true, "exporter": true}
	for _, name := range vanishedGoldens() {
		known[name] = true
	}
	for _, c := range allGoldenCases() {
		if known[c.system+"-"+c.name] {
			t.Errorf("two cases are called %s-%s", c.system, c.name)
		}
		known[c.system+"-"+c.name] = true
	}
	for _, path := range goldenFiles(t) {
		if name := strings.TrimSuffix(filepath.Base(path), ".prom"); !known[name] {
			t.Errorf("%s belongs to no case", path)
		}
	}
}

// TestEveryReplyIsUsed finds captured replies that nothing serves.
func TestEveryReplyIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, c := range allGoldenCases() {
		for _, answer := range c.replies {
			used[replyPath(c.system, answer)] = true
		}
	}
	for _, c := range vanishCases() {
		used[replyPath("vsphere", c.item)] = true
	}
	paths, err := filepath.Glob("testdata/replies/*/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no captured replies: %v", err)
	}
	for _, path := range paths {
		if !used[path] {
			t.Errorf("no test serves %s", path)
		}
	}
}

// replyPath is the file of an answer in routes.
func replyPath(system, answer string) string {
	if _, file, hasStatus := strings.Cut(answer, " "); hasStatus {
		answer = file
	}
	return filepath.Join("testdata", "replies", system, answer)
}

func goldenFiles(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.prom")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	return paths
}

// compareGolden compares a text with testdata/<name>.prom, or writes it there.
func compareGolden(t *testing.T, name, got string) {
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
