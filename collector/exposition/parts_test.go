package exposition

import (
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

func namesOf(files []job.File) string {
	var names []string
	for _, file := range files {
		names = append(names, file.Name+":"+string(file.State))
	}
	return strings.Join(names, " ")
}

func fileName(f job.File) string { return f.Name }

func fitFile(f *job.File) { f.Name = job.Label(f.Name) }

func TestShownFiles(t *testing.T) {
	files := []job.File{{Name: "c", State: job.Running}, {Name: "a", State: job.Failed}, {Name: "b", State: job.Pending}, {Name: "a", State: job.Succeeded}}
	for limit, want := range map[int]string{
		0: "", 1: "a:failed", 2: "a:failed b:pending", 3: "a:failed b:pending c:running", 200: "a:failed b:pending c:running",
	} {
		shown, omitted := firstByName(files, fileName, fitFile, limit)
		if got := namesOf(shown); got != want || omitted != max(3-limit, 0) {
			t.Errorf("of at most %d: %q and %d omitted", limit, got, omitted)
		}
	}
	if got := namesOf(files); got != "c:running a:failed b:pending a:succeeded" {
		t.Errorf("the job's own files were changed to %q", got)
	}
}

// TestNamesThatBecomeAlike are one file once they are fit to be labels.
func TestNamesThatBecomeAlike(t *testing.T) {
	long := strings.Repeat("x", 128)
	shown, omitted := firstByName([]job.File{{Name: long + "1"}, {Name: long + "2"}, {Name: "a\n"}, {Name: "a\t"}}, fileName, fitFile, 200)
	if len(shown) != 2 || omitted != 0 || shown[0].Name != "a " || shown[1].Name != long {
		t.Errorf("%q and %d omitted", namesOf(shown), omitted)
	}
	two := []job.DataCenter{{Name: long + "2", Region: "r2"}, {Name: long + "1", Region: "r1"}}
	dataCenters, _ := firstByName(two, func(d job.DataCenter) string { return d.Name }, func(d *job.DataCenter) { d.Name = job.Label(d.Name) }, 200)
	if len(dataCenters) != 1 || dataCenters[0].Region != "r2" {
		t.Errorf("%v", dataCenters)
	}
}

// TestDataCentersBeyondTheLimit have no series, though all of them are counted.
func TestDataCentersBeyondTheLimit(t *testing.T) {
	many := make([]job.DataCenter, 20_000)
	for i := range many {
		many[i] = job.DataCenter{Name: strings.Repeat("x", i%300), State: job.Running}
	}
	table := NewTable(nil)
	var list List
	samples := table.Samples("s", View{Job: &job.Job{State: job.Running, DataCenters: many}, MaxFiles: 5}, &list, Samples{})
	states, counted := 0, 0.0
	for i, row := range []byte(samples.rows) {
		switch table.rows[row].name {
		case "asyncjob_data_center_state":
			states++
		case "asyncjob_data_centers":
			counted += samples.values[i]
		}
	}
	if states != 5 || counted != 20_000 {
		t.Errorf("%d data centres have series and %v are counted, want 5 and 20000", states, counted)
	}
}
