package exportertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// RunWithProgram builds the exporter, lets a package's tests run, and removes it
// again: for TestMain, which ends with what this returns. root is the project's,
// seen from the package; where the program is, is written to program.
func RunWithProgram(tests interface{ Run() int }, root string, program *string) int {
	directory, err := os.MkdirTemp("", "exportertest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(directory)
	*program = filepath.Join(directory, "asyncjob_exporter")
	build := exec.Command("go", "build", "-o", *program, ".") //nolint:gosec,noctx // a test names the file; no test with a context runs yet
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the exporter: %v\n%s", err, said)
		return 1
	}
	return tests.Run()
}
