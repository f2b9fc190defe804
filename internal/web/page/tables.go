package page

import (
	"slices"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// tableView is a table of parts, or of what happened.
type tableView struct {
	Title    string
	Headings []string
	Rows     [][]cell
	// More says what is left out.
	More string
}

// cell is one cell of it.
type cell struct {
	Text  string
	State string
	Bar   *bar
	At    instant
}

// mostParts keeps the page of a job with very many parts light.
const mostParts = 200

// tablesOf are the parts of a job, and what happened to it.
func tablesOf(status *collector.JobStatus, now time.Time) []tableView {
	var tables []tableView
	if last := status.Last; last != nil {
		tables = append(tables, partsTable(last.Parts), filesTable(last.Files), dataCentersTable(last.DataCenters, now), warningsTable(last.Preview))
	}
	tables = append(tables, changesTable(status.Changes, now))
	return slices.DeleteFunc(tables, func(t tableView) bool { return len(t.Rows) == 0 })
}

// tableOf makes a table of parts, of the first of them where they are too many.
func tableOf[Part any](title string, headings []string, parts []Part, rowOf func(Part) []cell) tableView {
	table := tableView{Title: title, Headings: headings}
	for _, part := range parts[:min(len(parts), mostParts)] {
		table.Rows = append(table.Rows, rowOf(part))
	}
	if more := len(parts) - mostParts; more > 0 {
		table.More = "and " + strconv.Itoa(more) + " more"
	}
	return table
}

func partsTable(parts []job.Part) tableView {
	return tableOf("Parts", []string{"State", "Part", "Kind", "Progress"}, parts, func(p job.Part) []cell {
		return []cell{{State: string(p.State)}, {Text: job.Label(p.Name)}, {Text: job.Label(p.Kind)}, progressCell(p.Progress)}
	})
}

// progressCell is a ratio as a bar and in percent.
func progressCell(progress *float64) cell {
	whole := 1.0
	drawn := ratio(progress, &whole)
	if drawn == nil {
		return cell{}
	}
	return cell{Text: strconv.Itoa(drawn.Percent) + " %", Bar: drawn}
}

func filesTable(files []job.File) tableView {
	return tableOf("Files", []string{"State", "File", "Source", "Transferred", "Size"}, files, func(f job.File) []cell {
		return []cell{
			{State: string(f.State)},
			{Text: job.Label(f.Name)},
			{Text: job.Label(f.SourceType)},
			{Text: size(f.TransferredBytes), Bar: ratio(f.TransferredBytes, f.SizeBytes)},
			{Text: size(f.SizeBytes)},
		}
	})
}

func dataCentersTable(centers []job.DataCenter, now time.Time) tableView {
	return tableOf("Data centers", []string{"State", "Data center", "Region", "Replica", "Progress", "Last update"}, centers, func(d job.DataCenter) []cell {
		return []cell{
			{State: string(d.State)},
			{Text: job.Label(d.Name)},
			{Text: job.Label(d.Region)},
			{Text: yesNo(d.Replica)},
			progressCell(d.Progress),
			{At: ago("Updated at", d.LastUpdate, now)},
		}
	})
}

func warningsTable(preview *job.Preview) tableView {
	if preview == nil {
		return tableView{}
	}
	return tableOf("Preview warnings", []string{"Warning", "Ignored"}, preview.Warnings, func(w job.PreviewWarning) []cell {
		return []cell{{Text: job.Label(w.Type)}, {Text: yesNo(&w.Ignored)}}
	})
}

// changesTable tells the last change first.
func changesTable(changes []job.Change, now time.Time) tableView {
	table := tableView{Title: "Changes of state", Headings: []string{"State", "Upstream's word", "Since", "Lasted"}}
	until := now
	for i, change := range slices.Backward(changes) {
		lasted := shown.Span(until.Sub(change.At))
		if i == len(changes)-1 {
			lasted += " so far"
		}
		table.Rows = append(table.Rows, []cell{
			{State: string(change.State)},
			{Text: job.Label(change.UpstreamState)},
			{At: newInstant(inFull(change.At), "Seen at", change.At)},
			{Text: lasted},
		})
		until = change.At
	}
	return table
}

func yesNo(value *bool) string {
	switch {
	case value == nil:
		return ""
	case *value:
		return "yes"
	default:
		return "no"
	}
}

// size is a number of bytes as people say it.
func size(bytes *float64) string {
	if bytes == nil {
		return ""
	}
	value, unit := *bytes, "B"
	for _, larger := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < 1024 {
			break
		}
		value, unit = value/1024, larger
	}
	return strconv.FormatFloat(value, 'f', max(0, min(1, len(unit)-1)), 64) + " " + unit
}

// ratio is a bar; nil where there is nothing to show.
func ratio(part, whole *float64) *bar {
	if part == nil || whole == nil || !(*whole > 0) {
		return nil
	}
	return &bar{Percent: int(100 * min(max(*part / *whole, 0), 1))}
}
