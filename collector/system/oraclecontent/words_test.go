package oraclecontent

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

// vocabulary is what the vendor's words mean.
func vocabulary() decodertest.Vocabulary {
	return decodertest.Vocabulary{
		Column: "oracle_content", BuiltIn: builtInWords(),
		Decode: func(word string, words job.Vocabulary) (*job.Job, error) {
			return decodeStatus([]byte(`{"progress":`+word+`}`), kindOperation, words)
		},
	}
}

func TestWordsOfJobs(t *testing.T) {
	vocabulary().Mean(t, map[string]job.State{
		"pending": job.Pending, "paused": job.Pending, "blocked": job.Pending, "processing": job.Running, "succeeded": job.Succeeded,
		"failed": job.Failed, "aborted": job.Canceled, "gone": job.Unknown, "expired": job.Unknown,
	})
}

func TestStatesAreDocumented(t *testing.T) { vocabulary().AreDocumented(t) }

// TestConfiguredWordDecidesAlone has errors in the reply, which do not count
// where the user said what the word means.
func TestConfiguredWordDecidesAlone(t *testing.T) {
	words := builtInWords().With(map[string]string{"SUCCEEDED": "succeeded"})
	body := `{"progress":"succeeded","error":{"title":"a warning only"},"result":{"status":{"code":409}}}`
	decoded, err := decodeStatus([]byte(body), kindOperation, words)
	if err != nil || decoded.State != job.Succeeded {
		t.Errorf("%v %v", decoded, err)
	}
}
