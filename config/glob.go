package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// globError says why a glob cannot be followed: its directory is at fault. It is
// no error that nothing matches.
type globError struct {
	directory string
	err       error
}

func (e *globError) Error() string {
	directory := cleanName(e.directory)
	if errors.Is(e.err, fs.ErrNotExist) {
		return fmt.Sprintf("there is no directory %s", directory)
	}
	return fmt.Sprintf("directory %s cannot be read: %s", directory, reasonOf(e.err))
}

func (e *globError) Unwrap() error { return e.err }

// reasonOf is an error of the file system without the path, which is said anyway.
func reasonOf(err error) error {
	if inner := (*fs.PathError)(nil); errors.As(err, &inner) {
		return inner.Err
	}
	return err
}

// filesOfGlob lists the files that a glob stands for, sorted: the path itself,
// there or not, where it holds no pattern. As in a shell, * and ? match no dot at
// the beginning of a name, of directories neither; and no directory is a file,
// of which a Kubernetes mount has some.
func filesOfGlob(glob string) ([]string, error) {
	if path, literal := literalPath(glob); literal {
		return []string{path}, nil
	}
	base, patterns := splitGlob(glob)
	paths := []string{base}
	var fault error
	for i, pattern := range patterns {
		var next []string
		for _, directory := range paths {
			matches, err := matchesIn(directory, pattern)
			// What a pattern found need not be a directory, nor have the file.
			expected := i > 0 && (errors.Is(err, fs.ErrNotExist) || !isDirectory(directory))
			if err != nil && !expected && fault == nil {
				fault = &globError{directory: directory, err: err}
			}
			next = append(next, matches...)
		}
		paths = next
	}
	paths = slices.DeleteFunc(paths, isDirectory)
	slices.Sort(paths)
	return paths, fault
}

// splitGlob cuts a glob into the directory before its first pattern and the rest
// of its parts.
func splitGlob(glob string) (base string, patterns []string) {
	parts := strings.Split(filepath.ToSlash(glob), "/")
	if runtime.GOOS != "windows" { // where a backslash escapes
		parts = strings.Split(glob, "/")
	}
	first := slices.IndexFunc(parts, func(part string) bool {
		_, literal := literalPath(part)
		return !literal
	})
	base, _ = literalPath(strings.Join(parts[:first], "/"))
	if base == "" && strings.HasPrefix(glob, "/") {
		base = "/"
	}
	if base == "" {
		base = "."
	}
	return filepath.FromSlash(base), parts[first:]
}

// matchesIn lists what one part of a glob stands for in a directory.
func matchesIn(directory, pattern string) ([]string, error) {
	if name, literal := literalPath(pattern); literal {
		path := filepath.Join(directory, name)
		if _, err := os.Lstat(path); err != nil {
			return nil, err
		}
		return []string{path}, nil
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, entry := range entries {
		hidden := strings.HasPrefix(entry.Name(), ".") && !strings.HasPrefix(pattern, ".")
		if matched, _ := filepath.Match(pattern, entry.Name()); matched && !hidden { // the pattern was checked by Load
			paths = append(paths, filepath.Join(directory, entry.Name()))
		}
	}
	return paths, nil
}

// globNames tells whether a glob stands for a path, by their texts alone.
func globNames(glob, path string) bool {
	if literal, ok := literalPath(glob); ok {
		return literal == path
	}
	matched, _ := filepath.Match(glob, path) // the pattern was checked by Load
	return matched
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// literally makes a glob that matches a path only, whatever is in it. Windows
// has no such escaping.
func literally(path string) string {
	if runtime.GOOS == "windows" {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// literalPath is the one path that a glob without a pattern stands for.
func literalPath(glob string) (path string, literal bool) {
	var unescaped strings.Builder
	escaped := false
	for _, r := range []byte(glob) {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && runtime.GOOS != "windows":
			escaped = true
			continue
		case r == '*' || r == '?' || r == '[':
			return "", false
		}
		unescaped.WriteByte(r)
	}
	return unescaped.String(), true
}
