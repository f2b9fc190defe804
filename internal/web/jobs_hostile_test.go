package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

func TestHostileTextIsOnlyText(t *testing.T) {
	query := url.Values{"search": {""}, "system": {hostile()[0]}, "target": {hostile()[1]}, "state": {hostile()[2]}}
	for _, q := range []string{"", query.Encode(), "search=" + url.QueryEscape(hostile()[3])} {
		page := showJobs(t, hostileTargets(), q)
		for _, name := range []string{"script", "img", "svg", "iframe", "object", "base", "b"} {
			if len(page.all(name)) > 0 {
				t.Errorf("?%s: the page has an element %s", q, name)
			}
		}
		page.walk(func(e *element) {
			for name, value := range e.attributes {
				link := name == "href" || name == "src" || name == "action"
				relative := strings.HasPrefix(value, "jobs") || strings.HasPrefix(value, "probe?") || value == "./" || value == "#jobs"
				if strings.HasPrefix(name, "on") || name == "style" || name == "autofocus" || link && !relative {
					t.Errorf("?%s: %s has %s=%q", q, e.name, name, value)
				}
			}
		})
	}
}

func (e *element) walk(visit func(*element)) {
	for _, child := range e.children {
		if child, ok := child.(*element); ok {
			visit(child)
			child.walk(visit)
		}
	}
}

func TestHostileTextIsShownAsItIs(t *testing.T) {
	page := showJobs(t, hostileTargets(), "")
	names := page.jobNames()
	for _, text := range hostile() {
		if !slices.Contains(names, strings.Join(strings.Fields(text), " ")) {
			t.Errorf("no job is shown as %q", text)
		}
	}
	// Text that turns the direction of writing must end in its own element.
	for _, row := range page.jobRows() {
		if strings.Contains(row.all(".job")[0].all("strong")[0].all("bdi")[0].text(), "\u202E") {
			return
		}
	}
	t.Error("the reversed name is not isolated")
}

func TestProbeLinksAskForTheirJob(t *testing.T) {
	for _, targets := range [][]collector.TargetStatus{exampleTargets(), hostileTargets()} {
		wanted := map[string]config.Job{}
		for _, of := range targets {
			for _, status := range of.Jobs {
				job := status.Job
				job.Name = ""
				wanted[of.Name+" "+job.ID] = job
			}
		}
		for _, link := range showJobs(t, targets, "").all(".probe") {
			address, err := url.Parse(link.attributes["href"])
			if err != nil || address.Path != "probe" || address.IsAbs() {
				t.Fatalf("the link leads to %q, %v", link.attributes["href"], err)
			}
			query, err := url.ParseQuery(address.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			asked, err := parseProbe(query)
			if err != nil || !asked.debug || asked.job == nil {
				t.Fatalf("/probe understands %s as %+v, %v", link.attributes["href"], asked, err)
			}
			key, job := asked.target+" "+asked.job.ID, *asked.job
			if want, ok := wanted[key]; !ok || job.Kind != want.Kind || job.Type != want.Type || job.Path != want.Path {
				t.Errorf("/probe is asked for %+v of %q", job, asked.target)
			}
			delete(wanted, key)
		}
		if len(wanted) > 0 {
			t.Errorf("no link leads to %v", wanted)
		}
	}
}
