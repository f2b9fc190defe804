package main

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"strings"
	"testing"
)

func someMaterials() (source, materials) {
	src := source{version: "1.2.3", revision: strings.Repeat("ab", 20), time: commit}
	return src, materials{
		digest:    [32]byte{1, 2, 3},
		main:      "example.com/program",
		goVersion: "go1.26.8",
		modules:   []*debug.Module{{Path: "example.com/library", Version: "v0.4.0", Sum: "h1:x"}},
	}
}

func TestABillNamesTheProgramTheToolchainAndEveryModule(t *testing.T) {
	b := newBill(someMaterials())
	if got, want := b.Metadata.Component.PackageURL, "pkg:golang/example.com/program@1.2.3"; got != want {
		t.Errorf("program: got %s, want %s", got, want)
	}
	var named []string
	for _, c := range b.Components {
		named = append(named, c.PackageURL)
	}
	want := "pkg:golang/std@1.26.8 pkg:golang/example.com/library@v0.4.0"
	if got := strings.Join(named, " "); got != want {
		t.Errorf("components: got %s, want %s", got, want)
	}
	if got := strings.Join(b.Dependencies[0].DependsOn, " "); got != want {
		t.Errorf("dependencies: got %s, want %s", got, want)
	}
}

func TestABillIsTheBinarysOwn(t *testing.T) {
	src, m := someMaterials()
	first, again := newBill(src, m), newBill(src, m)
	if a, b := mustJSON(t, first), mustJSON(t, again); !bytes.Equal(a, b) {
		t.Error("two bills of one binary differ")
	}
	m.digest[0]++
	if other := newBill(src, m); other.SerialNumber == first.SerialNumber {
		t.Errorf("two binaries share the serial number %s", first.SerialNumber)
	}
}

func TestAModuleThatIsReplacedIsListedAsItsReplacement(t *testing.T) {
	info := &debug.BuildInfo{Deps: []*debug.Module{
		{Path: "example.com/z", Version: "v1.0.0"},
		{Path: "example.com/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v1.0.1"}},
	}}
	linked := linkedModules(info)
	if linked[0].Path != "example.com/fork" || linked[1].Path != "example.com/z" {
		t.Errorf("got %s, %s", linked[0].Path, linked[1].Path)
	}
}

func TestAModuleWithoutLicenceIsRefused(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, "license.go", "package license")
	var texts bytes.Buffer
	if err := appendLicences(&texts, "example.com/library v1.0.0", directory); err == nil {
		t.Error("a module without licence is passed on")
	}
	write(t, directory, "LICENSE.txt", "do what you like")
	if err := appendLicences(&texts, "example.com/library v1.0.0", directory); err != nil {
		t.Error(err)
	}
	if !strings.Contains(texts.String(), "do what you like") {
		t.Errorf("the licence is missing in %q", texts.String())
	}
}

func mustJSON(t *testing.T, value any) []byte {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
