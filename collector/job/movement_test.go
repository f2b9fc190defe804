package job

import (
	"testing"
	"time"
)

func TestWhatShowsThatAJobGoesOn(t *testing.T) {
	at := time.Date(2026, 10, 30, 12, 0, 0, 0, time.UTC)
	same := func(*Job) {}
	for name, test := range map[string]struct {
		change func(*Job)
		want   bool
	}{
		"nothing":                    {same, false},
		"progress":                   {func(j *Job) { j.Progress = new(0.6) }, true},
		"progress back":              {func(j *Job) { j.Progress = new(0.4) }, true},
		"progress told no more":      {func(j *Job) { j.Progress = nil }, true},
		"a chunk":                    {func(j *Job) { j.Chunks = &Chunks{Uploaded: new(2.0), Pending: new(2.0)} }, true},
		"bytes of a file":            {func(j *Job) { j.Files[0].TransferredBytes = new(11.0) }, true},
		"a file's state":             {func(j *Job) { j.Files[0].State = Succeeded }, true},
		"a file more":                {func(j *Job) { j.Files = append(j.Files, File{Name: "b"}) }, true},
		"a data center's state":      {func(j *Job) { j.DataCenters[0].State = Failed }, true},
		"a data center's progress":   {func(j *Job) { j.DataCenters[0].Progress = new(0.2) }, true},
		"a data center's update":     {func(j *Job) { j.DataCenters[0].LastUpdate = at.Add(time.Second) }, true},
		"a part's state":             {func(j *Job) { j.Parts[0].State = Succeeded }, true},
		"a part's progress":          {func(j *Job) { j.Parts[0].Progress = new(0.2) }, true},
		"the job's update":           {func(j *Job) { j.LastUpdate = at.Add(time.Second) }, true},
		"the same time elsewhere":    {func(j *Job) { j.LastUpdate = at.In(time.FixedZone("", 3600)) }, false},
		"its expiration moves along": {func(j *Job) { j.Expiration = at.Add(time.Hour) }, false},
	} {
		read := func() *Job {
			return &Job{
				State: Running, Progress: new(0.5), LastUpdate: at, Expiration: at, Chunks: &Chunks{Uploaded: new(1.0), Pending: new(3.0)},
				Files:       []File{{Name: "a", State: Running, TransferredBytes: new(10.0)}},
				DataCenters: []DataCenter{{Name: "us2", State: Running, Progress: new(0.1), LastUpdate: at}},
				Parts:       []Part{{Name: "build", State: Running}},
			}
		}
		later := read()
		test.change(later)
		if got := later.MovedSince(read()); got != test.want {
			t.Errorf("%s: moved %t, want %t", name, got, test.want)
		}
	}
	unmoving := &Job{State: Running, Expiration: at, Files: []File{}}
	if unmoving.Moves() || unmoving.MovedSince(unmoving) {
		t.Error("a job of which nothing is told that could change moves")
	}
}
