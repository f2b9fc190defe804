package main

import (
	"cmp"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// list is a table: its first query makes the rows, the others add what they
// know of these.
type list struct {
	title       string
	description string
	nothing     string
	// rows is the query that says which rows there are. within, where it is set,
	// says so at less cost, to the other queries.
	rows, within string
	// key is the labels that tell the rows apart.
	key     string
	columns []column
	// unseen are labels of the rows that links need and nobody reads; dropped
	// are those that nothing needs.
	unseen, dropped []string
	// sort is what orders the rows, from its greatest value on with down: the
	// title of a column, or "" for the number of the rows, shown or not.
	sort string
	down bool
}

// column shows a label or a number, of the rows or of a query of its own.
type column struct {
	title string
	// label is what is shown; "": the number.
	label string
	// query is where it comes from; "": the rows.
	query string
	look  looks
}

// Build implements cog.Builder.
func (l list) Build() (dashboard.Panel, error) {
	b := table.NewPanelBuilder().
		Title(l.title).Description(l.description).Datasource(source()).
		Unit("string").NoValue(l.nothing).
		ColorScheme(byThresholds()).Thresholds(steps("text")).
		ShowHeader(true).CellHeight(common.TableCellHeightSm).
		Align(common.FieldTextAlignmentAuto).Filterable(false).
		WithTarget(query{expr: l.rows}.tableTarget("A"))
	for i, expr := range l.queries() {
		b.WithTarget(query{expr: among(l.key, expr, cmp.Or(l.within, l.rows))}.tableTarget(letter(i + 1)))
	}
	for _, c := range l.columns {
		b.OverrideByName(c.title, all(looks{property("noValue", "–")}, c.look))
	}
	for _, label := range l.unseen {
		b.OverrideByName(label, unseen())
	}
	for _, t := range l.transformations() {
		b.WithTransformation(t)
	}
	if l.sort != "" {
		b.SortBy([]cog.Builder[common.TableSortByFieldState]{
			common.NewTableSortByFieldStateBuilder().DisplayName(l.sort).Desc(l.down),
		})
	}
	made, err := b.Build()
	if options, is := made.Options.(*table.Options); is {
		options.Footer = nil // the SDK's default, which Grafana has dropped since
	}
	return made, err
}

// queries are those of columns, in their order.
func (l list) queries() []string {
	var all []string
	for _, c := range l.columns {
		if c.query != "" {
			all = append(all, c.query)
		}
	}
	return all
}

// transformations make one table of the answers, in its order and under its
// titles.
func (l list) transformations() []dashboard.DataTransformerConfig {
	arranged, again := l.arrangement()
	made := []dashboard.DataTransformerConfig{{Id: "merge", Options: map[string]any{}}}
	for _, title := range again {
		made = append(made, dashboard.DataTransformerConfig{Id: "calculateField", Options: map[string]any{
			"alias": title, "mode": "reduceRow",
			"reduce": map[string]any{"reducer": "sum", "include": []string{rowsValue, onlyValue}},
		}})
	}
	return append(made, dashboard.DataTransformerConfig{Id: "sortBy", Options: map[string]any{
		"fields": map[string]any{}, "sort": []map[string]any{{"field": arranged.name(l.sort), "desc": l.down}},
	}}, dashboard.DataTransformerConfig{Id: "organize", Options: arranged})
}

// arrangement orders and names the columns. The number of the rows is one field:
// titles that show it again need a field more.
func (l list) arrangement() (arranged arrangement, again []string) {
	arranged = arrangement{Exclude: map[string]bool{"Time": true}, Index: map[string]int{}, Rename: map[string]string{}}
	for _, label := range l.dropped {
		arranged.Exclude[label] = true
	}
	queries, shown := 0, false
	for i, c := range l.columns {
		name := c.label
		if c.query != "" {
			queries++
			value := "Value #" + letter(queries)
			if name != "" {
				arranged.Exclude[value] = true
			}
			name = cmp.Or(name, value)
		}
		if name == "" && shown {
			again = append(again, c.title)
			name = c.title
		}
		if name == "" {
			shown = true
			arranged.place(onlyValue, i, c.title)
			name = rowsValue
		}
		arranged.place(name, i, c.title)
	}
	for i, label := range l.unseen {
		arranged.place(label, len(l.columns)+i, label)
	}
	if !shown {
		arranged.Exclude[rowsValue], arranged.Exclude[onlyValue] = true, true
	}
	return arranged, again
}

// rowsValue and onlyValue are Grafana's names for the number of the first query:
// the second where no other query answered.
const (
	rowsValue = "Value #A"
	onlyValue = "Value"
)

// arrangement are the options of the transformation organize.
type arrangement struct {
	Exclude map[string]bool   `json:"excludeByName"`
	Index   map[string]int    `json:"indexByName"`
	Rename  map[string]string `json:"renameByName"`
}

func (a arrangement) place(name string, at int, title string) {
	a.Index[name], a.Rename[name] = at, title
}

// name is the field that a title stands for.
func (a arrangement) name(title string) string {
	for name, shown := range a.Rename {
		if shown == title && name != onlyValue {
			return name
		}
	}
	return rowsValue
}
