package described

import (
	"net/url"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

func TestALinkLeadsNowhereElse(t *testing.T) {
	const base = "https://ci.example.com:443/base"
	for link, want := range map[string]string{
		"/base/api/jobs/?page=2": "/api/jobs/?page=2",
		"?page=2":                "/api/jobs/?page=2",
		"next/3":                 "/api/jobs/next/3?",
		"https://ci.example.com/base/x?a=%24b&c=d+e":    "/x?a=%24b&c=d+e",
		"https://CI.example.com:443/base/x?$skip=2":     "/x?$skip=2",
		"//ci.example.com/base/x":                       "/x?",
		"/base/ops%2Fimages/jobs":                       "/ops%2Fimages/jobs?",
		"/base/x#fragment":                              "/x?",
		"":                                              "elsewhere",
		"http://ci.example.com/base/x":                  "elsewhere",
		"https://ci.example.com:8443/base/x":            "elsewhere",
		"https://evil.example/base/x":                   "elsewhere",
		"//evil.example/base/x":                         "elsewhere",
		`/\evil.example/base/x`:                         "elsewhere",
		"https://u:p@ci.example.com/base/x":             "elsewhere",
		"/other/x":                                      "elsewhere",
		"/basement/x":                                   "elsewhere",
		"/base/../other":                                "elsewhere",
		"/base/%2e%2e/other":                            "elsewhere",
		"/base/%252e%252e/other":                        "elsewhere",
		"/base/x%2f..%2f..%2fother":                     "elsewhere",
		"https:opaque":                                  "elsewhere",
		"javascript:alert(1)":                           "elsewhere",
		"https://ci.example.com.evil.example/base/next": "elsewhere",
	} {
		parsed, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		got := "elsewhere"
		if path, query, ok := below(parsed, "/api/jobs/", link); ok && link != "" {
			got = path + "?" + query
		}
		if got != want && strings.TrimSuffix(got, "?") != want {
			t.Errorf("%q leads to %s, want %s", link, got, want)
		}
	}
}

func TestNextLink(t *testing.T) {
	for _, test := range []struct {
		want    string
		headers []string
	}{
		{"b", []string{`<a>; rel="prev", <b>; rel="next"`}},
		{"b", []string{`<a>; rel=first`, `<b>; rel=next`}},
		{"b", []string{`<a,c>; rel="last"; title="x, y; rel=next", <b>; title="p, q"; rel="last next"`}},
		{"b", []string{`<b>; REL="NEXT"`}},
		{"b?x=1,2;3", []string{`<b?x=1,2;3> ; rel = "next"`}},
		{"", []string{`<a>; rel="nextish"`}},
		{"", []string{`<a; rel="next"`}},
		{"", []string{`a>; rel="next"`}},
		{"", nil},
		{"", []string{strings.Repeat("<", 10_000)}},
	} {
		if got := nextLink(test.headers); got != test.want {
			t.Errorf("%q: %q, want %q", test.headers, got, test.want)
		}
	}
}

// TestPagesEnd turns pages that never end by themselves.
func TestPagesEnd(t *testing.T) {
	target := &config.Target{URL: &url.URL{Scheme: "http", Host: "a"}}
	e, err := (&expression.Program{}).Compile(".t")
	if err != nil {
		t.Fatal(err)
	}
	turn := func(n next, read page, news bool) *pageTurner {
		turner := newPageTurner(&list{next: n}, target, upstream.Request{Path: "/x"})
		for range 2 {
			if err := turner.turn(read, news); err != nil {
				t.Fatal(err)
			}
			if turner.ended {
				break
			}
		}
		return turner
	}
	header := func(string) []string { return []string{"same"} }
	for name, turner := range map[string]*pageTurner{
		"the same token again":  turn(next{token: e, query: "q"}, page{next: "same", header: header}, true),
		"the same link again":   turn(next{link: e}, page{next: "/x?p=2", header: header}, true),
		"the same header again": turn(next{header: "X", query: "q"}, page{header: header}, true),
		"nothing new":           turn(next{page: "p", size: 1}, page{items: 1, header: header}, false),
		"a short page":          turn(next{offset: "o", size: 2}, page{items: 1, header: header}, true),
		"no more":               turn(next{page: "p", more: e}, page{items: 9, next: false, header: header}, true),
		"no paging":             turn(next{}, page{items: 9, header: header}, true),
	} {
		if !turner.ended {
			t.Errorf("%s: goes on with %+v", name, turner.request)
		}
	}
	turner := turn(next{offset: "o", size: 2}, page{items: 2, header: header}, true)
	if turner.ended || turner.request.Query.Get("o") != "4" {
		t.Errorf("the third page begins at %s", turner.request.Query.Get("o"))
	}
	turner = turn(next{page: "p", size: 9, more: e}, page{items: 2, next: 7, header: header}, true)
	if turner.ended || turner.request.Query.Get("p") != "3" {
		t.Errorf("the third page is %s", turner.request.Query.Get("p"))
	}
}
