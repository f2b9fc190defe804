package described_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
)

// TestAReloadBringsChangesAndDropsDescriptions, and a bad one leaves the old one.
func TestAReloadBringsChangesAndDropsDescriptions(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"always the same"`)
		fmt.Fprint(w, `{"s":"odd","t":"even"}`)
	}))
	defer upstream.Close()
	text := func(field, words string) string {
		return fmt.Sprintf(`
systems:
  mine: {id: '[0-9]+', status: {path: '/{id}'}, fields: {state: .%s}, states: {%s}}
targets:
  - {name: a, system: mine, url: %q, jobs: [{id: 1}]}
`, field, words, upstream.URL)
	}
	exporter := exportertest.Start(t, exportertest.Options{Config: text("s", "running: [odd]")})
	wantState := func(want string) {
		t.Helper()
		if got := exporter.Scrape(time.Minute).State("a", "1"); got != want {
			t.Errorf("the job is %q, want %q", got, want)
		}
	}
	wantState("running")
	if reply := exporter.Reload(text("s", "succeeded: [odd]")); reply.Status != http.StatusOK {
		t.Fatal(reply)
	}
	wantState("succeeded")
	if reply := exporter.Reload(text("t", "failed: [even]")); reply.Status != http.StatusOK {
		t.Fatal(reply)
	}
	wantState("failed")
	reply := exporter.Reload(text("t | nothing", "failed: [even]"))
	if reply.Status == http.StatusOK || !strings.Contains(reply.Body, "nothing") {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
	wantState("failed")
	dropped := strings.Replace(text("t", "failed: [even]"), "mine: {", "other: {", 1)
	if reply := exporter.Reload(dropped); reply.Status == http.StatusOK || !strings.Contains(reply.Body, `"mine" is unknown`) {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
}
