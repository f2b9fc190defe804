package dashboards

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// columns is the width of Grafana's grid.
const columns = 24

// panelTypes are those used, none of which needs a plugin or AngularJS.
func panelTypes() []string { return []string{"stat", "table", "timeseries", "state-timeline"} }

func eachPanel(t *testing.T, check func(t *testing.T, p panel)) {
	t.Helper()
	eachBoard(t, func(t *testing.T, b board) {
		for _, p := range b.drawn() {
			t.Run(p.Title, func(t *testing.T) { check(t, p) })
		}
	})
}

func TestEveryPanelExplainsItself(t *testing.T) {
	eachPanel(t, func(t *testing.T, p panel) {
		if p.Title == "" || !strings.HasSuffix(p.Description, ".") {
			t.Errorf("title %q, description %q: want both, the second in sentences", p.Title, p.Description)
		}
		if p.FieldConfig.Defaults.Unit == "" {
			t.Error("it has no unit")
		}
		if empty := p.FieldConfig.Defaults.NoValue; empty == "" || strings.Contains(empty, "No data") {
			t.Errorf("where it has nothing to show it says %q", empty)
		}
		if !slices.Contains(panelTypes(), p.Type) {
			t.Errorf("its type is %s", p.Type)
		}
		if len(p.Targets) == 0 {
			t.Error("it asks nothing")
		}
	})
}

func TestEveryLineHasALegend(t *testing.T) {
	eachPanel(t, func(t *testing.T, p panel) {
		if p.Type != "table" && p.Type != "stat" && !p.Options.Legend.ShowLegend {
			t.Error("it hides its legend")
		}
		for _, target := range p.Targets {
			if p.Type == "table" && target.Format != "table" {
				t.Errorf("%s: a table gets %s", target.RefID, target.Format)
			}
			if target.Format != "table" && (target.LegendFormat == "" || target.LegendFormat == "__auto") {
				t.Errorf("%s has no legend", target.RefID)
			}
		}
	})
}

func TestRatiosAreShownFromNoneToAll(t *testing.T) {
	beyondAll := []string{"Progress per hour", "Processor"}
	eachPanel(t, func(t *testing.T, p panel) {
		if defaults := p.FieldConfig.Defaults; defaults.Unit == "percentunit" {
			if defaults.Min == nil || *defaults.Min != 0 {
				t.Error("a ratio does not begin at 0")
			}
			if !slices.Contains(beyondAll, p.Title) && (defaults.Max == nil || *defaults.Max != 1) {
				t.Error("a ratio does not end at 1")
			}
		}
		for _, o := range p.FieldConfig.Overrides {
			if string(o.property("unit")) == `"percentunit"` && (string(o.property("min")) != "0" || string(o.property("max")) != "1") {
				t.Errorf("the ratio %s is not shown from 0 to 1", o.Matcher.Options)
			}
			if unit := string(o.property("unit")); unit == `"percent"` {
				t.Errorf("%s is in percent: ratios are from 0 to 1", o.Matcher.Options)
			}
		}
	})
}

// An empty cell shows the panel's text for "nothing at all" unless its column
// has one of its own.
func TestEveryColumnHasATextForAnEmptyCell(t *testing.T) {
	eachPanel(t, func(t *testing.T, p panel) {
		if p.Type != "table" {
			return
		}
		empty := make(map[string]bool)
		for _, o := range p.FieldConfig.Overrides {
			empty[o.Matcher.Options] = o.property("noValue") != nil
		}
		for name := range organized(p).Options.IndexByName {
			if renamed, is := organized(p).Options.RenameByName[name].(string); is {
				name = renamed
			}
			if !empty[name] {
				t.Errorf("the column %s has no text for an empty cell", name)
			}
		}
	})
}

// added are the fields that a table makes of others.
func added(p panel) []string {
	var names []string
	for _, transformation := range p.Transformations {
		if transformation.ID == "calculateField" {
			names = append(names, transformation.Options.Alias)
		}
	}
	return names
}

func organized(p panel) transformation {
	for _, transformation := range p.Transformations {
		if transformation.ID == "organize" {
			return transformation
		}
	}
	return transformation{}
}

func TestPanelsDoNotOverlap(t *testing.T) {
	eachBoard(t, func(t *testing.T, b board) {
		taken, ids := make(map[[2]int]string), make(map[int]bool)
		for _, p := range b.Panels {
			if ids[p.ID] {
				t.Errorf("two panels have the id %d", p.ID)
			}
			ids[p.ID] = true
			at := p.GridPos
			if at.X < 0 || at.W < 1 || at.H < 1 || at.X+at.W > columns {
				t.Errorf("%q is beside the grid: %+v", p.Title, at)
			}
			for x := at.X; x < at.X+at.W; x++ {
				for y := at.Y; y < at.Y+at.H; y++ {
					if other, found := taken[[2]int{x, y}]; found {
						t.Fatalf("%q lies on %q", p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
	})
}

// appearance is how one value is shown.
type appearance struct{ Text, Color string }

// stateAppearances are the mappings of states in a document, each as a text to
// compare, with the words that they have.
func stateAppearances(t *testing.T, file []byte) map[string][]string {
	t.Helper()
	var document any
	if err := json.Unmarshal(file, &document); err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string)
	walk(document, func(object map[string]any) {
		options, is := object["options"].(map[string]any)
		if !is || object["type"] != "value" || options["running"] == nil {
			return
		}
		text, err := json.Marshal(options)
		if err != nil {
			t.Fatal(err)
		}
		var shown map[string]appearance
		if err := json.Unmarshal(text, &shown); err != nil {
			t.Fatal(err)
		}
		for value, as := range shown {
			if as.Text == "" || as.Color == "" {
				t.Errorf("the state %s has no text or no colour", value)
			}
			found[string(text)] = append(found[string(text)], as.Text)
		}
	})
	return found
}

func TestAStateLooksTheSameEverywhere(t *testing.T) {
	everywhere := make(map[string]bool)
	for _, b := range boards(t) {
		for text, words := range stateAppearances(t, b.file) {
			everywhere[text] = true
			for _, state := range append(states(t), "unavailable") {
				if !slices.Contains(words, state) {
					t.Errorf("%s: the state %s has no text", b.UID, state)
				}
			}
		}
	}
	if len(everywhere) != 1 {
		t.Errorf("states are shown in %d ways, want one: %v", len(everywhere), everywhere)
	}
}

// Where a background is coloured the cell has a word.
func TestColourIsNeverTheOnlySignal(t *testing.T) {
	eachPanel(t, func(t *testing.T, p panel) {
		for _, o := range p.FieldConfig.Overrides {
			if strings.Contains(string(o.property("custom.cellOptions")), "color-background") && !strings.Contains(string(o.property("mappings")), `"text"`) {
				t.Errorf("the column %s has colours without words", o.Matcher.Options)
			}
		}
	})
}

func TestLinesOfStatesHaveTheStatesColours(t *testing.T) {
	colours := make(map[string]string)
	for _, b := range boards(t) {
		for text := range stateAppearances(t, b.file) {
			var shown map[string]appearance
			if err := json.Unmarshal([]byte(text), &shown); err != nil {
				t.Fatal(err)
			}
			for _, as := range shown {
				colours[as.Text] = as.Color
			}
		}
	}
	eachPanel(t, func(t *testing.T, p panel) {
		if p.Type != "timeseries" || !slices.ContainsFunc(p.Targets, func(target target) bool { return target.LegendFormat == "{{state}}" }) {
			return
		}
		coloured := 0
		for _, o := range p.FieldConfig.Overrides {
			want, is := colours[o.Matcher.Options]
			if !is {
				continue
			}
			coloured++
			var colour struct{ FixedColor string }
			if err := json.Unmarshal(o.property("color"), &colour); err != nil || colour.FixedColor != want {
				t.Errorf("%s is %s, elsewhere it is %s (%v)", o.Matcher.Options, colour.FixedColor, want, err)
			}
		}
		if coloured == 0 {
			t.Error("no state has its colour")
		}
	})
}

// A row leads to the board of its job, with what the row knows of it.
func TestRowsLeadToTheirJob(t *testing.T) {
	ofRow := regexp.MustCompile(`\$\{__data\.fields\.(\w+)`)
	links := 0
	eachPanel(t, func(t *testing.T, p panel) {
		for _, o := range p.FieldConfig.Overrides {
			var to []struct{ Title, URL string }
			if text := o.property("links"); text == nil {
				continue
			} else if err := json.Unmarshal(text, &to); err != nil {
				t.Fatal(err)
			}
			for _, link := range to {
				if !strings.HasPrefix(link.URL, "/d/asyncjob-job?") {
					continue
				}
				links++
				for _, part := range []string{"/d/asyncjob-job?", "var-datasource=${datasource}", "${system:queryparam}", "var-target=", "var-job_id=", "${__url_time_range}"} {
					if !strings.Contains(link.URL, part) {
						t.Errorf("%s: %q leads to %s, without %s", o.Matcher.Options, link.Title, link.URL, part)
					}
				}
				for _, found := range ofRow.FindAllStringSubmatch(link.URL, -1) {
					if _, shown := organized(p).Options.IndexByName[found[1]]; !shown {
						t.Errorf("%q needs the column %s, which the table has not", link.Title, found[1])
					}
				}
			}
		}
	})
	if links == 0 {
		t.Error("no row leads anywhere")
	}
}

// A heading that was renamed would leave somebody at night at the top of a long
// page.
func TestLinksToRunbooksLeadToOne(t *testing.T) {
	text, err := os.ReadFile("../alerts/README.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := make(map[string]bool)
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(text), -1) {
		headings[strings.ToLower(heading[1])] = true
	}
	anchor := regexp.MustCompile(`alerts/README\.md#(\w+)|"(asyncjob[a-z]+)": \{`)
	eachBoard(t, func(t *testing.T, b board) {
		seen := 0
		for _, found := range anchor.FindAllStringSubmatch(string(b.file), -1) {
			seen++
			if heading := found[1] + found[2]; !headings[heading] {
				t.Errorf("no runbook has the heading %s", heading)
			}
		}
		if seen == 0 {
			t.Error("it leads to no runbook of an alert")
		}
	})
}
