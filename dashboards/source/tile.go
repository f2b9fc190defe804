package main

import (
	"cmp"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// tile is one number, large.
type tile struct {
	title       string
	description string
	query       string
	// nothing is the text where the query answers nothing.
	nothing string
	// unit is Grafana's; "" is a plain number.
	unit     string
	decimals *float64
	// color is the number's. With alarm, a number from 1 on colours the whole
	// tile with it, and less than that leaves it as it is.
	color string
	alarm bool
	// trend draws the number's course behind it.
	trend bool
	// mappings give values a text and a colour, which then fills the tile.
	mappings []dashboard.ValueMapping
	// size is the height of the text; 0: as a number has it.
	size float64
	// bounds are those of a ratio.
	ratio bool
	links []link
}

// Build implements cog.Builder.
func (t tile) Build() (dashboard.Panel, error) {
	unit := t.unit
	if unit == "" {
		unit = "none"
	}
	b := stat.NewPanelBuilder().
		Title(t.title).Description(t.description).Datasource(source()).
		Unit(unit).NoValue(t.nothing).
		Mappings(append(t.mappings, nothingMapping(t.nothing))).
		WithTarget(query{expr: t.query, legend: t.title, instant: !t.trend}.target("A")).
		GraphMode(common.BigValueGraphModeNone).TextMode(common.BigValueTextModeValue).
		JustifyMode(common.BigValueJustifyModeAuto).Orientation(common.VizOrientationAuto).
		WideLayout(false).ShowPercentChange(false).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(14).ValueSize(cmp.Or(t.size, 36))).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false).Fields(""))
	if t.trend {
		b.GraphMode(common.BigValueGraphModeArea)
	}
	if t.decimals != nil {
		b.Decimals(*t.decimals)
	}
	if t.ratio {
		b.Min(0).Max(1)
	}
	var links []cog.Builder[dashboard.DashboardLink]
	for _, l := range t.links {
		links = append(links, l)
	}
	if links != nil {
		b.DataLinks(links)
	}
	switch {
	case t.alarm:
		b.ColorMode(common.BigValueColorModeBackgroundSolid).ColorScheme(byThresholds()).Thresholds(steps("transparent", step{1, t.color}))
	case t.mappings != nil:
		b.ColorMode(common.BigValueColorModeBackgroundSolid).ColorScheme(byThresholds()).Thresholds(steps("transparent"))
	default:
		b.ColorMode(common.BigValueColorModeValue).ColorScheme(fixed(t.color)).Thresholds(steps("text"))
	}
	return b.Build()
}

// step is where a threshold begins, and its colour.
type step struct {
	from  float64
	color string
}

func steps(base string, more ...step) cog.Builder[dashboard.ThresholdsConfig] {
	all := []dashboard.Threshold{{Color: base}}
	for _, s := range more {
		all = append(all, dashboard.Threshold{Value: &s.from, Color: s.color})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(all)
}

func byThresholds() cog.Builder[dashboard.FieldColor] {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds)
}

func fixed(color string) cog.Builder[dashboard.FieldColor] {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdFixed).FixedColor(color)
}
