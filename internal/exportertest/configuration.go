package exportertest

import (
	"gopkg.in/yaml.v3"
)

// EditTargets changes the targets of a configuration: edit gets the keys of
// each, and leaves it out where it returns false.
func EditTargets(tb TB, text string, edit func(system string, target map[string]any) bool) string {
	tb.Helper()
	var document struct {
		Targets []map[string]any `yaml:"targets"`
	}
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		tb.Fatalf("reading the configuration to edit: %v", err)
	}
	kept := document.Targets[:0]
	for _, target := range document.Targets {
		system, _ := target["system"].(string)
		if edit(system, target) {
			kept = append(kept, target)
		}
	}
	document.Targets = kept
	edited, err := yaml.Marshal(document)
	if err != nil {
		tb.Fatalf("writing the edited configuration: %v", err)
	}
	return string(edited)
}

// SetAll sets a key of all targets.
func SetAll(tb TB, text, key string, value any) string {
	tb.Helper()
	return EditTargets(tb, text, func(_ string, target map[string]any) bool {
		target[key] = value
		return true
	})
}
