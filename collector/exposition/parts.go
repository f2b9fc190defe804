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
}

// partsOf are the shown parts of a job, of each sort at most maxFiles.
func partsOf(job *job.Job, maxFiles int) shownParts {
	shown := shownParts{dataCenters: shownDataCenters(job.DataCenters, maxFiles)}
	shown.files, shown.filesOmitted = shownFiles(job.Files, maxFiles)
	return shown
}

// shownFiles are the files that get series of their own: the first by name, at
// most limit, one of each name. omitted counts the names beyond the limit.
func shownFiles(files []job.File, limit int) (shown []job.File, omitted int) {
	shown = slices.Clone(files)
	for i := range shown {
		shown[i].Name = job.Label(shown[i].Name)
	}
	slices.SortStableFunc(shown, func(a, b job.File) int { return cmp.Compare(a.Name, b.Name) })
	shown = slices.CompactFunc(shown, func(a, b job.File) bool { return a.Name == b.Name })
	if len(shown) > limit {
		return shown[:limit], len(shown) - limit
	}
	return shown, 0
}

// shownDataCenters are the data centres in the order of their names, one of each
// name and at most limit.
func shownDataCenters(dataCenters []job.DataCenter, limit int) []job.DataCenter {
	shown := slices.Clone(dataCenters)
	for i := range shown {
		shown[i].Name = job.Label(shown[i].Name)
	}
	slices.SortStableFunc(shown, func(a, b job.DataCenter) int { return cmp.Compare(a.Name, b.Name) })
	shown = slices.CompactFunc(shown, func(a, b job.DataCenter) bool { return a.Name == b.Name })
	return shown[:min(len(shown), limit)]
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
