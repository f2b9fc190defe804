package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
)

// materials is what one binary is made of, as the binary itself says.
type materials struct {
	// digest is the binary's SHA-256.
	digest [sha256.Size]byte
	// main is the path of the main module.
	main string
	// goVersion is the toolchain's, like "go1.26.8".
	goVersion string
	// modules are those linked in, in the order of their paths.
	modules []*debug.Module
	// licences are the texts that their licences ask to be passed on.
	licences []byte
}

func readMaterials(ctx context.Context, src source, binary string) (materials, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return materials{}, fmt.Errorf("read what %s is made of: %w", binary, err)
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return materials{}, err
	}
	m := materials{
		digest:    sha256.Sum256(content),
		main:      info.Main.Path,
		goVersion: info.GoVersion,
		modules:   linkedModules(info),
	}
	m.licences, err = licences(ctx, src, m)
	return m, err
}

// linkedModules are the modules whose code is in the binary: where go.mod
// replaces one, that is the replacement.
func linkedModules(info *debug.BuildInfo) []*debug.Module {
	linked := make([]*debug.Module, 0, len(info.Deps))
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		linked = append(linked, module)
	}
	slices.SortFunc(linked, func(a, b *debug.Module) int { return strings.Compare(a.Path, b.Path) })
	return linked
}

// licences joins the licence and notice files of Go and of every module. A
// module without one is an error: nothing would allow to pass it on.
func licences(ctx context.Context, src source, m materials) ([]byte, error) {
	directories, err := moduleDirectories(ctx, src, m.modules)
	if err != nil {
		return nil, err
	}
	root, err := output(ctx, src.directory, nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}

	var texts bytes.Buffer
	if err := appendLicences(&texts, "Go "+m.goVersion, root); err != nil {
		return nil, err
	}
	for _, module := range m.modules {
		title := module.Path + " " + module.Version
		if err := appendLicences(&texts, title, directories[module.Path]); err != nil {
			return nil, err
		}
	}
	return texts.Bytes(), nil
}

// moduleDirectories tells for each module where its files are on this
// machine.
func moduleDirectories(ctx context.Context, src source, modules []*debug.Module) (map[string]string, error) {
	arguments := []string{"list", "-m", "-json=Path,Dir"}
	for _, module := range modules {
		arguments = append(arguments, module.Path)
	}
	listed, err := output(ctx, src.directory, []string{"GOFLAGS=-mod=readonly", "GOWORK=off"}, "go", arguments...)
	if err != nil {
		return nil, err
	}
	directories := make(map[string]string, len(modules))
	for decoder := json.NewDecoder(strings.NewReader(listed)); ; {
		var module struct{ Path, Dir string }
		err := decoder.Decode(&module)
		if errors.Is(err, io.EOF) {
			return directories, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list the modules: %w", err)
		}
		directories[module.Path] = module.Dir
	}
}

func appendLicences(texts *bytes.Buffer, title, directory string) error {
	// Windows and macOS write names in either case.
	names := regexp.MustCompile(`(?i)^(LICEN[CS]E|COPYING|NOTICE|PATENTS)([.-].*)?$`)
	entries, err := os.ReadDir(directory)
	if err != nil {
		return fmt.Errorf("licence of %s: %w", title, err)
	}
	found := false
	for _, file := range entries {
		if file.IsDir() || !names.MatchString(file.Name()) || strings.HasSuffix(file.Name(), ".go") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(directory, file.Name()))
		if err != nil {
			return fmt.Errorf("licence of %s: %w", title, err)
		}
		fmt.Fprintf(texts, "==== %s: %s ====\n\n%s\n\n", title, file.Name(), bytes.TrimSpace(content))
		found = true
	}
	if !found {
		return fmt.Errorf("%s has no licence file", title)
	}
	return nil
}
