package config

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// wanter is a type that says itself what its values look like, as "a duration
// such as 30s".
type wanter interface{ Wanted() string }

// wanted says what values of a type look like.
func wanted(t reflect.Type) string {
	if own, ok := reflect.TypeAssert[wanter](reflect.New(t)); ok {
		return own.Wanted()
	}
	switch t {
	case reflect.TypeFor[model.Duration]():
		return "a duration such as 30s, 5m or 1h"
	case reflect.TypeFor[promconfig.URL]():
		return "a URL"
	case reflect.TypeFor[promconfig.TLSVersion]():
		return "one of TLS10, TLS11, TLS12, TLS13"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Map:
		return "a mapping of keys to values"
	default:
		return "text"
	}
}

// wantedInstead is wanted, with an example near to what stands there.
func wantedInstead(t reflect.Type, node *yaml.Node) string {
	switch {
	case t == reflect.TypeFor[model.Duration]():
		return "a duration such as " + nearestDuration(node.Value)
	case t == reflect.TypeFor[byteSize]():
		return fmt.Sprintf("a size such as %s, from 1 to 1GiB", nearestSize(node.Value))
	case t.Kind() == reflect.Bool:
		return wanted(t) + nearestBool(node)
	default:
		return wanted(t)
	}
}

// nearestDuration is what a text that is no duration most likely means.
func nearestDuration(text string) string {
	plain := strings.ToLower(strings.Join(strings.Fields(text), ""))
	for _, unit := range []struct{ spelling, unit string }{
		{`(milliseconds?|msecs?)`, "ms"}, {`(seconds?|secs?)`, "s"}, {`(minutes?|mins?)`, "m"}, {`(hours?|hrs?)`, "h"}, {`days?`, "d"}, {`weeks?`, "w"},
	} {
		plain = regexp.MustCompile(`^([0-9.]+)`+unit.spelling+`$`).ReplaceAllString(plain, "${1}"+unit.unit)
	}
	if regexp.MustCompile(`^\d{1,9}$`).MatchString(plain) {
		plain += "s"
	}
	if _, err := model.ParseDuration(plain); err == nil {
		return plain
	}
	if length, err := time.ParseDuration(plain); err == nil && length > 0 {
		return model.Duration(length).String()
	}
	return "30s, 5m or 1h"
}

// nearestSize is what a text that is no size most likely means.
func nearestSize(text string) string {
	parts := regexp.MustCompile(`^(\d{1,9})\s*([kKmM])(i?)[bB]?$`).FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return "4MiB or 64KiB"
	}
	return parts[1] + strings.ToUpper(parts[2]) + "iB"
}

// nearestBool is what a value that is neither true nor false most likely means.
func nearestBool(node *yaml.Node) string {
	switch word := strings.ToLower(node.Value); {
	case word == "true" || word == "false":
		return ", without quotes"
	case slices.Contains([]string{"1", "enabled", "enable", "always"}, word):
		return ", did you mean true?"
	case slices.Contains([]string{"0", "disabled", "disable", "never", "none"}, word):
		return ", did you mean false?"
	default:
		return ""
	}
}

// listInstead is what to write where a single text stands instead of a list.
func listInstead(node *yaml.Node, element reflect.Type, at place) string {
	if node.Kind != yaml.ScalarNode {
		return ": write each element after a dash"
	}
	mayBeSecret := element == reflect.TypeFor[promconfig.Secret]() || strings.HasPrefix(at.key, "http_headers")
	if element.Kind() != reflect.String || mayBeSecret {
		return ", such as [first, second]"
	}
	return fmt.Sprintf(": write [%s]", shown(node.Value))
}

// mappingInstead says which keys a mapping has that is none.
func mappingInstead(out reflect.Value) string {
	fields, _ := fieldsOf(out)
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !strings.HasSuffix(key, "_ref") {
			keys = append(keys, key)
		}
	}
	const enough = 4
	if len(keys) == 0 {
		return " of keys to values"
	}
	return " with keys such as " + strings.Join(keys[:min(enough, len(keys))], ", ")
}
