package packaging

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// globbed are the files of the project that a pattern matches.
func globbed(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("nothing matches %s: %v", pattern, err)
	}
	for i, file := range found {
		found[i], err = filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// A tag of somebody else's can be moved, a commit cannot.
func TestWorkflowsNameEveryActionByItsCommit(t *testing.T) {
	pinned := regexp.MustCompile(`^(\./\.github/workflows/[a-z]+\.yml|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
	for _, file := range globbed(t, ".github/workflows/*.yml") {
		for _, uses := range regexp.MustCompile(`(?m)\buses: (.*)$`).FindAllStringSubmatch(read(t, file), -1) {
			if !pinned.MatchString(uses[1]) {
				t.Errorf("%s uses %q", file, uses[1])
			}
		}
	}
}

func TestTheWorkflowsRunTheChecksAndRelease(t *testing.T) {
	for file, want := range map[string][]string{
		".github/workflows/check.yml":   {"- run: .ci/run\n"},
		".github/workflows/release.yml": {"- run: make release\n", "uses: ./.github/workflows/check.yml\n", "needs: check\n"},
	} {
		for _, line := range want {
			if !strings.Contains(read(t, file), line) {
				t.Errorf("%s lacks %q", file, line)
			}
		}
	}
}

// Every module, and everything else that names versions of others, is looked
// after.
func TestDependabotLooksAtEveryModule(t *testing.T) {
	watched := map[string][]string{}
	for _, update := range document[struct {
		Updates []struct {
			Ecosystem   string   `yaml:"package-ecosystem"`
			Directory   string   `yaml:"directory"`
			Directories []string `yaml:"directories"`
		} `yaml:"updates"`
	}](t, ".github/dependabot.yml").Updates {
		watched[update.Ecosystem] = append(update.Directories, update.Directory)
	}
	for _, file := range slices.Concat([]string{"go.mod", "dashboards/source/go.mod"}, globbed(t, ".ci/tools/*/go.mod")) {
		if directory := path.Join("/", filepath.ToSlash(filepath.Dir(file))); !slices.Contains(watched["gomod"], directory) {
			t.Errorf("nobody looks after %s", file)
		}
	}
	for ecosystem, directory := range map[string]string{"github-actions": "/", "docker": "/", "docker-compose": "/examples"} {
		if !slices.Contains(watched[ecosystem], directory) {
			t.Errorf("nobody looks after %s in %s", ecosystem, directory)
		}
	}
}

// The forms are what GitHub can show: fields of a known kind, each with a name
// of its own and a label.
func TestIssueFormsAreComplete(t *testing.T) {
	kinds := []string{"markdown", "textarea", "input", "dropdown", "checkboxes"}
	for _, name := range []string{"bug", "system"} {
		form := document[struct {
			Name        string `yaml:"name"`
			Description string `yaml:"description"`
			Body        []struct {
				Type       string            `yaml:"type"`
				ID         string            `yaml:"id"`
				Attributes map[string]string `yaml:"attributes"`
			} `yaml:"body"`
		}](t, ".github/ISSUE_TEMPLATE/"+name+".yml")
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("the form %s lacks a name, a description or fields", name)
		}
		seen := map[string]bool{}
		for _, field := range form.Body {
			switch {
			case !slices.Contains(kinds, field.Type):
				t.Errorf("the form %s has a field of kind %q", name, field.Type)
			case field.Type == "markdown" && field.Attributes["value"] == "":
				t.Errorf("the form %s has a text without any", name)
			case field.Type != "markdown" && (field.ID == "" || seen[field.ID] || field.Attributes["label"] == ""):
				t.Errorf("the form %s: field %q needs a name of its own and a label", name, field.ID)
			}
			seen[field.ID] = true
		}
	}
}

// What CONTRIBUTING.md says of folders is so.
func TestTheFoldersOfContributorsExist(t *testing.T) {
	table := regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllStringSubmatch(read(t, "CONTRIBUTING.md"), -1)
	if len(table) == 0 {
		t.Fatal("CONTRIBUTING.md has no table of folders")
	}
	for _, row := range table {
		for _, folder := range regexp.MustCompile("`(.*?)`").FindAllStringSubmatch(row[1], -1) {
			if _, err := os.Stat(filepath.Join(root, folder[1])); err != nil {
				t.Error(err)
			}
		}
	}
}
