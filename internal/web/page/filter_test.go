package page

import (
	"maps"
	"slices"
	"testing"
)

func TestFilters(t *testing.T) {
	for query, want := range map[string][]string{
		"state=running":                                      {"ubuntu-24.04", "webserver image"},
		"state=unavailable":                                  {"Article", "bulk publish"},
		"state=unread":                                       {"12"},
		"system=oracle_content":                              {"Article", "bulk publish"},
		"target=samples":                                     {"12", "sample import"},
		"target=vcenter-prod&state=gone":                     {"debian-13"},
		"search=IMAGE":                                       {"database image", "ubuntu-24.04", "cache image", "webserver image"},
		"search=+image+&state=failed":                        {"database image"},
		"search=2797089":                                     {"2797089"},
		"search=575F9E964e2%3A9C":                            {"ubuntu-24.04"},
		"state=failed&state=running":                         {"database image", "ubuntu-24.04", "webserver image"},
		"attention=true&system=vsphere":                      {"windows-2025", "ubuntu-24.04", "debian-13"},
		"attention=true&state=running":                       {"ubuntu-24.04"},
		"attention=false&target=samples":                     {"12", "sample import"},
		"kind=download":                                      {"4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab"},
		"label=team%3Dimages":                                {"ubuntu-24.04"},
		"label=team":                                         {"windows-2025", "ubuntu-24.04"},
		"label=team&label=release%3Dnoble&label=":            {"ubuntu-24.04"},
		"label=team%3Dima":                                   nil,
		"search=TEAM%3Dwin":                                  {"windows-2025"},
		"search=noble":                                       {"ubuntu-24.04"},
		"state=gone&state=canceled&state=succeeded":          {"debian-13", "2797089", "sample import"},
		"target=vcenter-prod&sort=name":                      {"4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab", "debian-13", "ubuntu-24.04", "windows-2025"},
		"target=vcenter-prod&sort=-name":                     {"windows-2025", "ubuntu-24.04", "debian-13", "4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab"},
		"system=oracle_marketplace&sort=age":                 {"cache image", "webserver image", "database image", "2797089"},
		"target=vcenter-prod&sort=colour":                    {"windows-2025", "ubuntu-24.04", "debian-13", "4f0d8c1b-67a5-4f0e-9df1-0e7be4a5f2ab"},
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
	page := showJobs(t, exampleTargets(), "state=running&state=failed&system=vsphere&target=no-such&kind=update&search=%22x%22&label=team&attention=true&sort=-age&targets=all&refresh=off")
	form := page.one(t, "form")
	got := map[string]string{}
	for _, input := range form.all("input") {
		got[input.attributes["name"]] += input.attributes["value"] + "."
	}
	for _, choice := range form.all("select") {
		for _, o := range choice.all("option") {
			if _, selected := o.attributes["selected"]; selected {
				got[choice.attributes["name"]] += o.attributes["value"]
			}
		}
	}
	want := map[string]string{
		"state": "running.failed.", "system": "vsphere", "target": "no-such", "kind": "update", "search": `"x".`, "label": ".team.",
		"attention": "true.", "sort": "-age.", "targets": "all.", "refresh": "off.",
	}
	if !maps.Equal(got, want) {
		t.Errorf("the form holds %q, want %q", got, want)
	}
}

// Each number adds its state to the filter, or takes it away again.
func TestTheNumbersOfJobsByStateAreFilters(t *testing.T) {
	server := serveJobs(t, exampleTargets())
	_, body := get(t, server.URL+"/jobs?system=vsphere&state=pending&page=3")
	page := parsePage(t, body)
	links := page.one(t, ".states").all("a")
	got := page.one(t, ".states").texts("a")
	if want := []string{"all 4", "need attention 3", "expired 1", "running 1", "pending 1", "gone 1"}; !slices.Equal(got, want) {
		t.Fatalf("the numbers are %q, want %q", got, want)
	}
	for i, want := range []int{4, 0, 2, 2, 4, 2} {
		if _, current := links[i].attributes["aria-current"]; current != (got[i] == "pending 1") {
			t.Errorf("%s is current: %t", got[i], current)
		}
		_, behind := get(t, server.URL+"/"+links[i].attributes["href"])
		if rows := parsePage(t, behind).jobRows(); len(rows) != want {
			t.Errorf("%s leads to %d jobs, not %d", links[i].attributes["href"], len(rows), want)
		}
	}
}

// Each column sorts, then the other way round, then no more.
func TestColumnsSort(t *testing.T) {
	server := serveJobs(t, exampleTargets())
	address := "jobs?state=running&page=2"
	for _, want := range []string{"none", "ascending", "descending", "none"} {
		_, body := get(t, server.URL+"/"+address)
		for _, head := range parsePage(t, body).all("th") {
			if head.text() == "Progress" {
				if got := head.attributes["aria-sort"]; got != want {
					t.Errorf("%s is sorted %q, want %q", address, got, want)
				}
				address = head.one(t, "a").attributes["href"]
			}
		}
	}
}

func TestThePageIsBroughtUpToDateUnlessPaused(t *testing.T) {
	server := serveJobs(t, exampleTargets())
	address, wants := "jobs?target=samples&page=1", "15"
	for range 3 {
		_, body := get(t, server.URL+"/"+address)
		page := parsePage(t, body)
		if got := page.one(t, "body").attributes["data-refresh"]; got != wants || len(page.jobRows()) != 2 {
			t.Errorf("%s: every %q seconds, %d jobs", address, got, len(page.jobRows()))
		}
		for _, m := range page.all("meta") {
			if m.attributes["http-equiv"] == "refresh" {
				t.Error("the browser loads the page again, and what somebody typed is gone")
			}
		}
		address = page.one(t, ".as-of").all("a")[0].attributes["href"]
		wants = map[string]string{"15": "0", "0": "15"}[wants]
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
