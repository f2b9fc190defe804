package vsphere

import (
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// sessionWords are the words for states of sessions of both kinds.
func sessionWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Running: {"ACTIVE"}, job.Succeeded: {"DONE"}, job.Failed: {"ERROR"}, job.Canceled: {"CANCELED"},
	})
}

// fileWords are the words for states of files, those that are uploaded first.
func fileWords() job.Vocabulary {
	return job.NewVocabulary(map[job.State][]string{
		job.Pending:   {"WAITING_FOR_TRANSFER", "UNPREPARED", "PREPARE_REQUESTED"},
		job.Running:   {"TRANSFERRING", "VALIDATING", "PREPARING"},
		job.Succeeded: {"READY", "PREPARED"},
		job.Failed:    {"ERROR"},
	})
}
