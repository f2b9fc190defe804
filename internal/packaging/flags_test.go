package packaging

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// TestEveryFlagInAnExampleExists takes the flags from wherever the exporter is
// started and looks for them in its own help.
func TestEveryFlagInAnExampleExists(t *testing.T) {
	known := knownFlags(t)
	for place, arguments := range map[string][]string{
		"Dockerfile":               dockerfileCommand(t),
		"examples/compose.yaml":    document[compose](t, "examples/compose.yaml").Services["exporter"].Command,
		"examples/systemd":         systemdCommand(t),
		"examples/kubernetes":      kubernetesArguments(t),
		"README.md":                mentionedFlags(t, "README.md"),
		"examples/README.md":       mentionedFlags(t, "examples/README.md"),
		"per-target.yml, comment":  mentionedFlags(t, "examples/prometheus/per-target.yml"),
		"sharded.yml, its comment": mentionedFlags(t, "examples/prometheus/sharded.yml"),
	} {
		t.Run(place, func(t *testing.T) {
			flags := 0
			for _, argument := range arguments {
				flag, _, _ := strings.Cut(argument, "=")
				if !strings.HasPrefix(flag, "--") {
					continue
				}
				flags++
				if !known[flag] {
					t.Errorf("the exporter has no flag %s", flag)
				}
			}
			if flags == 0 {
				t.Error("no flag was found here")
			}
		})
	}
}

func knownFlags(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^ .*?--(\[no-\])?([a-z.-]+)`).FindAllStringSubmatch(run(t, exporter, "--help"), -1) {
		known["--"+match[2]] = true
		if match[1] != "" {
			known["--no-"+match[2]] = true
		}
	}
	return known
}

func dockerfileCommand(t *testing.T) []string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^CMD (.*)$`).FindStringSubmatch(read(t, "Dockerfile"))
	var command []string
	if err := json.Unmarshal([]byte(match[1]), &command); err != nil {
		t.Fatal(err)
	}
	return command
}

func systemdCommand(t *testing.T) []string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindStringSubmatch(read(t, "examples/systemd/asyncjob_exporter.service"))
	return strings.Fields(match[1])
}

func kubernetesArguments(t *testing.T) []string {
	t.Helper()
	return theDeployment(t).Spec.Template.Spec.Containers[0].Arguments
}

func mentionedFlags(t *testing.T, file string) []string {
	t.Helper()
	return regexp.MustCompile(`--(?:no-)?(?:config|web|scrape|log|demo)[a-z.-]*[a-z]`).FindAllString(read(t, file), -1)
}
