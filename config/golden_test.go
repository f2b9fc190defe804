package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// update rewrites the golden files: go test ./config/ -update
var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// canary stands in every secret of the test data, and must stand nowhere else.
const canary = "hunter2"

// checkGolden compares a text with a golden file.
func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s:\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

// eachFile runs a subtest for each file that a glob matches, at least one.
func eachFile(t *testing.T, glob string, test func(t *testing.T, path string)) {
	t.Helper()
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test data %s: %v", glob, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yml"), func(t *testing.T) { test(t, path) })
	}
}
