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
		items, err := decodeMachineImageList(body)
		if err != nil && items != nil || err == nil && items == nil {
			t.Errorf("%d items and %v", len(items), err)
		}
	})
}

// TestHostileFields puts every hostile value into every field.
func TestHostileFields(t *testing.T) {
	decodertest.NewChecker(System{}).Hostile(t, []string{"in-progress.json"}, func(body []byte) (*job.Job, error) {
		return decodeMachineImage(body, builtInWords())
	})
}
