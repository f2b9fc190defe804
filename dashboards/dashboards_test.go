package dashboards

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

const (
	// longestUID is Grafana's limit.
	longestUID = 40
	// oldestSchema is that of Grafana 10.0. A newer one would make it warn.
	oldestSchema   = 38
	leastRange     = 6 * time.Hour
	leastRefresh   = time.Minute
	runbooks       = "https://github.com/asyncjob-exporter/asyncjob_exporter/blob/main/alerts/README.md"
	dataSourceUID  = "${datasource}"
	refreshOnRange = 2
)

func TestThereAreThreeDashboards(t *testing.T) {
	var uids []string
	titles := make(map[string]bool)
	for _, b := range boards(t) {
		uids = append(uids, b.UID)
		titles[b.Title] = true
	}
	if want := []string{"asyncjob-exporter", "asyncjob-fleet", "asyncjob-job"}; !slices.Equal(uids, want) {
		t.Errorf("there are %v, want %v", uids, want)
	}
	if len(titles) != len(uids) {
		t.Errorf("two of them have the same title: %v", titles)
	}
}

// What a machine writes in one way only, a change shows in a diff.
func TestFilesAreFormatted(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		var formatted bytes.Buffer
		if err := json.Indent(&formatted, bytes.TrimSpace(b.file), "", "  "); err != nil {
			t.Fatal(err)
		}
		formatted.WriteByte('\n')
		if !bytes.Equal(b.file, formatted.Bytes()) {
			t.Error("it is not indented by two spaces with a newline at the end")
		}
	})
}

func TestDashboardsComeFromNobodysGrafana(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		keys := make(map[string]json.RawMessage)
		if err := json.Unmarshal(b.file, &keys); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"__inputs", "__requires", "__elements", "iteration", "gnetId"} {
			if _, found := keys[key]; found {
				t.Errorf("it has %s, which an export for sharing leaves and provisioning cannot fill in", key)
			}
		}
		if b.ID != nil {
			t.Errorf("it has the id %d", *b.ID)
		}
		if len(b.UID) > longestUID {
			t.Errorf("the uid is longer than %d", longestUID)
		}
		if b.Version != 1 || b.Editable {
			t.Errorf("version %d, editable %v: want 1, false", b.Version, b.Editable)
		}
		if b.SchemaVersion != oldestSchema {
			t.Errorf("schemaVersion %d, want %d", b.SchemaVersion, oldestSchema)
		}
	})
}

func TestDashboardsIntroduceThemselves(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		if b.Title == "" || b.Description == "" {
			t.Error("it has no title or no description")
		}
		if !slices.Equal(b.Tags, []string{"asyncjob"}) {
			t.Errorf("tags %v, want asyncjob", b.Tags)
		}
		if b.Timezone != "browser" {
			t.Errorf("timezone %q, want that of the browser", b.Timezone)
		}
	})
}

func TestDashboardsAreGentleToPrometheus(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		if refresh := duration(t, b.Refresh); refresh < leastRefresh {
			t.Errorf("it refreshes every %s", refresh)
		}
		from, found := strings.CutPrefix(b.Time.From, "now-")
		if !found || duration(t, from) < leastRange || b.Time.To != "now" {
			t.Errorf("it shows %s to %s, want the last %s", b.Time.From, b.Time.To, leastRange)
		}
	})
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	parsed, err := model.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(parsed)
}

func TestEveryQueryAsksTheChosenDataSource(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		var document any
		if err := json.Unmarshal(b.file, &document); err != nil {
			t.Fatal(err)
		}
		seen := 0
		walk(document, func(object map[string]any) {
			_, queried := object["expr"]
			if object["type"] == "query" || queried && object["refId"] != "Anno" {
				if object["datasource"] == nil {
					t.Errorf("no data source: %v", object)
				}
			}
			source, is := object["datasource"].(map[string]any)
			if !is || object["builtIn"] != nil {
				return
			}
			seen++
			if source["type"] != "prometheus" || source["uid"] != dataSourceUID {
				t.Errorf("data source %v, want %s", source, dataSourceUID)
			}
		})
		if seen == 0 {
			t.Error("it names no data source")
		}
	})
}

// walk visits each object of a document.
func walk(node any, visit func(map[string]any)) {
	switch node := node.(type) {
	case map[string]any:
		visit(node)
		for _, child := range node {
			walk(child, visit)
		}
	case []any:
		for _, child := range node {
			walk(child, visit)
		}
	}
}

func TestVariables(t *testing.T) {
	want := map[string][]string{
		"asyncjob-exporter": {"datasource", "system", "target", "instance"},
		"asyncjob-fleet":    {"datasource", "system", "target", "job_id", "state", "skip"},
		"asyncjob-job":      {"datasource", "system", "target", "job_id"},
	}
	eachBoard(t, func(t *testing.T, b board) {
		if names := b.variableNames(); !slices.Equal(names, want[b.UID]) {
			t.Fatalf("variables %v, want %v", names, want[b.UID])
		}
		for _, v := range b.Templating.List {
			if v.Label == "" || v.Description == "" {
				t.Errorf("%s has no label or no description", v.Name)
			}
			if v.Type == "query" && (!v.Multi || v.Refresh != refreshOnRange) {
				t.Errorf("%s: want several values, and the choices of the time range", v.Name)
			}
			oneJob := b.UID == "asyncjob-job" && v.Name == "job_id"
			if v.Type == "query" && !oneJob && (!v.IncludeAll || v.AllValue != ".*") {
				t.Errorf("%s: want all, as .*", v.Name)
			}
		}
		source := b.Templating.List[0]
		if source.Type != "datasource" || string(source.Query) != `"prometheus"` || source.Label != "Data source" {
			t.Errorf("the data source is %s %s %q", source.Type, source.Query, source.Label)
		}
	})
}

func TestDashboardsLeadToEachOtherAndToTheRunbooks(t *testing.T) {
	all := boards(t)
	eachBoard(t, func(t *testing.T, b board) {
		leadsTo := make(map[string]boardLink)
		for _, link := range b.Links {
			path, variables, _ := strings.Cut(link.URL, "?")
			link.IncludeVars = link.IncludeVars || variables != ""
			leadsTo[path] = link
			// The fleet's choice of all jobs is none that the board of one could show.
			if b.UID == "asyncjob-fleet" && path == "/d/asyncjob-job" &&
				variables != "var-datasource=${datasource}&${system:queryparam}&${target:queryparam}" {
				t.Errorf("it leads to one job by %s", link.URL)
			}
		}
		for _, other := range all {
			link, found := leadsTo["/d/"+other.UID]
			if other.UID == b.UID {
				continue
			}
			if !found || !link.IncludeVars || !link.KeepTime {
				t.Errorf("no link to %s that takes the variables and the time along: %+v", other.UID, link)
			}
		}
		if _, found := leadsTo[runbooks]; !found {
			t.Error("no link to the runbooks")
		}
	})
}

// A mixture of all jobs says nothing of any: the board of one job opens with the
// first of its list, and the list begins with what needs attention.
func TestTheJobsBoardOpensWithOneJob(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		if b.UID != "asyncjob-job" {
			return
		}
		job := b.Templating.List[slices.Index(b.variableNames(), "job_id")]
		if job.IncludeAll || job.AllValue != "" || job.Current != nil {
			t.Errorf("all jobs can be chosen, or are from the start: %+v", job)
		}
		if !strings.Contains(string(job.Query), "sort_desc") || job.Sort != 0 {
			t.Errorf("its jobs are not in the order of their query: %s", job.Query)
		}
	})
}

// What only some kinds of jobs have takes no room until somebody opens it.
func TestRowsAreClosed(t *testing.T) {
	rows := 0
	eachBoard(t, func(t *testing.T, b board) {
		for _, p := range b.Panels {
			if p.Type != "row" {
				continue
			}
			rows++
			if !p.Collapsed || len(p.Panels) == 0 {
				t.Errorf("the row %q is open or empty", p.Title)
			}
		}
	})
	if rows == 0 {
		t.Error("there is no row")
	}
}

func TestChangesOfStateAreAnnotated(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		if b.UID != "asyncjob-job" {
			return // those of thousands of jobs would be a carpet
		}
		var annotated []string
		for _, a := range b.Annotations.List {
			if a.BuiltIn != 0 {
				continue
			}
			annotated = append(annotated, a.Name)
			if a.Expr == "" || a.Expr != a.Target.Expr {
				t.Errorf("%s: Grafana 10 reads expr, a later one target.expr, and they differ", a.Name)
			}
			if !strings.Contains(a.TitleFormat, "{{job_name}}") || a.IconColor == "" || a.TextFormat == "" {
				t.Errorf("%s does not say which job", a.Name)
			}
		}
		if len(annotated) < 2 {
			t.Errorf("annotations %v, want those of jobs that ended well, and of others", annotated)
		}
	})
}
