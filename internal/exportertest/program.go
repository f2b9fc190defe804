package exportertest

import (
	"os"
	"os/exec"
)

// Skipper is a test that can be skipped.
type Skipper interface {
	TB
	Skipf(format string, arguments ...any)
}

// FindProgram looks for a program that not every machine has, first in an
// environment variable. Without it the test is skipped, but not in CI.
func FindProgram(tb Skipper, variable, name string) string {
	tb.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("CI must have %s, in the PATH or in %s", name, variable)
		}
		tb.Skipf("needs %s, in the PATH or in %s", name, variable)
	}
	return path
}
