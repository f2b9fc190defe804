package goldentest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Directory is where a system's replies and goldens are, whichever package's
// test asks: testdata beside the system, whose package has its name without the
// underscores.
func Directory(t testing.TB, system string) string {
	t.Helper()
	return filepath.Join(root(t), "collector", "system", strings.ReplaceAll(system, "_", ""), "testdata")
}

// matching are the files that match a pattern, of which there must be some.
func matching(t testing.TB, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("there is no %s: %v", pattern, err)
	}
	return paths
}

// root is the project's folder: a test runs in its own package's.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(folder, "go.mod")) {
		if folder == filepath.Dir(folder) {
			t.Fatal("the test runs outside of the project")
		}
		folder = filepath.Dir(folder)
	}
	return folder
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
