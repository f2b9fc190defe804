package packaging

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every block of commands in a document is run by CI, or says why not.
func TestCIFollowsEveryDocumentWithCommands(t *testing.T) {
	followed := regexp.MustCompile(`(?m)^step readme \.ci/readme\.sh (.*)$`).FindStringSubmatch(read(t, ".ci/run"))
	if followed == nil {
		t.Fatal(".ci/run follows no document")
	}
	blocks := 0
	for _, document := range markdown(t) {
		marked := false
		before := ""
		for line := range strings.SplitSeq(read(t, document), "\n") {
			line = strings.TrimSpace(line)
			if line == "```sh" || line == "```bash" || line == "```console" {
				blocks++
				marked = true
				if !strings.HasPrefix(before, "<!-- ci: ") {
					t.Errorf("%s has commands of which no comment says what CI does with them, after %q", document, before)
				}
			}
			before = line
		}
		if marked && !strings.Contains(" "+followed[1]+" ", " "+document+" ") {
			t.Errorf("%s has commands, and .ci/run does not follow it", document)
		}
	}
	if blocks == 0 {
		t.Error("no document has commands")
	}
}

// markdown are the project's documents.
func markdown(t *testing.T) []string {
	t.Helper()
	var documents []string
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		document, err := filepath.Rel(root, path)
		documents = append(documents, filepath.ToSlash(document))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

// The README names every description that is built in.
func TestTheReadmeNamesEveryDescription(t *testing.T) {
	text := read(t, "README.md")
	for _, file := range globbed(t, "collector/system/described/descriptions/*.yml") {
		if name := strings.TrimSuffix(filepath.Base(file), ".yml"); !strings.Contains(text, "`"+name+"`") {
			t.Errorf("README.md does not name %s", name)
		}
	}
}
