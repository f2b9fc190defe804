// Package packaging holds no code but tests: of what stands around the program
// and no compiler reads, the Dockerfile, the Makefile and the examples.
package packaging

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// root is the project's, seen from here.
const root = "../.."

// exporter is the program, built from this tree.
var exporter string

func TestMain(m *testing.M) {
	os.Exit(exportertest.RunWithProgram(m, root, &exporter))
}

// run starts a program in the project's root and fails the test, with what it
// said, unless it succeeds.
func run(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Dir = root
	said, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(arguments, " "), err, said)
	}
	return string(said)
}

// read returns a file of the project.
func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// documents parses a YAML file of the project, which may hold several.
func documents[T any](t *testing.T, file string) []T {
	t.Helper()
	var all []T
	for decoder := yaml.NewDecoder(bytes.NewBufferString(read(t, file))); ; {
		var document T
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, document)
	}
}

// document parses a YAML file that holds one.
func document[T any](t *testing.T, file string) T {
	t.Helper()
	all := documents[T](t, file)
	if len(all) != 1 {
		t.Fatalf("%s holds %d documents, want 1", file, len(all))
	}
	return all[0]
}
