package config

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readme is README.md.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tableRows are the cells of all rows of the key tables.
func tableRows(t *testing.T) [][]string {
	t.Helper()
	_, keys, _ := strings.Cut(readme(t), "\n## Keys\n")
	keys, _, _ = strings.Cut(keys, "\n## ")
	var rows [][]string
	for line := range strings.SplitSeq(keys, "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if strings.HasPrefix(line, "| `") {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

// keysOf lists the keys of a type as paths. References to a secret manager are
// refused, and TLS and proxy keys below oauth2 are described once, at the top.
func keysOf(t reflect.Type, prefix string) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || isSingleValue(t) || prefix == "oauth2.tls_config" {
		return []string{prefix}
	}
	var keys []string
	for field := range t.Fields() {
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		path := strings.TrimPrefix(prefix+"."+name, ".")
		switch {
		case strings.HasSuffix(name, "_ref"):
		case strings.Contains(options, "inline") && field.Type.Kind() == reflect.Map:
			keys = append(keys, keysOf(field.Type.Elem(), prefix+".NAME")...)
		case strings.Contains(options, "inline"):
			keys = append(keys, keysOf(field.Type, prefix)...)
		case name != "":
			keys = append(keys, keysOf(field.Type, path)...)
		}
	}
	return keys
}

func TestTheReadmeDescribesEveryKeyAndNoOther(t *testing.T) {
	known := slices.Concat(keysOf(reflect.TypeFor[targetKeys](), ""), keysOf(reflect.TypeFor[jobKeys](), ""))
	for _, system := range testRules().Systems {
		if options := system.Options(); options != nil {
			known = append(known, keysOf(reflect.TypeOf(options), "")...)
		}
	}
	var described []string
	for _, row := range tableRows(t) {
		for _, match := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[0], -1) {
			described = append(described, match[1])
		}
	}
	for _, key := range known {
		if !slices.Contains(described, key) {
			t.Errorf("the README has no row for the key %s", key)
		}
	}
	for _, key := range described {
		if !slices.Contains(known, key) {
			t.Errorf("the README has a row for %s, which is no key", key)
		}
	}
}

func TestTheReadmeNamesTheRealDefaults(t *testing.T) {
	var defaults []string
	for _, row := range tableRows(t) {
		key := strings.Trim(row[0], "`")
		if key == "name" {
			break // the table of targets begins
		}
		if slices.Contains(keysOf(reflect.TypeFor[settingsKeys](), ""), key) {
			defaults = append(defaults, key+": "+strings.Trim(row[2], "`"))
		}
	}
	text := "defaults: {" + strings.Join(defaults, ", ") + "}\ntargets: [{name: a, system: sample_exchange}]"
	config, err := Parse([]byte(text), "asyncjob.yml", testRules())
	if err != nil {
		t.Fatal(err)
	}
	if got := config.Targets[0].Settings; got != builtInSettings() || len(defaults) != 9 {
		t.Errorf("the README's %v are %+v, the real ones %+v", defaults, got, builtInSettings())
	}
}

func TestTheReadmesExamplesOfKeysAreValid(t *testing.T) {
	directory := t.TempDir()
	for _, name := range []string{"me", "token", "key"} {
		write(t, filepath.Join(directory, "secrets", name), "x")
	}
	certificate, err := os.ReadFile("testdata/good/secrets/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(directory, "vcenter-ca.pem"), string(certificate))
	for _, row := range tableRows(t) {
		example := strings.Trim(row[len(row)-1], "`")
		if strings.Contains(example, ": ") && !acceptedSomewhere(example, filepath.Join(directory, "asyncjob.yml")) {
			t.Errorf("the example %s is valid for no target and no job", example)
		}
	}
}

// acceptedSomewhere tells whether a line is valid in a target, in its oauth2
// section, or in a job, of any system.
func acceptedSomewhere(line, path string) bool {
	for _, system := range testRules().Systems {
		target := []string{"name: a", "system: " + system.Name(), "url: https://a", "proxy_url: http://proxy"}
		oauth2 := []string{"client_id: me", "token_url: https://login"}
		for _, keys := range [][]string{
			with(target, line),
			with(target, "oauth2: {"+strings.Join(with(oauth2, line), ", ")+"}"),
			with(target, "jobs: [{"+strings.Join(with([]string{"id: 1"}, line), ", ")+"}]"),
		} {
			text := "targets:\n  - " + strings.Join(keys, "\n    ")
			if _, err := Parse([]byte(text), path, testRules()); err == nil {
				return true
			}
		}
	}
	return false
}

// with adds a line to lines, in place of one with the same key.
func with(lines []string, line string) []string {
	key, _, _ := strings.Cut(line, ":")
	others := slices.DeleteFunc(slices.Clone(lines), func(other string) bool { return strings.HasPrefix(other, key+":") })
	return append(others, line)
}

func TestTheReadmesErrorsAreReal(t *testing.T) {
	var errors strings.Builder
	eachFile(t, "testdata/bad/*.err", func(t *testing.T, path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		errors.Write(text)
	})
	_, table, _ := strings.Cut(readme(t), "\n## Errors you may meet\n")
	rows := regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(table, -1)
	if len(rows) < 10 {
		t.Fatalf("only %d errors", len(rows))
	}
	for _, row := range rows {
		if !strings.Contains(errors.String(), row[1]) {
			t.Errorf("no configuration in testdata/bad fails with %q", row[1])
		}
	}
}
