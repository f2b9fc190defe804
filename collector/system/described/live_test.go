package described_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/exportertest"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/simulator"
)

// liveCase is of testdata what a double answers with, and what has to come of it.
type liveCase struct {
	Params map[string]string
	Login  *struct{ Reply string }
	Jobs   map[string]struct{ Reply, State, Word string }
	Gone   *struct {
		ID, Reply string
		Status    int
	}
	List *struct {
		Pages []string
		IDs   []string `yaml:"ids"`
		Names map[string]string
		Found map[string]string
	}
	Parts *struct {
		Reply string
		Want  []string
	}
}

// TestBuiltInDescriptionsLive reads a double of each system that is built in, by
// its login, its pages and its paths.
func TestBuiltInDescriptionsLive(t *testing.T) {
	descriptions, err := filepath.Glob("descriptions/*.yml")
	if err != nil || len(descriptions) != 16 {
		t.Fatalf("%q, %v", descriptions, err)
	}
	for _, path := range descriptions {
		name := strings.TrimSuffix(filepath.Base(path), ".yml")
		t.Run(name, func(t *testing.T) { readLive(t, name) })
	}
}

func readLive(t *testing.T, name string) {
	c := readLiveCase(t, name)
	double, err := simulator.Double(c.script(t, name))
	if err != nil {
		t.Fatal(err)
	}
	simulated := exportertest.Simulate(t, simulator.Options{Gzip: true}, double)
	exporter := exportertest.Start(t, exportertest.Options{Config: simulated.Config()})
	scraped := exporter.Scrape(time.Minute)
	wantUp(t, scraped, "asyncjob_target_up")
	for id, job := range c.Jobs {
		wantLive(t, scraped, "asyncjob_state", "job_id", id, "state", job.State)
		wantLive(t, scraped, "asyncjob_upstream_state", "job_id", id, "upstream_state", job.Word)
	}
	if c.Gone != nil {
		wantLive(t, scraped, "asyncjob_state", "job_id", c.Gone.ID, "state", "gone")
	}
	if c.List != nil {
		c.checkList(t, simulated, scraped, name)
	}
	if c.Parts != nil {
		if got := simulated.Count(name, "parts"); got < len(c.Jobs) {
			t.Errorf("%d requests for parts of %d jobs", got, len(c.Jobs))
		}
		for _, want := range c.Parts.Want {
			words := strings.Fields(want)
			wantLive(t, scraped, "asyncjob_part_state", "job_id", slices.Sorted(maps.Keys(c.Jobs))[0], "part", words[0], "state", words[1])
		}
	}
	c.checkLogin(t, simulated, exporter, name)
	for _, secret := range append(simulated.Secrets(), "must-never-be-shown") {
		if strings.Contains(exporter.Log.String(), secret) || strings.Contains(scraped.Text, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
}

func (c *liveCase) checkList(t *testing.T, simulated *simulator.Simulator, scraped *exportertest.Exposition, name string) {
	t.Helper()
	if got := simulated.Count(name, "list"); got != len(c.List.Pages) {
		t.Errorf("the list of %d pages cost %d requests", len(c.List.Pages), got)
	}
	for _, id := range c.List.IDs {
		wantLive(t, scraped, "asyncjob_up", "job_id", id)
	}
	for id, name := range c.List.Names {
		wantLive(t, scraped, "asyncjob_info", "job_id", id, "job_name", name)
	}
	reads := 0
	for id := range c.Jobs {
		if c.List.Found[id] == "" {
			reads++
		}
	}
	if c.Gone != nil {
		reads++
	}
	if got := simulated.Count(name, "status"); len(c.List.Found) > 0 && got > reads {
		t.Errorf("%d reads of single jobs, though the list says all of %d: at most %d are needed", got, len(c.List.Found), reads)
	}
}

func (c *liveCase) checkLogin(t *testing.T, simulated *simulator.Simulator, exporter *exportertest.Exporter, name string) {
	t.Helper()
	if got := simulated.Count(name, "unknown"); got != 0 {
		t.Errorf("%d requests for something that the system does not have", got)
	}
	if c.Login == nil {
		return
	}
	exporter.Scrape(time.Minute)
	if got := simulated.Count(name, "login"); got != 1 {
		t.Errorf("%d logins", got)
	}
	exporter.Close()
	if got := simulated.OpenSessions(); got != 0 && simulated.Count(name, "logout") > 0 {
		t.Errorf("%d sessions are left", got)
	}
}

func wantUp(t *testing.T, scraped *exportertest.Exposition, name string) {
	t.Helper()
	if value, ok := scraped.Value(name); !ok || value != 1 {
		t.Errorf("%s is %v (%v)", name, value, ok)
	}
}

func wantLive(t *testing.T, scraped *exportertest.Exposition, name string, labels ...string) {
	t.Helper()
	if value, ok := scraped.Value(name, labels...); !ok || value != 1 {
		t.Errorf("%s%q is %v (%v)", name, labels, value, ok)
	}
}

func readLiveCase(t *testing.T, name string) *liveCase {
	t.Helper()
	var c liveCase
	if err := yaml.Unmarshal(readFile(t, name, "case.yml"), &c); err != nil {
		t.Fatal(err)
	}
	return &c
}

func readFile(t *testing.T, name, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name, file))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// script makes the double's answers of the files.
func (c *liveCase) script(t *testing.T, name string) simulator.Script {
	t.Helper()
	description, err := os.ReadFile("descriptions/" + name + ".yml")
	if err != nil {
		t.Fatal(err)
	}
	ids := slices.Sorted(maps.Keys(c.Jobs))
	script := simulator.Script{
		Description: description, Params: c.Params, IDs: ids,
		Values: groupsOf(t, description),
		Known:  func(*simulator.World) []string { return nil },
		Status: func(_ *simulator.World, id string) ([]byte, bool) {
			job, known := c.Jobs[id]
			if !known && c.List != nil && slices.Contains(c.List.IDs, id) {
				return readFile(t, name, "running.json"), true
			}
			if !known {
				return nil, false
			}
			return readFile(t, name, job.Reply+".json"), true
		},
		Target: "  finished_ttl: 0s\n",
	}
	if c.Gone != nil {
		script.IDs = append(script.IDs, c.Gone.ID)
		files, err := filepath.Glob(filepath.Join("testdata", name, c.Gone.Reply+".*"))
		if err != nil || len(files) != 1 {
			t.Fatalf("%q, %v", files, err)
		}
		script.Gone = simulator.Answer{Status: c.Gone.Status, Body: readFile(t, name, filepath.Base(files[0]))}
	}
	if c.Login != nil {
		script.Login = readFile(t, name, c.Login.Reply+".json")
	}
	if c.List != nil {
		script.Known = func(*simulator.World) []string { return c.List.IDs }
		script.Pages = func(*simulator.World) [][]byte {
			var pages [][]byte
			for _, page := range c.List.Pages {
				pages = append(pages, readFile(t, name, page+".json"))
			}
			return pages
		}
	}
	if c.Parts != nil {
		script.Parts = func(*simulator.World, string) []byte { return readFile(t, name, c.Parts.Reply+".json") }
	}
	return script
}

// groupsOf splits an id by the description's pattern.
func groupsOf(t *testing.T, description []byte) func(id string) map[string]string {
	t.Helper()
	var all map[string]struct{ ID string }
	if err := yaml.Unmarshal(description, &all); err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`.*`)
	for _, read := range all {
		pattern = regexp.MustCompile(fmt.Sprintf("^(?:%s)$", read.ID))
	}
	return func(id string) map[string]string {
		groups := map[string]string{}
		for i, value := range pattern.FindStringSubmatch(id) {
			if name := pattern.SubexpNames()[i]; name != "" {
				groups[name] = value
			}
		}
		return groups
	}
}
