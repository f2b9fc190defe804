// Package testprogram finds the programs of others that tests run.
package testprogram

import (
	"os"
	"os/exec"
)

// TB is what this package needs of a test.
type TB interface {
	Helper()
	Fatalf(format string, arguments ...any)
	Skipf(format string, arguments ...any)
}

// Asked is the program that an environment variable names, such as
// ASYNCJOB_PROMTOOL. A test that needs a large program runs only where somebody
// asks for it, as CI does, and not wherever some version of it happens to be
// installed.
func Asked(tb TB, variable string) string {
	tb.Helper()
	asked := os.Getenv(variable)
	if asked == "" {
		tb.Skipf("runs where %s names the program that it needs", variable)
	}
	path, err := exec.LookPath(asked)
	if err != nil {
		tb.Fatalf("%s: %v", variable, err)
	}
	return path
}

// InPath skips a test of a script where a small program that the script calls is
// missing. CI must have it.
func InPath(tb TB, name string) {
	tb.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("CI must have %s in the PATH: %v", name, err)
		}
		tb.Skipf("needs %s in the PATH", name)
	}
}
