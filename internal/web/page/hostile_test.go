package page

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// hostileQueries lead to all pages that show hostile text.
func hostileQueries() []string {
	queries := []string{
		"", "targets=all", "search=" + url.QueryEscape(hostile()[3]), "label=" + url.QueryEscape("label="+hostile()[0]),
		url.Values{"system": {hostile()[0]}, "target": {hostile()[1]}, "state": {hostile()[2]}, "kind": {hostile()[3]}, "label": {hostile()[4]}}.Encode(),
	}
	for _, status := range hostileTargets()[0].Jobs {
		queries = append(queries, url.Values{"target": {hostile()[1]}, "job_id": {status.Job.ID}}.Encode())
	}
	return queries
}

func TestHostileTextIsOnlyText(t *testing.T) {
	for _, q := range hostileQueries() {
		page := showJobs(t, hostileTargets(), q)
		for _, name := range []string{"img", "svg", "iframe", "object", "base", "b"} {
			if len(page.all(name)) > 0 {
				t.Errorf("?%s: the page has an element %s", q, name)
			}
		}
		if len(page.all("script")) != 1 {
			t.Errorf("?%s: the page has %d scripts", q, len(page.all("script")))
		}
		page.walk(func(e *element) {
			for name, value := range e.attributes {
				if strings.HasPrefix(name, "on") || name == "style" || name == "autofocus" {
					t.Errorf("?%s: %s has %s=%q", q, e.name, name, value)
				}
				if (name == "href" || name == "src" || name == "action") && !safe(value) {
					t.Errorf("?%s: %s leads to %q", q, e.name, value)
				}
			}
		})
	}
}

// safe reports whether an address is one that a page may lead to.
func safe(address string) bool {
	return slices.Contains([]string{"jobs", "config", "./", "#main"}, address) ||
		slices.ContainsFunc([]string{"jobs?", "jobs/read?", "probe?", "api/v1/jobs?", "https://vcenter.example.com/ui/#?id=", runbooks}, func(prefix string) bool {
			return strings.HasPrefix(address, prefix)
		})
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
		if strings.Contains(row.all(".name")[0].all("bdi")[0].text(), "\u202E") {
			return
		}
	}
	t.Error("the reversed name is not isolated")
}
