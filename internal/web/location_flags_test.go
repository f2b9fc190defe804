package web

import (
	"strings"
	"testing"
)

// A URL or prefix that cannot be meant is refused by name of the flag.
func TestLocationsThatCannotBeMeant(t *testing.T) {
	for _, given := range []struct{ flag, external, prefix string }{
		{"--web.external-url", "mon.example.com", ""},
		{"--web.external-url", "ftp://mon.example.com/", ""},
		{"--web.external-url", "https:///asyncjob", ""},
		{"--web.external-url", "https://user:secret@mon.example.com", ""},
		{"--web.external-url", "https://mon.example.com/?a=b", ""},
		{"--web.external-url", "https://mon.example.com/#a", ""},
		{"--web.external-url", "https://mon.example.com/{a}", ""},
		{"--web.external-url", "https://mon.example.com/a/../b", ""},
		{"--web.external-url", "https://mon.example.com:port/", ""},
		{"--web.external-url", `"https://mon.example.com"`, ""},
		{"--web.route-prefix", "", "asyncjob"},
		{"--web.route-prefix", "", "/a//b"},
		{"--web.route-prefix", "", "/{a}"},
	} {
		_, err := newLocation(given.external, given.prefix)
		if err == nil || !strings.Contains(err.Error(), given.flag) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v, want a refusal that names the flag", given, err)
		}
	}
}

func TestLocations(t *testing.T) {
	for _, test := range []struct{ external, prefix, wantPrefix, wantExternal string }{
		{"", "", "", ""},
		{"", "/", "", ""},
		{"", "/x/", "/x", "/x"},
		{"/x", "", "/x", "/x"},
		{"https://h/x/y/", "", "/x/y", "https://h/x/y"},
		{"https://h/x", "/", "", "https://h/x"},
		{"https://h/x", "/y", "/y", "https://h/x"},
		{"https://h", "/y", "/y", "https://h"},
	} {
		got, err := newLocation(test.external, test.prefix)
		if err != nil || got.prefix != test.wantPrefix || got.external.String() != test.wantExternal {
			t.Errorf("%+v: %q, %q, %v", test, got.prefix, got.external.String(), err)
		}
	}
}
