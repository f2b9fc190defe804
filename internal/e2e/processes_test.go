// Package e2e holds no code but tests: of the exporter's own program, beside a
// real Prometheus and a real Alertmanager.
package e2e

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

const (
	// root is the project's, seen from here.
	root = "../.."
	// parallelTests is more than there are processors: most tests wait.
	parallelTests = "8"
)

// program is the exporter, built from this tree.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", parallelTests); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(exportertest.RunWithProgram(m, root, &program))
}

// get asks a process for a page and returns its status and its text. A request
// without an answer has the status 0.
func get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	return send(t, http.MethodGet, url)
}

func send(t *testing.T, method, url string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
	}
	return response.StatusCode, string(body)
}
