package oraclemarketplace

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

func FuzzMachineImage(f *testing.F) {
	for _, body := range decodertest.Replies(f) {
		f.Add(body)
	}
	checker, words := decodertest.NewChecker(System{}), builtInWords().With(map[string]string{"PAUSED": "pending"})
	f.Fuzz(func(t *testing.T, body []byte) {
		decoded, err := decodeMachineImage(body, words)
		checker.Check(t, decoded, err)
	})
}

func FuzzMachineImageList(f *testing.F) {
	for _, body := range decodertest.Replies(f) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := decodePage(body)
		if err != nil && (found.received > 0 || found.uploads != nil) || err == nil && found.received > 0 && found.uploads == nil {
			t.Errorf("%d items of %d and %v", len(found.uploads), found.received, err)
		}
	})
}

// TestHostileFields puts every hostile value into every field.
func TestHostileFields(t *testing.T) {
	decodertest.NewChecker(System{}).Hostile(t, []string{"in-progress.json"}, func(body []byte) (*job.Job, error) {
		return decodeMachineImage(body, builtInWords())
	})
}
