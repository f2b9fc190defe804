// Package dashboards holds no code but tests: of the dashboards beside them.
package dashboards

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// board is what the tests read of a dashboard.
type board struct {
	// file is its file's text.
	file []byte

	ID            *int
	UID           string
	Title         string
	Description   string
	Tags          []string
	SchemaVersion int
	Version       int
	Editable      bool
	Refresh       string
	Timezone      string
	Time          struct{ From, To string }
	Links         []boardLink
	Templating    struct{ List []variable }
	Annotations   struct{ List []annotation }
	Panels        []panel
}

type boardLink struct {
	Title, Type, URL      string
	IncludeVars, KeepTime bool
}

type variable struct {
	Name, Label, Description, Type string
	AllValue                       string
	Multi, IncludeAll              bool
	Refresh, Sort                  int
	Query, Current                 json.RawMessage
}

type annotation struct {
	Name, Expr, IconColor, TitleFormat, TextFormat string
	BuiltIn                                        int
	Target                                         struct{ Expr string }
}

type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []target
	Transformations          []transformation
	Options                  struct {
		Legend struct{ ShowLegend bool }
	}
	Collapsed   bool
	FieldConfig struct {
		Defaults  field
		Overrides []override
	}
	Panels []panel
}

type target struct {
	RefID, Expr, LegendFormat, Format string
	// Range asks for the course of the time range, not for its end.
	Range bool
}

type transformation struct {
	ID      string
	Options struct {
		IndexByName, ExcludeByName, RenameByName map[string]any
		// Alias is the field that calculateField adds.
		Alias string
	}
}

type field struct {
	Unit, NoValue string
	Min, Max      *float64
	Mappings      []mapping
}

// mapping gives values a text and a colour; Options are those by value, for
// special ones they have another shape.
type mapping struct {
	Type    string
	Options json.RawMessage
}

type override struct {
	Matcher    struct{ ID, Options string }
	Properties []property
}

type property struct {
	ID    string
	Value json.RawMessage
}

// property is one of an override's properties; nil where it has none of the name.
func (o override) property(id string) json.RawMessage {
	for _, property := range o.Properties {
		if property.ID == id {
			return property.Value
		}
	}
	return nil
}

// boards are all dashboards, in the order of their files' names.
func boards(t *testing.T) []board {
	t.Helper()
	paths, err := filepath.Glob("*.json")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	all := make([]board, 0, len(paths))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b := board{file: text}
		if err := json.Unmarshal(text, &b); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if b.UID != strings.TrimSuffix(path, ".json") {
			t.Errorf("%s: its uid is %q, not the file's name", path, b.UID)
		}
		all = append(all, b)
	}
	return all
}

// eachBoard runs a subtest for each dashboard.
func eachBoard(t *testing.T, check func(t *testing.T, b board)) {
	t.Helper()
	for _, b := range boards(t) {
		t.Run(b.UID, func(t *testing.T) { check(t, b) })
	}
}

// drawn are the panels that show something: all but the headings of rows.
func (b board) drawn() []panel {
	var panels []panel
	for _, p := range b.Panels {
		if p.Type != "row" {
			panels = append(panels, p)
		}
		panels = append(panels, p.Panels...)
	}
	return panels
}

// variableNames are the names of its variables, in their order.
func (b board) variableNames() []string {
	var names []string
	for _, v := range b.Templating.List {
		names = append(names, v.Name)
	}
	return names
}

// queryVariables are those whose values Prometheus tells.
func (b board) queryVariables() []string {
	var names []string
	for _, v := range b.Templating.List {
		if v.Type == "query" {
			names = append(names, v.Name)
		}
	}
	return names
}

// query is one PromQL expression of a dashboard.
type query struct {
	// where is the dashboard, the panel and the letter of the query.
	where string
	board board
	// panel is empty for annotations and variables.
	panel panel
	expr  string
	// overTime is the course of the time range, not its end.
	overTime bool
}

// panelQueries are those of the panels.
func (b board) panelQueries() []query {
	var all []query
	for _, p := range b.drawn() {
		for _, target := range p.Targets {
			all = append(all, query{fmt.Sprintf("%s %q %s", b.UID, p.Title, target.RefID), b, p, target.Expr, target.Range})
		}
	}
	return all
}

// queries are those of the panels and of the annotations.
func (b board) queries() []query {
	all := b.panelQueries()
	for _, a := range b.Annotations.List {
		if a.BuiltIn == 0 {
			all = append(all, query{fmt.Sprintf("%s annotation %q", b.UID, a.Name), b, panel{}, a.Expr, true})
		}
	}
	return all
}

// interpolated is the expression as Grafana sends it with "All" chosen
// everywhere, the first rows of the list of all jobs, and a Prometheus that
// scrapes every second.
func (q query) interpolated(t *testing.T) string {
	t.Helper()
	expr := strings.NewReplacer(
		"$__rate_interval", "10s", "$__range", "5m", "$skip", "0",
		"$system", ".*", "$state", ".*", "$target", ".*", "$job_id", ".*", "$instance", ".*",
	).Replace(q.expr)
	if unknown := grafanaVariable().FindString(expr); unknown != "" {
		t.Errorf("%s: no dashboard has the variable %s", q.where, unknown)
	}
	return expr
}
