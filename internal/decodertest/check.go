// Package decodertest is what the tests of all decoders share: whatever an
// upstream answers is either an error or a job whose series are valid. It knows
// no system, so that a system's own tests can use it.
package decodertest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/metrictest"
)

// Checker checks what the decoder of one system makes. It is made once: a fuzz
// test needs it very often.
type Checker struct {
	system string
	table  *exposition.Table
	layout *exposition.Layout
	parts  *sync.Pool
}

// NewChecker makes the checker of a system.
func NewChecker(s system.System) *Checker {
	table := exposition.NewTable([]exposition.SystemInfo{{System: s.Name(), Metric: s.Info()}})
	return &Checker{system: s.Name(), table: table, layout: table.Layout(nil), parts: exposition.NewPartsPool()}
}

// Check checks the series of what a decoder made, with error texts and with
// few files. It returns either a job or an error.
func (c *Checker) Check(t testing.TB, decoded *job.Job, err error) {
	t.Helper()
	if (decoded == nil) == (err == nil) {
		t.Fatalf("job %v and error %v", decoded, err)
	}
	if decoded == nil {
		return
	}
	view := exposition.View{Name: "1", Kind: "kind", Job: decoded, FirstSeen: time.Unix(1, 0), ErrorText: true, MaxFiles: 3}
	x := exposition.New(c.table, c.layout, nil, c.parts, func(int, time.Duration) {})
	x.AddJob([]string{c.system, "example", "1"}, c.table.Samples(c.system, view, &exposition.List{}, exposition.Samples{}))
	for _, problem := range metrictest.Problems(metrictest.Copied(x.Families())) {
		t.Error(problem)
	}
}

// Reply is a captured reply of the system whose tests run.
func Reply(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "replies", name))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Replies are all captured replies of the system whose tests run, as seeds.
func Replies(t testing.TB) [][]byte {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("testdata", "replies"))
	if err != nil || len(entries) == 0 {
		t.Fatalf("no captured replies: %v", err)
	}
	var bodies [][]byte
	for _, entry := range entries {
		bodies = append(bodies, Reply(t, entry.Name()))
	}
	return bodies
}
