package api_test

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// schema is the part of JSON Schema that openapi.yml uses.
type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       string            `yaml:"type"`
	Format     string            `yaml:"format"`
	Pattern    string            `yaml:"pattern"`
	Enum       []string          `yaml:"enum"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	// Others are the properties that have no name of their own.
	Others  *schema  `yaml:"additionalProperties"`
	Items   *schema  `yaml:"items"`
	AllOf   []schema `yaml:"allOf"`
	OneOf   []schema `yaml:"oneOf"`
	Minimum *float64 `yaml:"minimum"`
	Maximum *float64 `yaml:"maximum"`

	Description string `yaml:"description"`
}

// document is openapi.yml.
type document struct {
	Paths map[string]struct {
		Get struct {
			Parameters []struct {
				Name string `yaml:"name"`
			} `yaml:"parameters"`
			Responses map[string]response `yaml:"responses"`
		} `yaml:"get"`
	} `yaml:"paths"`
	Components struct {
		Responses map[string]response `yaml:"responses"`
		Schemas   map[string]schema   `yaml:"schemas"`
	} `yaml:"components"`

	// seen are the described properties that some answer has had.
	seen map[string]bool
}

type response struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema schema `yaml:"schema"`
	} `yaml:"content"`
}

func readDocument(t *testing.T) *document {
	t.Helper()
	text, err := os.ReadFile("openapi.yml")
	if err != nil {
		t.Fatal(err)
	}
	d := &document{seen: map[string]bool{}}
	if err := yaml.Unmarshal(text, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// answerOf is the schema of an answer.
func (d *document) answerOf(path, code string) (schema, bool) {
	described, ok := d.Paths[path].Get.Responses[code]
	if name, isRef := strings.CutPrefix(described.Ref, "#/components/responses/"); isRef {
		described, ok = d.Components.Responses[name]
	}
	return described.Content["application/json"].Schema, ok
}

// resolve follows a reference, and puts together what is said in parts.
func (d *document) resolve(s schema) schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.resolve(d.Components.Schemas[name])
	}
	whole := s
	whole.Properties = map[string]schema{}
	for _, part := range s.AllOf {
		part = d.resolve(part)
		whole.Required = append(slices.Clone(whole.Required), part.Required...)
		maps.Copy(whole.Properties, part.Properties)
	}
	maps.Copy(whole.Properties, s.Properties)
	return whole
}

// check complains about what a value does not have in common with its schema.
func (d *document) check(value any, s schema, at string) []string {
	s = d.resolve(s)
	if len(s.OneOf) > 0 {
		return d.checkOneOf(value, s, at)
	}
	switch value := value.(type) {
	case map[string]any:
		return append(d.checkObject(value, s, at), wrongType(s, "object", at)...)
	case []any:
		complaints := wrongType(s, "array", at)
		for i, item := range value {
			complaints = append(complaints, d.check(item, *s.Items, fmt.Sprintf("%s[%d]", at, i))...)
		}
		return complaints
	case string:
		return append(checkText(value, s, at), wrongType(s, "string", at)...)
	case bool:
		return wrongType(s, "boolean", at)
	case float64:
		return checkNumber(value, s, at)
	default:
		return []string{fmt.Sprintf("%s is %v", at, value)}
	}
}

func (d *document) checkOneOf(value any, s schema, at string) []string {
	for _, one := range s.OneOf {
		_, isList := value.([]any)
		if (d.resolve(one).Type == "array") == isList {
			return d.check(value, one, at)
		}
	}
	return []string{at + " is none of what it may be"}
}

func (d *document) checkObject(value map[string]any, s schema, at string) (complaints []string) {
	for _, name := range s.Required {
		if _, ok := value[name]; !ok {
			complaints = append(complaints, at+" has no "+name)
		}
	}
	for name, of := range value {
		described, ok := s.Properties[name]
		switch {
		case ok:
			d.seen[placeOf(at, name)] = true
			complaints = append(complaints, d.check(of, described, at+"."+name)...)
		case s.Others != nil:
			complaints = append(complaints, d.check(of, *s.Others, at+"."+name)...)
		default:
			complaints = append(complaints, at+" has "+name+", which is not described")
		}
	}
	return complaints
}

// placeOf is a place without the numbers in lists.
func placeOf(at, name string) string {
	return regexp.MustCompile(`\[\d+\]`).ReplaceAllString(at, "") + "." + name
}

func wrongType(s schema, is, at string) []string {
	if s.Type != is {
		return []string{fmt.Sprintf("%s is a %s, described as %q", at, is, s.Type)}
	}
	return nil
}

func checkText(value string, s schema, at string) (complaints []string) {
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		complaints = append(complaints, fmt.Sprintf("%s is %q", at, value))
	}
	if s.Format == "date-time" {
		if parsed, err := time.Parse(time.RFC3339, value); err != nil || parsed.Location() != time.UTC || parsed.Year() < 2000 {
			complaints = append(complaints, fmt.Sprintf("%s is %q", at, value))
		}
	}
	return complaints
}

func checkNumber(value float64, s schema, at string) []string {
	whole := s.Type == "integer" && value == float64(int64(value))
	if s.Type != "number" && !whole || s.Minimum != nil && value < *s.Minimum || s.Maximum != nil && value > *s.Maximum {
		return []string{fmt.Sprintf("%s is %v, described as %+v", at, value, s.Type)}
	}
	return nil
}

// unseen are the properties below a schema that no answer has had.
func (d *document) unseen(s schema, at string) (missing []string) {
	s = d.resolve(s)
	for _, one := range s.OneOf {
		missing = append(missing, d.unseen(one, at)...)
	}
	if s.Items != nil {
		missing = append(missing, d.unseen(*s.Items, at)...)
	}
	for name, of := range s.Properties {
		if !d.seen[placeOf(at, name)] {
			missing = append(missing, placeOf(at, name))
		}
		missing = append(missing, d.unseen(of, at+"."+name)...)
	}
	return missing
}
