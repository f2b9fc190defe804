package described_test

import (
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// upload is a description that has all metrics of parts.
const upload = `
my_upload:
  kind: upload
  params: [project]
  id: '[0-9]+'
  status: {path: '/v1/{project}/uploads/{id}'}
  fields:
    state: .status
    progress: {percent: .pct}
    created: .created
  states: {pending: [QUEUED], running: [RUNNING], succeeded: [OK], failed: [BAD], canceled: [STOPPED]}
  parts: {items: .steps, name: .name, kind: .stage, state: .state, progress: .pct}
`

// TestGolden writes down all that a described job exports.
func TestGolden(t *testing.T) {
	sections, err := config.ParseSections([]byte(upload), "systems.yml")
	if err != nil {
		t.Fatal(err)
	}
	made := described.New(nil).Describe(sections)
	if err := config.SectionsError(sections); err != nil || len(made) != 1 {
		t.Fatalf("%v, %v", made, err)
	}
	tried, ok := made[0].(system.Trier)
	if !ok {
		t.Fatal("a described system cannot be tried")
	}
	target := &config.Target{Name: "uploads", Options: &described.Options{Params: map[string]string{"project": "images"}}}
	target.MaxFiles = 3
	const reply = `{"status":"RUNNING","pct":"42%","created":"2026-03-02T10:00:00Z","secret":"must-never-be-shown","steps":[
		{"name":"copy","stage":"transfer","state":"RUNNING","pct":84},{"name":"check","stage":"verify","state":"QUEUED"},
		{"name":"fetch","stage":"transfer","state":"OK","pct":100},{"name":"sign","stage":"verify","state":"BAD"}]}`
	var text strings.Builder
	if err := collector.Try(t.Context(), &text, tried, target, []byte(reply)); err != nil {
		t.Fatal(err)
	}
	goldentest.CompareFile(t, "my_upload", text.String())
}
