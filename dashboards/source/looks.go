package main

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

// looks are how a column shows its values.
type looks = []dashboard.DynamicConfigValue

func property(id string, value any) dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: id, Value: value}
}

// all is looks put together.
func all(parts ...looks) looks {
	var together looks
	for _, part := range parts {
		together = append(together, part...)
	}
	return together
}

func width(pixels int) looks { return looks{property("custom.width", pixels)} }

// atLeast lets a column grow with the table.
func atLeast(pixels int) looks { return looks{property("custom.minWidth", pixels)} }

func right() looks { return looks{property("custom.align", "right")} }

func unit(name string) looks { return looks{property("unit", name)} }

func mapped(mappings ...dashboard.ValueMapping) looks { return looks{property("mappings", mappings)} }

// ago is a time as "5 minutes ago".
func ago(pixels int) looks { return all(unit("dateTimeFromNow"), right(), width(pixels)) }

// duration is a length of time.
func duration(pixels int) looks {
	return all(unit("dtdhms"), looks{property("decimals", 0)}, right(), width(pixels))
}

// bar is a ratio as a bar with its number.
func bar(pixels int) looks {
	return all(unit("percentunit"), width(pixels), looks{
		property("min", 0), property("max", 1), property("decimals", 0),
		fixedColor("blue"),
		property("custom.cellOptions", map[string]string{"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}),
	})
}

// badge is a word on a coloured ground.
func badge(pixels int, mapping dashboard.ValueMapping) looks {
	return all(mapped(mapping), width(pixels), looks{
		property("custom.cellOptions", map[string]string{"type": "color-background", "mode": "basic"}),
		property("custom.align", "center"),
	})
}

// linked leads somewhere.
func linked(to ...link) looks { return looks{property("links", to)} }

// wrapped shows the whole of a long text: on several lines, by the first since
// Grafana 11 and by the second since 12, and in a window of its own before.
func wrapped() looks {
	return looks{
		property("custom.cellOptions", map[string]any{"type": "auto", "wrapText": true}),
		property("custom.wrapText", true),
		property("custom.inspect", true),
	}
}

// coloured is a text that turns red below a step, and has the step's colour from
// there on.
func coloured(from step) looks {
	return looks{
		property("thresholds", map[string]any{"mode": "absolute", "steps": []map[string]any{
			{"value": nil, "color": "red"}, {"value": from.from, "color": from.color},
		}}),
		property("custom.cellOptions", map[string]string{"type": "color-text"}),
	}
}

func fixedColor(color string) dashboard.DynamicConfigValue {
	return property("color", map[string]string{"mode": "fixed", "fixedColor": color})
}

// unseen is a column that links need and nobody reads.
func unseen() looks {
	return all(width(60), looks{
		property("noValue", "–"),
		// The first until Grafana 12.1, the second since.
		property("custom.hidden", true), property("custom.hideFrom", map[string]bool{"viz": true}),
	})
}
