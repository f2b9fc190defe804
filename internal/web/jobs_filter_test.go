package web

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestFilters(t *testing.T) {
	for query, want := range map[string][]string{
		"state=running":                                      {"webserver image", "ubuntu-24.04"},
		"state=unavailable":                                  {"Article", "bulk publish"},
		"state=unread":                                       {"12"},
		"system=oracle_content":                              {"Article", "bulk publish"},
		"target=samples":                                     {"12", "sample import"},
		"target=vcenter-prod&state=gone":                     {"debian-13"},
		"search=IMAGE":                                       {"database image", "cache image", "webserver image"},
		"search=+image+&state=failed":                        {"database image"},
		"search=2797089":                                     {"2797089"},
		"search=575F9E964e2%3A9C":                            {"ubuntu-24.04"},
		"state=failed&state=running":                         {"database image"},
		"state=&system=&target=&search=debian&page=":         {"debian-13"},
		"search=debian&page=minus&colour=red&%zz":            {"debian-13"},
		"search=debian&page=99999999999999999999":            {"debian-13"},
		"search=debian&page=-1":                              {"debian-13"},
		"state=gone&state=%22%3E%3Cscript%3E&target=&page=7": {"debian-13"},
		"state=nonsense":                                     nil,
		"target=vcenter":                                     nil,
		"system=vsphere&target=samples":                      nil,
		"search=%3Cscript%3Ealert(1)%3C%2Fscript%3E":         nil,
	} {
		page := showJobs(t, exampleTargets(), query)
		if got := page.jobNames(); !slices.Equal(got, want) {
			t.Errorf("?%s shows %q, want %q", query, got, want)
		}
		if want == nil && !slices.Equal(page.texts(".empty"), []string{"Nothing matches. Show all jobs"}) {
			t.Errorf("?%s says %q", query, page.texts(".empty"))
		}
	}
}

func TestTheFormShowsTheFilterInForce(t *testing.T) {
	page := showJobs(t, exampleTargets(), "state=running&system=vsphere&target=no-such&search=%22x%22&refresh=off")
	form := page.one(t, "form")
	got := map[string]string{}
	for _, input := range form.all("input") {
		got[input.attributes["name"]] = input.attributes["value"]
	}
	for _, choice := range form.all("select") {
		for _, o := range choice.all("option") {
			if _, selected := o.attributes["selected"]; selected {
				got[choice.attributes["name"]] += o.attributes["value"]
			}
		}
	}
	want := map[string]string{"state": "running", "system": "vsphere", "target": "no-such", "search": `"x"`, "refresh": "off"}
	if !maps.Equal(got, want) {
		t.Errorf("the form holds %q, want %q", got, want)
	}
}

func TestTheNumbersOfJobsByStateAreFilters(t *testing.T) {
	server := serveJobs(t, exampleTargets())
	_, body := get(t, server.URL+"/jobs?system=vsphere&state=pending&page=3")
	page := parsePage(t, body)
	links := page.one(t, ".states").all("a")
	got := page.one(t, ".states").texts("a")
	if want := []string{"all 4", "expired 1", "running 1", "pending 1", "gone 1"}; !slices.Equal(got, want) {
		t.Fatalf("the numbers are %q, want %q", got, want)
	}
	for i, link := range links {
		state, count, _ := strings.Cut(got[i], " ")
		if _, current := link.attributes["aria-current"]; current != (state == "pending") {
			t.Errorf("%s is current: %t", state, current)
		}
		_, behind := get(t, server.URL+"/"+link.attributes["href"])
		if rows := parsePage(t, behind).jobRows(); strconv.Itoa(len(rows)) != count {
			t.Errorf("%s leads to %d jobs, not %s", link.attributes["href"], len(rows), count)
		}
	}
}

func TestThePageLoadsItselfAgainUnlessPaused(t *testing.T) {
	server := serveJobs(t, exampleTargets())
	refreshes := func(page *element) bool {
		for _, m := range page.all("meta") {
			if m.attributes["http-equiv"] == "refresh" {
				// Without an address the browser loads the same one, filters and all.
				return m.attributes["content"] == "30"
			}
		}
		return false
	}
	address, wants := "jobs?target=samples&page=1", true
	for range 3 {
		_, body := get(t, server.URL+"/"+address)
		page := parsePage(t, body)
		if refreshes(page) != wants || len(page.jobRows()) != 2 {
			t.Errorf("%s: refreshes %t, %d jobs", address, refreshes(page), len(page.jobRows()))
		}
		address, wants = page.all(".about")[0].all("a")[0].attributes["href"], !wants
	}
}

func TestPagesHoldEachJobOnce(t *testing.T) {
	server := serveJobs(t, manyTargets(1000))
	var names []string
	address := "jobs?state=succeeded&refresh=off"
	for address != "" {
		_, body := get(t, server.URL+"/"+address)
		page := parsePage(t, body)
		names = append(names, page.jobNames()...)
		address = ""
		for _, link := range page.one(t, ".pages").all("a") {
			if link.attributes["rel"] == "next" {
				address = link.attributes["href"]
			}
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(names)))
	if len(names) != 400 || len(distinct) != 400 {
		t.Errorf("the pages show %d jobs, %d distinct ones, not 400", len(names), len(distinct))
	}
	_, body := get(t, server.URL+"/jobs?state=succeeded&page=1000")
	page := parsePage(t, body)
	if got := page.one(t, ".pages").text(); got != "Previous Page 4 of 4" || len(page.jobRows()) != 100 {
		t.Errorf("a page behind the last one shows %d jobs and %q", len(page.jobRows()), got)
	}
}
