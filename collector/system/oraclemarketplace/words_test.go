package oraclemarketplace

import (
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

// vocabulary is what the vendor's words mean, of an image and of its data centres.
func vocabulary() decodertest.Vocabulary {
	return decodertest.Vocabulary{
		Column: "oracle_marketplace", BuiltIn: builtInWords(),
		Decode: func(word string, words job.Vocabulary) (*job.Job, error) {
			body := `{"statusName":` + word + `,"dataCenterImageUploadRequests":[{"statusName":` + word + `}]}`
			return decodeMachineImage([]byte(body), words)
		},
	}
}

func TestWordsOfJobs(t *testing.T) {
	vocabulary().Mean(t, map[string]job.State{
		"INITIATED": job.Pending, "PENDING": job.Pending, "IN PROGRESS": job.Running, "IN PROGESS": job.Running, "VIRUS SCAN IN PROGRESS": job.Running,
		"COMPLETED": job.Succeeded, "FAILED": job.Failed, "REJECTED": job.Failed, "DELETION FAILED": job.Failed, "DELECTION FAILED": job.Failed,
		"DELETED": job.Canceled, "AWAITING APPROVAL": job.Unknown,
	})
}

func TestStatesAreDocumented(t *testing.T) { vocabulary().AreDocumented(t) }
