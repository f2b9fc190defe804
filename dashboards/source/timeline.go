package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
)

// timeline is states over time, a bar for each job.
type timeline struct {
	title       string
	description string
	query       query
	nothing     string
}

// Build implements cog.Builder.
func (t timeline) Build() (dashboard.Panel, error) {
	return statetimeline.NewPanelBuilder().
		Title(t.title).Description(t.description).Datasource(source()).
		Unit("none").NoValue(t.nothing).
		ColorScheme(byThresholds()).Thresholds(steps("text")).
		Mappings([]dashboard.ValueMapping{stateMapping()}).
		WithTarget(t.query.target("A")).
		ShowValue(common.VisibilityModeAuto).MergeValues(true).AlignValue(common.TimelineValueAlignmentCenter).
		RowHeight(0.85).FillOpacity(80).LineWidth(0).
		Legend(common.NewVizLegendOptionsBuilder().
			ShowLegend(true).DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).Calcs([]string{})).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeSingle).Sort(common.SortOrderNone)).
		Build()
}
