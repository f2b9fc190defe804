package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const (
	// columns is the width of Grafana's grid.
	columns = 24
	// schemaVersion is that of Grafana 10.0, the oldest that the boards are for.
	schemaVersion = 38
)

// board is one dashboard: lines of panels, then rows that are opened by hand.
type board struct {
	uid         string
	title       string
	description string
	links       []dashboard.DashboardLink
	variables   []dashboard.VariableModel
	annotations []dashboard.AnnotationQuery
	lines       []line
	rows        []row
}

// line is panels side by side, all of one height.
type line struct {
	height int
	cells  []cell
}

// cell is a panel with its width. The widths of a line add up to columns.
type cell struct {
	width int
	panel builder
}

// builder makes a panel.
type builder = cog.Builder[dashboard.Panel]

// row is lines below a heading. It is closed until somebody opens it, so that
// what only some kinds of jobs have takes no space and asks nothing.
type row struct {
	title string
	lines []line
}

// panels is the line of panels that share its width evenly.
func panels(height int, all ...builder) line {
	l := line{height: height}
	for i, panel := range all {
		// What cannot be shared evenly goes to the last ones.
		l.cells = append(l.cells, cell{columns*(i+1)/len(all) - columns*i/len(all), panel})
	}
	return l
}

// file is the name of the board's file.
func (b board) file() string { return b.uid + ".json" }

// dashboard is the board in Grafana's words.
//
//nolint:staticcheck // deprecated in favour of the second version, which Grafana 10 to 12 cannot read
func (b board) dashboard() (dashboard.Dashboard, error) {
	made, err := dashboard.NewDashboardBuilder(b.title).
		Uid(b.uid).Description(b.description).Tags([]string{"asyncjob"}).
		Readonly().Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Time("now-6h", "now").Refresh("1m").Timezone("browser").Version(1).
		Build()
	if err != nil {
		return made, err
	}
	made.SchemaVersion = schemaVersion
	made.Links = b.links
	made.Templating.List = b.variables
	made.Annotations.List = append([]dashboard.AnnotationQuery{builtInAnnotation()}, b.annotations...)
	p := placer{}
	for _, l := range b.lines {
		placed, err := p.place(l)
		if err != nil {
			return made, err
		}
		for _, panel := range placed {
			made.Panels = append(made.Panels, dashboard.PanelOrRowPanel{Panel: &panel})
		}
	}
	for _, r := range b.rows {
		heading, err := p.placeRow(r)
		if err != nil {
			return made, err
		}
		made.Panels = append(made.Panels, dashboard.PanelOrRowPanel{RowPanel: &heading})
	}
	return made, nil
}

// placer puts panels below each other and numbers them.
type placer struct {
	id uint32
	y  int
}

func (p *placer) place(l line) ([]dashboard.Panel, error) {
	var placed []dashboard.Panel
	x := 0
	for _, c := range l.cells {
		panel, err := c.panel.Build()
		if err != nil {
			return nil, err
		}
		p.id++
		id := p.id
		panel.Id = &id
		panel.GridPos = gridPos(x, p.y, c.width, l.height)
		placed = append(placed, panel)
		x += c.width
	}
	if x != columns {
		return nil, fmt.Errorf("a line is %d wide, not %d", x, columns)
	}
	p.y += l.height
	return placed, nil
}

func (p *placer) placeRow(r row) (dashboard.RowPanel, error) {
	p.id++
	heading := dashboard.RowPanel{
		Type: "row", Collapsed: true, Title: &r.title, Id: p.id,
		GridPos: gridPos(0, p.y, columns, 1),
	}
	p.y++
	for _, l := range r.lines {
		placed, err := p.place(l)
		if err != nil {
			return heading, fmt.Errorf("the row %q: %w", r.title, err)
		}
		heading.Panels = append(heading.Panels, placed...)
	}
	return heading, nil
}

func gridPos(x, y, width, height int) *dashboard.GridPos {
	small := func(n int) uint32 { return uint32(n) } //nolint:gosec // a grid is 24 wide and some hundreds high
	return &dashboard.GridPos{X: small(x), Y: small(y), W: small(width), H: small(height)}
}

// source is the Prometheus that the first variable chooses.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: new("prometheus"), Uid: new("${datasource}")}
}

// builtInAnnotation is the one of Grafana itself, which each dashboard has.
func builtInAnnotation() dashboard.AnnotationQuery {
	return dashboard.AnnotationQuery{
		Name: "Annotations & Alerts", BuiltIn: new(1.0), Enable: true, Hide: new(true),
		IconColor: "rgba(0, 211, 255, 1)", Type: new("dashboard"),
		Datasource: &common.DataSourceRef{Type: new("grafana"), Uid: new("-- Grafana --")},
	}
}
