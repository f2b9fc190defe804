package collector_test

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/goldentest"
)

// systemCase is captured replies of one system and the keys of its target.
type systemCase struct {
	target  string
	system  string
	keys    string
	replies goldentest.Routes
}

// oneCaseOfEachSystem are jobs under way. Each has labels of its own.
func oneCaseOfEachSystem() []systemCase {
	const session = "815994e5-2828-4a88-86ed-4575f9e964e2:9c7e16e9-9b8c-4c5a-a67b-a66a08b7d71c"
	return []systemCase{
		{
			target: "samples", system: "sample_exchange",
			keys:    "labels: {team: community}\njobs: [{id: 4711, name: inventory report}]",
			replies: goldentest.Routes{"/sampleExchange/v1/samples/async/4711": "running.json"},
		}, {
			target: "vcenter-prod", system: "vsphere",
			keys: "labels: {team: images}\njobs: [{id: '" + session + "', name: photon, labels: {release: \"5\"}}]",
			replies: goldentest.Routes{
				"POST /api/session": "201 login-api.json",
				"/api/content/library/item/update-session/" + session:           "active-api.json",
				"/api/content/library/item/update-session/" + session + "/file": "ovf-files-api.json",
			},
		}, {
			target: "marketplace", system: "oracle_marketplace",
			keys:    "jobs: [{id: 2797090, labels: {team: sales}}]",
			replies: goldentest.Routes{"/appstore/publisher/v1/machineimages/2797090": "in-progress.json"},
		}, {
			target: "content", system: "oracle_content",
			keys:    "jobs: [{id: OP1, type: Type1}]",
			replies: goldentest.Routes{"/content/management/api/v1.1/types/Type1/updateType/.status/OP1": "processing.json"},
		},
	}
}

// TestGoldenOfAllSystems reads one job of each system in one scrape, from servers
// whose clocks are a second ahead.
func TestGoldenOfAllSystems(t *testing.T) {
	var targets []string
	for _, c := range oneCaseOfEachSystem() {
		server := goldentest.Serve(t, c.system, c.replies)
		server.Date = goldentest.ReplyTime().Add(time.Second)
		targets = append(targets, goldentest.Target(c.target, c.system, server.URL, c.keys))
	}
	goldentest.CompareFile(t, "all-systems", goldentest.Text(t, goldentest.Start(t, targets...).Read()))
}

// TestEveryGoldenHasItsTest finds golden files that nothing compares any more.
func TestEveryGoldenHasItsTest(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.prom")
	if want := []string{"testdata/all-systems.prom", "testdata/exporter.prom"}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("there are %q (%v), want %q", paths, err, want)
	}
}

// goldenFiles are all golden files, of the systems and of the collector.
func goldenFiles(t *testing.T) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(exportertest.Goldens(t, "..")))
}
