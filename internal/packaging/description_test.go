package packaging

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const describing = "config/SYSTEMS.md"

// TestThePageOnDescriptionsDoesWhatItShows follows the page from the vendor's reply
// to a checked configuration: what it shows is printed.
func TestThePageOnDescriptionsDoesWhatItShows(t *testing.T) {
	directory := t.TempDir()
	for _, folder := range []string{"systems", "secrets"} {
		if err := os.Mkdir(filepath.Join(directory, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	description := yamlThatBegins(t, "# systems/digitalocean.yml") + yamlThatBegins(t, "  gone: ") + yamlThatBegins(t, "  list:")
	write(t, filepath.Join(directory, "systems/digitalocean.yml"), description)
	write(t, filepath.Join(directory, "asyncjob.yml"), "system_files: [systems/*.yml]\n")
	write(t, filepath.Join(directory, "secrets/digitalocean"), fakeSecret)
	_, reply, _ := strings.Cut(consoleThatTypes(t, "curl", "tee reply.json"), "\n")
	write(t, filepath.Join(directory, "reply.json"), reply)
	configuration := "--config.file=" + filepath.Join(directory, "asyncjob.yml")

	tried := consoleThatTypes(t, "asyncjob_exporter --config.try", "")
	wantShown(t, tried, run(t, exporter, configuration, "--config.try=digitalocean_action:"+filepath.Join(directory, "reply.json")))

	write(t, filepath.Join(directory, "asyncjob.yml"), yamlThatBegins(t, "system_files: [systems/*.yml]\ntargets:"))
	checked, _, _ := strings.Cut(consoleThatTypes(t, "asyncjob_exporter --config.check", ""), "\n...")
	wantShown(t, checked, run(t, exporter, configuration, "--config.check"))
}

// yamlThatBegins is the block of YAML of the page that begins with some text.
func yamlThatBegins(t *testing.T, text string) string {
	t.Helper()
	return blockOf(t, "yaml", regexp.QuoteMeta(text))
}

// consoleThatTypes is the block of the page in which a command is typed first.
func consoleThatTypes(t *testing.T, begins, has string) string {
	t.Helper()
	return blockOf(t, "console", `\$ `+regexp.QuoteMeta(begins)+`[^\n]*`+regexp.QuoteMeta(has))
}

func blockOf(t *testing.T, language, begins string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)```" + language + "\n(" + begins + ".*?)```").FindStringSubmatch(read(t, describing))
	if found == nil {
		t.Fatalf("%s has no %s that begins with %q", describing, language, begins)
	}
	return found[1]
}

// wantShown wants each line that the page shows below a command among what was
// said, but for "..." and times.
func wantShown(t *testing.T, shown, said string) {
	t.Helper()
	times := regexp.MustCompile(`(?m)^ +[0-9.]+s +`)
	said = times.ReplaceAllString(said, "")
	for line := range strings.Lines(times.ReplaceAllString(shown, "")) {
		line = strings.TrimSpace(line)
		if line != "..." && !strings.HasPrefix(line, "$ ") && !strings.Contains(said, line) {
			t.Errorf("%s shows %q, and it says\n%s", describing, line, said)
		}
	}
}
