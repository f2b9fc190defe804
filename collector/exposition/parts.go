package exposition

import (
	"cmp"
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// shownParts are the parts of a job that get series of their own.
type shownParts struct {
	files        []job.File
	filesOmitted int
	dataCenters  []job.DataCenter
	parts        []job.Part
	partsOmitted int
}

// partsOf are the shown parts of a job, at most maxFiles of each sort.
func partsOf(of *job.Job, maxFiles int) shownParts {
	var shown shownParts
	shown.files, shown.filesOmitted = firstByName(of.Files, func(f job.File) string { return f.Name }, func(f *job.File) { f.Name = job.Label(f.Name) }, maxFiles)
	shown.parts, shown.partsOmitted = firstByName(of.Parts, func(p job.Part) string { return p.Name }, func(p *job.Part) { p.Name = job.Label(p.Name) }, maxFiles)
	shown.dataCenters, _ = firstByName(of.DataCenters, func(d job.DataCenter) string { return d.Name }, func(d *job.DataCenter) { d.Name = job.Label(d.Name) }, maxFiles)
	return shown
}

// firstByName are the parts that get series of their own: the first by name, at
// most limit, one of each name, which fit is to make a label's value. omitted
// counts the names beyond the limit. name takes no pointer: each comparison would
// put two parts on the heap.
func firstByName[Part any](parts []Part, name func(Part) string, fit func(*Part), limit int) (shown []Part, omitted int) {
	if len(parts) == 0 {
		return nil, 0
	}
	shown = slices.Clone(parts)
	for i := range shown {
		fit(&shown[i])
	}
	slices.SortStableFunc(shown, func(a, b Part) int { return cmp.Compare(name(a), name(b)) })
	shown = slices.CompactFunc(shown, func(a, b Part) bool { return name(a) == name(b) })
	if len(shown) > limit {
		return shown[:limit], len(shown) - limit
	}
	return shown, 0
}

// numberInState counts the parts that are in a state.
func numberInState[Part any](parts []Part, stateOf func(Part) job.State, state job.State) float64 {
	number := 0.0
	for _, part := range parts {
		if stateOf(part) == state {
			number++
		}
	}
	return number
}

// comparePreviewWarnings orders warnings by type, those not ignored first.
func comparePreviewWarnings(a, b job.PreviewWarning) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(boolean(a.Ignored), boolean(b.Ignored)))
}
