package e2e

import (
	"fmt"
	"strings"
)

// jobsOf are the jobs of a target in a configuration.
func jobsOf(target map[string]any) []map[string]any {
	var jobs []map[string]any
	list, _ := target["jobs"].([]any)
	for _, item := range list {
		if job, ok := item.(map[string]any); ok {
			jobs = append(jobs, job)
		}
	}
	return jobs
}

// text is a value of a configuration, which may be a number; empty where there
// is none.
func text(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// indented puts an item of a list below its key.
func indented(item string) string {
	var lines strings.Builder
	for line := range strings.Lines(item) {
		lines.WriteString("  " + line)
	}
	return lines.String()
}
