package oraclecontent

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

func FuzzStatus(f *testing.F) {
	for _, body := range decodertest.Replies(f) {
		f.Add(body, true)
		f.Add(body, false)
	}
	checker := decodertest.NewChecker(System{})
	f.Fuzz(func(t *testing.T, body []byte, typeUpdate bool) {
		kind := kindOperation
		if typeUpdate {
			kind = kindTypeUpdate
		}
		decoded, err := decodeStatus(body, kind, builtInWords())
		checker.Check(t, decoded, err)
		if decoded != nil && decoded.Info != nil && !typeUpdate {
			t.Error("an operation that is no type update has a type")
		}
	})
}

// TestHostileFields puts every hostile value into every field.
func TestHostileFields(t *testing.T) {
	replies := []string{"failed.json", "result-409.json", "plain-times.json"}
	decodertest.NewChecker(System{}).Hostile(t, replies, func(body []byte) (*job.Job, error) {
		return decodeStatus(body, kindTypeUpdate, builtInWords())
	})
}
