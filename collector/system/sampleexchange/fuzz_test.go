package sampleexchange

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

func FuzzSampleJob(f *testing.F) {
	for _, body := range decodertest.Replies(f) {
		f.Add(body)
	}
	checker := decodertest.NewChecker(System{})
	f.Fuzz(func(t *testing.T, body []byte) {
		decoded, err := decodeSampleJob(body, builtInWords())
		checker.Check(t, decoded, err)
	})
}

// TestHostileFields puts every hostile value into every field.
func TestHostileFields(t *testing.T) {
	decodertest.NewChecker(System{}).Hostile(t, []string{"finished-with-error.json"}, func(body []byte) (*job.Job, error) {
		return decodeSampleJob(body, builtInWords())
	})
}
