package dashboards

import (
	"io"
	"net/http"
	"os"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// program is the exporter, built from this tree.
var program string

func TestMain(m *testing.M) {
	os.Exit(exportertest.RunWithProgram(m, "..", &program))
}

// startDemo runs the program's demo until the test ends and returns its URL.
func startDemo(t *testing.T) string {
	t.Helper()
	return start(t, program, "--demo", "--web.listen-address=127.0.0.1:0")
}

// start runs a program that serves HTTP until the test ends, and returns its URL.
func start(t *testing.T, path string, arguments ...string) string {
	t.Helper()
	return "http://" + exportertest.StartProcess(t, path, arguments...).Listening()
}

// get asks for a page that must be there.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %s (%v)", url, response.Status, text, err)
	}
	return string(text)
}
