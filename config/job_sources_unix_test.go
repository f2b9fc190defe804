//go:build unix

package config

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAPipeIsNoJobFile(t *testing.T) {
	folder := newJobFolder(t, "*.yml")
	if err := syscall.Mkfifo(folder.path("pipe.yml"), 0o600); err != nil {
		t.Skip(err)
	}
	folder.write("a.yml", "[{id: 5}]")
	folder.expect("5", map[string]string{"a.yml": "", "pipe.yml": "is no regular file"})
}

// TestTheWorstFileOfAMegabyteIsCheckedInASecond tries what is known to take long.
func TestTheWorstFileOfAMegabyteIsCheckedInASecond(t *testing.T) {
	const megabyte = 1 << 20
	repeat := func(format string) string {
		var text strings.Builder
		for i := 0; text.Len() < megabyte; i++ {
			fmt.Fprintf(&text, format, i)
		}
		return text.String()
	}
	for name, text := range map[string]string{
		"of other things":    "[" + strings.TrimSuffix(strings.Repeat(`{"n":1},`, megabyte/8), ",") + "]",
		"of one key each":    repeat("- k%d: x\n"),
		"of many keys":       "- id: 1\n" + repeat("  k%d: x\n"),
		"of bad labels":      "- id: 1\n  labels:\n" + repeat("    bad-%d: x\n"),
		"of a key again":     "- id: 1\n" + strings.Repeat("  id: 1\n", megabyte/8),
		"of aliases":         "- &a {id: 1}\n" + strings.Repeat("- *a\n", megabyte/5),
		"of merges":          "- &a {id: 1, name: x}\n" + strings.Repeat("- {<<: [*a, *a, *a, *a]}\n", megabyte/25),
		"of one id":          strings.Repeat("- id: 1\n", megabyte/8),
		"of lists":           strings.Repeat("- - - - - -\n", megabyte/12),
		"of brackets":        strings.Repeat("[", megabyte),
		"that ends too soon": repeat("- {id: %d}\n") + "- {id: ",
		"of one text":        "- id: \"" + strings.Repeat("x", megabyte) + "\"\n",
		"of job ids":         strings.Repeat("- id: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\n", 9_000),
	} {
		for _, isJSON := range []bool{false, true} {
			took, err := checkedIn(t, text, isJSON)
			if took > slower*time.Second {
				t.Errorf("a file %s, JSON %v: %s", name, isJSON, took)
			}
			if err == nil {
				t.Errorf("a file %s, JSON %v: was accepted", name, isJSON)
			} else if got := len(lines(err)); got > maxProblems+1 {
				t.Errorf("a file %s: %d lines of problems", name, got)
			}
		}
	}
}

// checkedIn checks a list, and tells how much of a processor that took: the wall
// clock would tell how busy the machine is.
func checkedIn(t *testing.T, text string, isJSON bool) (took time.Duration, err error) {
	t.Helper()
	rules := testRules()
	reader := jobReader{rules: rules, systems: rules.Systems, system: rules.Systems.Find("sample_exchange")}
	started := processorTime(t)
	_, err = parseJobs([]byte(text), "jobs", isJSON, reader)
	return processorTime(t) - started, err
}

// processorTime is what the process has used so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
