package collector_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is how our own packages begin.
const module = "github.com/asyncjob-exporter/asyncjob_exporter/"

// layer is what the packages of a folder may import of ours. The first layer
// that a folder matches holds.
type layer struct {
	folder string
	// below tells that folders below it are meant too.
	below   bool
	imports []string
	why     string
}

func layers() []layer {
	const ofSystems = "a system is options, checks, a reader and a decoder: it knows no other system, no metric and no scrape"
	return []layer{
		{"config", false, []string{"internal/retryafter"}, "config is what the user writes: it knows no system and nobody of ours but how long a server asks to be left alone"},
		{"collector/job", false, nil, "job is the model that everybody shares: it knows nobody of ours"},
		{"collector/upstream", true, []string{"collector/job", "collector/upstream", "config", "internal/retryafter"}, "upstream is the HTTP of one account: it knows no system and no metric"},
		{"collector/exposition", true, []string{"collector/job"}, "the table of metrics knows no upstream and no configuration"},
		{"collector/system", false, []string{"collector/job", "collector/upstream", "collector/system/decode", "config"}, "what a system is does not depend on any one of them"},
		{"collector/system/decode", true, []string{"collector/job"}, "decoders are pure: bytes in, values out"},
		{"collector/system/described", true, []string{
			"collector/job", "collector/upstream", "collector/system", "collector/system/decode", "collector/system/described/*", "config",
		}, ofSystems},
		{"collector/system", true, []string{"collector/job", "collector/upstream", "collector/system", "collector/system/decode", "config"}, ofSystems},
		{"collector", false, []string{"collector/exposition", "collector/system", "collector/upstream", "collector/job", "config"}, "the collector knows what a system is, and none by name: internal/systems lists them"},
	}
}

// TestImportsRunOneWay fails for an import that runs up, or to a neighbour.
func TestImportsRunOneWay(t *testing.T) {
	seen := 0
	for _, root := range []string{"../config", "."} {
		err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
				return err
			}
			seen++
			checkImports(t, file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 50 {
		t.Errorf("only %d files were looked at", seen)
	}
}

func checkImports(t *testing.T, file string) {
	t.Helper()
	folder := path.Clean(path.Join("collector", filepath.ToSlash(filepath.Dir(file))))
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers() {
		if folder != l.folder && (!l.below || !strings.HasPrefix(folder, l.folder+"/")) {
			continue
		}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			ours, isOurs := strings.CutPrefix(imported, module)
			if err == nil && isOurs && !l.allows(ours) {
				t.Errorf("%s imports %s: %s. It may import %s.", file, ours, l.why, strings.Join(append(l.imports, "no more of ours"), ", "))
			}
		}
		return
	}
	t.Errorf("%s is in a folder that no layer has: say in layers() what it may import", file)
}

func (l layer) allows(imported string) bool {
	return slices.ContainsFunc(l.imports, func(pattern string) bool {
		matches, err := path.Match(pattern, imported)
		return err == nil && matches
	})
}
