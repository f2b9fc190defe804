package described

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// testCase is what testdata has of one system: replies by the names of their
// files, and what the exporter has to learn from them.
type testCase struct {
	Params map[string]string
	Login  *struct{ Reply string }
	Jobs   map[string]wanted
	Gone   *struct {
		ID, Reply string
		Status    int
	}
	List *struct {
		Pages []string
		IDs   []string `yaml:"ids"`
		Names map[string]string
		// Found are the states of jobs that the list says all of.
		Found map[string]job.State
	}
	Parts *struct {
		Reply string
		Want  []string
	}

	folder string
}

// wanted is a job as it has to be read.
type wanted struct {
	Reply      string
	State      job.State
	Word       string
	Name       string
	Progress   *float64
	Created    time.Time
	Start      time.Time
	End        time.Time
	LastUpdate time.Time `yaml:"last_update"`
	Expiration time.Time
	ErrorID    string `yaml:"error_id"`
	Error      string
	Info       map[string]string
	Parts      []string
}

// canary is in many replies, where no expression of theirs goes.
const canary = "must-never-be-shown"

func readCase(t testing.TB, name string) *testCase {
	t.Helper()
	folder := filepath.Join("testdata", name)
	text, err := os.ReadFile(filepath.Join(folder, "case.yml"))
	if err != nil {
		t.Fatal(err)
	}
	read := &testCase{folder: folder}
	if err := yaml.Unmarshal(text, read); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return read
}

// reply is the file of a name.
func (c *testCase) reply(t testing.TB, name string) []byte {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(c.folder, name+".[jh][st][om][nl]"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%s/%s: %v, %v", c.folder, name, found, err)
	}
	body, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func builtInSystems(t *testing.T) []*System {
	t.Helper()
	d := New(nil)
	if err := d.Problems(); err != nil {
		t.Fatal(err)
	}
	return d.BuiltIn()
}

// partsAsText is one line for each part, sorted.
func partsAsText(parts []job.Part) []string {
	lines := []string{}
	for _, part := range parts {
		lines = append(lines, strings.TrimSpace(part.Name+" "+string(part.State)+" "+part.Kind))
	}
	slices.Sort(lines)
	return lines
}

func (c *testCase) target() *config.Target {
	return &config.Target{Options: &Options{Params: c.Params}}
}
