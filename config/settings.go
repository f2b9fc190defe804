package config

import (
	"fmt"
	"time"

	"gopkg.in/yaml.v3"
)

// maxConcurrency is the most parallel requests that a target may be given.
const maxConcurrency = 1000

// builtInSettings hold where neither the target nor "defaults" says otherwise.
func builtInSettings() Settings {
	return Settings{
		Timeout:          10 * time.Second,
		MaxConcurrency:   8,
		MaxResponseBytes: 4 << 20,
		MaxFiles:         200,
		ErrorText:        false,
		FinishedTTL:      10 * time.Minute,
		Retention:        time.Hour,

		FinishedRetention: 24 * time.Hour,
		MaxDuration:       24 * time.Hour,
	}
}

// Defaulter is a System whose targets have other defaults than those of most.
type Defaulter interface {
	// Defaults changes what holds where the configuration says nothing.
	Defaults(builtIn Settings) Settings
}

// defaultsOf are the settings of a target that says nothing: the system's own
// defaults with those of the configuration over them.
func defaultsOf(system System, configured settingsKeys) Settings {
	settings := builtInSettings()
	if own, ok := system.(Defaulter); ok {
		settings = own.Defaults(settings)
	}
	return overridden(settings, configured)
}

// checkSettings checks keys that stand in the node, or below its section where
// that is not empty.
func (p *parser) checkSettings(node *yaml.Node, section string, keys settingsKeys, at place) {
	refuse := func(key string, value any, rule string) {
		path := []string{key}
		if section != "" {
			path = []string{section, key}
		}
		p.found.wrong(lineOf(node, path...), at.child(key), fmt.Sprint(value), "%s", rule)
	}
	if keys.Timeout != nil && *keys.Timeout <= 0 {
		refuse("timeout", *keys.Timeout, "must be longer than 0s")
	}
	if keys.MaxDuration != nil && *keys.MaxDuration <= 0 {
		refuse("max_duration", *keys.MaxDuration, "must be longer than 0s")
	}
	if keys.MaxConcurrency != nil && (*keys.MaxConcurrency < 1 || *keys.MaxConcurrency > maxConcurrency) {
		refuse("max_concurrency", *keys.MaxConcurrency, "must be from 1 to 1000")
	}
	if keys.MaxFiles != nil && *keys.MaxFiles < 0 {
		refuse("max_files", *keys.MaxFiles, "must not be negative; 0: no file has series of its own")
	}
}

// overridden are the settings with what the keys say.
func overridden(settings Settings, keys settingsKeys) Settings {
	if keys.Timeout != nil {
		settings.Timeout = time.Duration(*keys.Timeout)
	}
	if keys.MaxConcurrency != nil {
		settings.MaxConcurrency = *keys.MaxConcurrency
	}
	if keys.MaxResponseBytes != nil {
		settings.MaxResponseBytes = int64(*keys.MaxResponseBytes)
	}
	if keys.MaxFiles != nil {
		settings.MaxFiles = *keys.MaxFiles
	}
	if keys.ErrorText != nil {
		settings.ErrorText = *keys.ErrorText
	}
	if keys.FinishedTTL != nil {
		settings.FinishedTTL = time.Duration(*keys.FinishedTTL)
	}
	if keys.Retention != nil {
		settings.Retention = time.Duration(*keys.Retention)
	}
	if keys.FinishedRetention != nil {
		settings.FinishedRetention = time.Duration(*keys.FinishedRetention)
	}
	if keys.MaxDuration != nil {
		settings.MaxDuration = time.Duration(*keys.MaxDuration)
	}
	return settings
}
