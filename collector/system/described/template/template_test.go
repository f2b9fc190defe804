package template

import (
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestAPathIsFilledIn(t *testing.T) {
	for _, test := range []struct {
		template string
		values   map[string]string
		want     string
	}{
		{"/v1/{id}", map[string]string{"id": "a b/c?d#e"}, "/v1/a%20b%2Fc%3Fd%23e"},
		{"/v1/{+id}", map[string]string{"id": "a b/c?d"}, "/v1/a%20b/c%3Fd"},
		{"/v1/{id}/x/{node}/", map[string]string{"id": "UPID:n:1@p", "node": "n1"}, "/v1/UPID:n:1@p/x/n1/"},
		{"/x/~/{id}", map[string]string{"id": "manual__2026-11-26T09:40:00+00:00"}, "/x/~/manual__2026-11-26T09:40:00+00:00"},
		{"/a%20b/{id}", map[string]string{"id": "100%"}, "/a%20b/100%25"},
		{"/", nil, "/"},
		{"/{0,50}/{ID}", nil, "/{0,50}/{ID}"},
	} {
		parsed, err := ParsePath(test.template, []string{"id", "node"})
		if err != nil {
			t.Fatalf("%s: %v", test.template, err)
		}
		if got, err := parsed.Path(test.values); err != nil || got != test.want {
			t.Errorf("%s becomes %s (%v), want %s", test.template, got, err, test.want)
		}
	}
}

func TestAValueThatLeavesItsPlaceIsRefused(t *testing.T) {
	one, err := ParsePath("/v1/{id}", []string{"id"})
	if err != nil {
		t.Fatal(err)
	}
	several, err := ParsePath("/v1/{+id}", []string{"id"})
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{
		"", ".", "..", "../x", "x/..", "x/../y", "x/./y", "/x", "x/", "x//y", `x\..\y`, `..\x`, `\x`, `x\`, "x\ny", "x\x00", "x\x7f", "\xff", "\u0085",
		"%2e%2e", "%2E.", "x/%2e%2e/y", "%252e%252e/x", "x%2f..%2fy", "x%2F%2Fy", "%2fx", "x%5c..", "%0a", "%2525252e%2525252e",
	} {
		for _, parsed := range []Template{one, several} {
			if path, err := parsed.Path(map[string]string{"id": value}); err == nil {
				t.Errorf("%q becomes %s", value, path)
			} else if !strings.HasPrefix(err.Error(), "{id} ") {
				t.Errorf("%q: %v", value, err)
			}
		}
	}
	for _, value := range []string{"...", "x..y", "..x", "a.b", "%", "a%2gb", "a:b", "http:", "é"} {
		if _, err := one.Path(map[string]string{"id": value}); err != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestATemplateIsRefused(t *testing.T) {
	for template, want := range map[string]string{
		"v1/{id}":      "must begin with /",
		"/v1/{projct}": `{projct} is not known here, did you mean "project"?`,
		"/v1/{what}":   "{what} is not known here: it must be one of id, project",
		"/v1?a=b":      "must not hold ? or #",
		"/v1/a b":      "must not hold blanks",
		"/v1/../{id}":  `must not hold ".", ".."`,
		"/v1//{id}":    `must not hold ".", ".."`,
		"/v1/%2e./x":   `must not hold ".", ".."`,
		"/v1/%zz":      "holds a %",
		`/v1\x`:        "must not hold blanks, backslashes",
		"/{id}{id}/..": `must not hold ".", ".."`,
	} {
		if _, err := ParsePath(template, []string{"id", "project"}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", template, err, want)
		}
	}
}

func TestAQueryIsFilledIn(t *testing.T) {
	since, err := Parse(">={ended_after} {0,50}", []string{"ended_after"})
	if err != nil {
		t.Fatal(err)
	}
	fixed, err := Parse("queued", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := Query{"created": {since}, "state": {fixed, fixed}}.Values(map[string]string{"ended_after": "2026&x=1"})
	if want := (url.Values{"created": {">=2026&x=1 {0,50}"}, "state": {"queued", "queued"}}).Encode(); got.Encode() != want {
		t.Errorf("%s, want %s", got.Encode(), want)
	}
}

// FuzzPath looks for a value that ends up elsewhere than below the fixed part of
// a path, as a server sees it that decodes it several times and cleans it.
func FuzzPath(f *testing.F) {
	for _, value := range []string{"x", "../x", "%2e%2e/x", "a/b", `..\x`, "%252e%252e%252f", "x%5c..%5c..", "x\n"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, template := range []string{"/base/{id}/end", "/base/{+id}/end"} {
			parsed, err := ParsePath(template, []string{"id"})
			if err != nil {
				t.Fatal(err)
			}
			filled, err := parsed.Path(map[string]string{"id": value})
			if err != nil {
				continue
			}
			if strings.ContainsAny(filled, "?#\r\n ") {
				t.Errorf("%q becomes %q", value, filled)
			}
			for range 4 {
				slashes := strings.ReplaceAll(filled, `\`, "/")
				if cleaned := path.Clean(slashes); cleaned != slashes || !strings.HasPrefix(cleaned, "/base/") || !strings.HasSuffix(cleaned, "/end") {
					t.Errorf("%q becomes %q, which is %q", value, filled, cleaned)
				}
				if filled, err = url.PathUnescape(filled); err != nil {
					break
				}
			}
		}
	})
}
