package config

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sketch is a description of a system, as another package might read one.
type sketch struct {
	Extends string            `yaml:"extends"`
	Kind    string            `yaml:"kind"`
	Headers map[string]string `yaml:"headers"`
	Status  struct {
		Path  string            `yaml:"path"`
		Query map[string]string `yaml:"query"`
	} `yaml:"status"`
	Next   map[string]string `yaml:"next"`
	Labels []string          `yaml:"labels"`
}

// sketchedSystem is a system of a sketch.
type sketchedSystem struct {
	fakeSystem
	labels []string
}

func (s sketchedSystem) LabelNames() []string { return s.labels }

// sketches makes systems of sections.
func sketches(sections []*Section) Systems {
	var systems Systems
	for _, section := range sections {
		read := sketch{Kind: section.Name}
		section.Secret("headers")
		section.Decode(&read)
		if section.Has("status") && read.Status.Path == "" {
			section.Problem([]string{"status", "path"}, "is missing")
		}
		if read.Kind == "odd" {
			section.Warn([]string{"kind"}, "is odd")
		}
		if section.Failed() {
			continue
		}
		options := func() any { return &paramOptions{} }
		systems = append(systems, sketchedSystem{fakeSystem{name: section.Name, kinds: []string{read.Kind}, options: options}, read.Labels})
	}
	return systems
}

type paramOptions struct {
	Params map[string]string `yaml:"params,omitempty"`
}

func describingRules() Rules {
	rules := testRules()
	rules.Describe = sketches
	return rules
}

const aTarget = "\ntargets: [{name: a, system: upload, url: 'https://a', params: {project: '7'}, jobs: [{id: 1}]}]"

func TestATargetMayBeOfASystemThatTheConfigurationDescribes(t *testing.T) {
	directory := t.TempDir()
	write(t, filepath.Join(directory, "systems", "b.yml"), "\uFEFFbuild: {kind: odd, headers: {Token: "+canary+"}}\n")
	text := "systems:\n  upload: {status: {path: /v1}}\nsystem_files: [systems/*.yml, none-*.yml]\n" + aTarget
	config, err := Parse([]byte(text), filepath.Join(directory, "asyncjob.yml"), describingRules())
	if err != nil {
		t.Fatal(err)
	}
	if config.Systems.Find("upload") == nil || config.Systems.Find("build") == nil || config.Systems.Find("vsphere") == nil {
		t.Errorf("systems %v", config.Systems)
	}
	target := config.Targets[0]
	options, ok := target.Options.(*paramOptions)
	if !ok || options.Params["project"] != "7" || target.Jobs[0].Kind != "upload" {
		t.Errorf("target %+v, options %+v", target, target.Options)
	}
	warnings := strings.Join(config.Warnings, "\n")
	if !strings.Contains(warnings, `b.yml:1: system "build": kind: is odd`) || !strings.Contains(warnings, "none-*.yml") {
		t.Errorf("warnings %s", warnings)
	}
	shown, err := config.Redacted()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(shown), canary) || !strings.Contains(string(shown), "Token: <secret>") {
		t.Errorf("a description's header is not hidden:\n%s", shown)
	}
	if _, err := Parse(shown, "asyncjob.yml", describingRules()); err != nil {
		t.Errorf("what is shown is not valid: %v\n%s", err, shown)
	}
}

func TestProblemsOfADescriptionSayWhere(t *testing.T) {
	for name, test := range map[string]struct{ text, problem string }{
		"an unknown key":        {"systems:\n  upload:\n    kin: x" + aTarget, `a.yml:3: system "upload": unknown key "kin", did you mean "kind"?`},
		"a wrong value":         {"systems:\n  upload:\n    status:\n      path: [1]" + aTarget, `a.yml:4: system "upload": status.path: must be text`},
		"what another checks":   {"systems:\n  upload:\n    status: {query: {}}" + aTarget, `a.yml:3: system "upload": status.path: is missing`},
		"no mapping":            {"systems:\n  upload: 5" + aTarget, `a.yml:2: system "upload": must be a mapping`},
		"no mapping of names":   {"systems: [upload]" + aTarget, "a.yml:1: must be a mapping"},
		"a bad name":            {"systems: {My-Upload: {}}" + aTarget, `a.yml:1: name of a system "My-Upload": must be lower-case letters`},
		"a name that is taken":  {"systems: {vsphere: {}}" + aTarget, `a.yml:1: system "vsphere": there is a system of this name`},
		"a name twice":          {"systems: {upload: {}}\nsystem_files: [twice.yml]" + aTarget, `twice.yml:2: system "upload": is described already, in a.yml`},
		"a file that is absent": {"systems: {upload: {}}\nsystem_files: [absent.yml]" + aTarget, "a.yml:2: system_files[0]: cannot be read"},
		"a file that is broken": {"systems: {upload: {}}\nsystem_files: [broken.yml]" + aTarget, "broken.yml:1: is no valid YAML"},
		"another's key":         {"systems: {upload: {}}\ntargets: [{name: a, system: vsphere, url: 'https://a', params: {a: b}}]", "params belongs to upload: leave it out"},
		"a label that is its":   {"systems: {upload: {labels: [title]}}\ntargets: [{name: a, system: upload, url: 'https://a'}, {name: b, system: sample_exchange, labels: {title: x}}]", `labels: "title" is taken`},
		"a control character":   {"systems: {upload: {}}\ntargets: [{name: a, system: upload, url: 'https://a', params: {p: \"a\\nb\"}}]", "params.p: must not hold control characters"},
		"nested aliases":        {"systems:\n  upload: &a {kind: *a}" + aTarget, "holds more than 10000 values"},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			write(t, filepath.Join(directory, "twice.yml"), "\nupload: {}\n")
			write(t, filepath.Join(directory, "broken.yml"), "upload: [\n")
			_, err := Parse([]byte(test.text), filepath.Join(directory, "a.yml"), describingRules())
			if err == nil || !strings.Contains(err.Error(), test.problem) {
				t.Errorf("error %v, want %q", err, test.problem)
			}
			if strings.Contains(test.text, "  upload: ") && strings.Contains(err.Error(), "unknown, ") {
				t.Errorf("a system that is described badly is also said to be unknown: %v", err)
			}
		})
	}
}

func TestOtherSystemsLabelsMayBeUsedWhereTheSystemIsNot(t *testing.T) {
	text := "systems: {upload: {labels: [title]}}\ntargets: [{name: b, system: sample_exchange, labels: {title: x}}]"
	if _, err := Parse([]byte(text), "a.yml", describingRules()); err != nil {
		t.Error(err)
	}
}

func TestDescriptionsAreRefusedWhereNothingReadsThem(t *testing.T) {
	_, err := Parse([]byte("systems: {upload: {}}\ntargets: [{name: b, system: sample_exchange}]"), "a.yml", testRules())
	if err == nil || !strings.Contains(err.Error(), "a.yml:1: systems: ") {
		t.Errorf("error %v", err)
	}
}

func TestAnExtendedSectionIsLaidOverItsBaseKeyByKey(t *testing.T) {
	base, err := ParseSections([]byte(`
base:
  kind: build
  headers: {A: "1", B: "2"}
  status: {path: /v1, query: {a: b}}
  next: {a: b}
  labels: [x, y]
`), "built-in.yml")
	if err != nil {
		t.Fatal(err)
	}
	own, err := ParseSections([]byte(`
mine:
  extends: base
  headers: {B: "3"}
  status: {query: {c: d}}
  next: {c: d}
  labels: [z]
`), "own.yml")
	if err != nil {
		t.Fatal(err)
	}
	extended := own[0].Extend(base[0], "next")
	var got sketch
	extended.Decode(&got)
	want := sketch{Extends: "base", Kind: "build", Headers: map[string]string{"A": "1", "B": "3"}, Next: map[string]string{"c": "d"}, Labels: []string{"z"}}
	want.Status.Path, want.Status.Query = "/v1", map[string]string{"a": "b", "c": "d"}
	if err := SectionsError(own); err != nil {
		t.Fatal(err)
	}
	gotText, wantText := shownSketch(got), shownSketch(want)
	if gotText != wantText {
		t.Errorf("got %s, want %s", gotText, wantText)
	}
	extended.Problem([]string{"status", "path"}, "is odd")
	extended.Problem([]string{"status", "query"}, "is odd")
	err = SectionsError(slices.Concat(base, own))
	if err == nil || err.Error() != "own.yml:3: system \"mine\": status.path: is odd\nown.yml:5: system \"mine\": status.query: is odd" {
		t.Errorf("error %v, want the line of extends, and that of the own key", err)
	}
	if !extended.Failed() || !own[0].Failed() || base[0].Failed() {
		t.Error("want the extended section alone to have failed")
	}
	text, err := extended.YAML()
	if err != nil || !strings.HasPrefix(string(text), "mine:\n    kind: build\n") {
		t.Errorf("written as %s, %v", text, err)
	}
}

func shownSketch(s sketch) string {
	shown := []string{s.Extends, s.Kind, s.Status.Path}
	for _, pairs := range []map[string]string{s.Headers, s.Status.Query, s.Next} {
		for _, name := range []string{"A", "B", "a", "c"} {
			shown = append(shown, name+"="+pairs[name])
		}
	}
	return strings.Join(append(shown, s.Labels...), " ")
}
