package job

import (
	"slices"
	"strings"
	"unique"
)

// Shared is the job with its words in common with all other jobs that have the
// same ones. Finished jobs are kept for long, and thousands of them name the same
// data centres, regions and files.
func Shared(j *Job) *Job {
	shared := *j
	shared.UpstreamState = word(j.UpstreamState)
	// What net/http gives is a piece of all headers of the reply.
	shared.Validators.Etag, shared.Validators.LastModified = strings.Clone(j.Validators.Etag), strings.Clone(j.Validators.LastModified)
	shared.DataCenters = slices.Clone(j.DataCenters)
	for i := range shared.DataCenters {
		d := &shared.DataCenters[i]
		d.Name, d.Region = word(d.Name), word(d.Region)
	}
	shared.Files = slices.Clone(j.Files)
	for i := range shared.Files {
		f := &shared.Files[i]
		f.Name, f.SourceType = word(f.Name), word(f.SourceType)
	}
	shared.Parts = slices.Clone(j.Parts)
	for i := range shared.Parts {
		p := &shared.Parts[i]
		p.Name, p.Kind = word(p.Name), word(p.Kind)
	}
	shared.Info = slices.Clone(j.Info)
	for i := range shared.Info {
		shared.Info[i] = word(shared.Info[i])
	}
	return &shared
}

func word(text string) string { return unique.Make(text).Value() }
