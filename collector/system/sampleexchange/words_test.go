package sampleexchange

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

// vocabulary is what the vendor's words mean.
func vocabulary() decodertest.Vocabulary {
	return decodertest.Vocabulary{
		Column: "sample_exchange", BuiltIn: builtInWords(),
		Decode: func(word string, words job.Vocabulary) (*job.Job, error) {
			return decodeSampleJob([]byte(`{"state":`+word+`}`), words)
		},
	}
}

func TestWordsOfJobs(t *testing.T) {
	vocabulary().Mean(t, map[string]job.State{
		"NEW": job.Pending, "RUNNING": job.Running, "FINISHED": job.Succeeded, "FAILED": job.Unknown,
	})
}

func TestStatesAreDocumented(t *testing.T) { vocabulary().AreDocumented(t) }

// TestConfiguredWordDecidesAlone has an error in the reply, which does not count
// where the user said what the word means.
func TestConfiguredWordDecidesAlone(t *testing.T) {
	words := builtInWords().With(map[string]string{"FINISHED": "succeeded"})
	decoded, err := decodeSampleJob([]byte(`{"state":"FINISHED","error":"a warning only"}`), words)
	if err != nil || decoded.State != job.Succeeded {
		t.Errorf("%v %v", decoded, err)
	}
}
