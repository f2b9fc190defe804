package job

import "slices"

// Moves reports whether the upstream tells anything about the job whose change
// shows that it goes on.
func (j *Job) Moves() bool {
	return j.Progress != nil || j.Chunks != nil || len(j.Files) > 0 || len(j.DataCenters) > 0 || len(j.Parts) > 0 || !j.LastUpdate.IsZero()
}

// MovedSince reports whether anything of that is not what an earlier read found.
func (j *Job) MovedSince(earlier *Job) bool {
	return j != earlier && (!same(j.Progress, earlier.Progress) ||
		!j.LastUpdate.Equal(earlier.LastUpdate) ||
		!j.sameChunks(earlier) ||
		!slices.EqualFunc(j.Files, earlier.Files, sameFile) ||
		!slices.EqualFunc(j.DataCenters, earlier.DataCenters, sameDataCenter) ||
		!slices.EqualFunc(j.Parts, earlier.Parts, samePart))
}

func same(a, b *float64) bool { return a == b || a != nil && b != nil && *a == *b }

func (j *Job) sameChunks(earlier *Job) bool {
	if j.Chunks == nil || earlier.Chunks == nil {
		return j.Chunks == earlier.Chunks
	}
	return same(j.Chunks.Uploaded, earlier.Chunks.Uploaded) && same(j.Chunks.Pending, earlier.Chunks.Pending)
}

func sameFile(a, b File) bool {
	return a.Name == b.Name && a.State == b.State && same(a.TransferredBytes, b.TransferredBytes)
}

func sameDataCenter(a, b DataCenter) bool {
	return a.Name == b.Name && a.State == b.State && same(a.Progress, b.Progress) && a.LastUpdate.Equal(b.LastUpdate)
}

func samePart(a, b Part) bool {
	return a.Name == b.Name && a.State == b.State && same(a.Progress, b.Progress)
}
