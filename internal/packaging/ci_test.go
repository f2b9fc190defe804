package packaging

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A test that needs a large program is skipped where nobody asks for it: CI asks
// for all of them.
func TestCIAsksForEveryProgramThatATestRuns(t *testing.T) {
	run := read(t, ".ci/run")
	for variable, file := range programsThatTestsAskFor(t) {
		if !strings.Contains(run, variable+"=") {
			t.Errorf("%s runs where %s names a program, and .ci/run names none", file, variable)
		}
	}
}

// programsThatTestsAskFor are environment variables, each with a test that
// looks for it.
func programsThatTestsAskFor(t *testing.T) map[string]string {
	t.Helper()
	asked := map[string]string{}
	call := regexp.MustCompile(`testprogram\.Asked\(t, "(\w+)"\)`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, found := range call.FindAllStringSubmatch(string(content), -1) {
			asked[found[1]] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) == 0 {
		t.Fatal("no test asks for a program")
	}
	return asked
}
