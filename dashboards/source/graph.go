package main

import (
	"maps"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// graph is numbers over time.
type graph struct {
	title       string
	description string
	queries     []query
	nothing     string
	unit        string
	// stacked adds the lines up, as areas.
	stacked bool
	// ratio is from 0 to 1.
	ratio bool
	// counts are whole numbers: the axis does not divide them.
	counts bool
	// upTo is where the axis ends at least.
	upTo float64
	// ofStates gives lines that are named for states their colours.
	ofStates bool
	// colors are those of other lines, by their names.
	colors map[string]string
	// calcs are the columns of the legend.
	calcs []string
	// line marks a value.
	line *step
}

// Build implements cog.Builder.
func (g graph) Build() (dashboard.Panel, error) {
	b := timeseries.NewPanelBuilder().
		Title(g.title).Description(g.description).Datasource(source()).
		Unit(g.unit).NoValue(g.nothing).Min(0).
		ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdPaletteClassic)).
		DrawStyle(common.GraphDrawStyleLine).LineInterpolation(common.LineInterpolationLinear).
		ShowPoints(common.VisibilityModeNever).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Legend(g.legend())
	for i, q := range g.queries {
		b.WithTarget(q.target(letter(i)))
	}
	if g.stacked {
		b.LineWidth(0).FillOpacity(70).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
	} else {
		b.LineWidth(2).FillOpacity(8)
	}
	if g.ratio {
		b.Max(1)
	}
	if g.counts {
		b.AxisSoftMax(4)
	}
	if g.upTo > 0 {
		b.AxisSoftMax(g.upTo)
	}
	if g.ofStates {
		for _, s := range states() {
			b.OverrideByName(s.word, looks{fixedColor(s.color)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.colors)) {
		b.OverrideByName(name, looks{fixedColor(g.colors[name])})
	}
	b.Thresholds(steps("text"))
	if g.line != nil {
		b.Thresholds(steps("transparent", step{0, "transparent"}, *g.line)).
			ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
	}
	return b.Build()
}

// legend stands below the graph and takes as much as it needs, up to a third.
func (g graph) legend() *common.VizLegendOptionsBuilder {
	return common.NewVizLegendOptionsBuilder().
		ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).
		Calcs(append([]string{}, g.calcs...))
}
