package vsphere

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

// vocabulary is what the vendor's words for sessions mean.
func vocabulary() decodertest.Vocabulary {
	return decodertest.Vocabulary{
		Column: "vsphere", BuiltIn: sessionWords(),
		Decode: func(word string, words job.Vocabulary) (*job.Job, error) {
			return decodeSession([]byte(`{"state":`+word+`}`), false, words)
		},
	}
}

func TestWordsOfSessions(t *testing.T) {
	vocabulary().Mean(t, map[string]job.State{
		"ACTIVE": job.Running, "DONE": job.Succeeded, "ERROR": job.Failed, "CANCELED": job.Canceled, "EXPIRED": job.Unknown,
	})
}

func TestStatesAreDocumented(t *testing.T) { vocabulary().AreDocumented(t) }

func TestStatesOfFilesAreDocumented(t *testing.T) {
	decodertest.PartsAreDocumented(t, "vsphere files", fileWords(), func(word string) job.State { return fileState(t, word, nil) })
}

func TestWordsOfFiles(t *testing.T) {
	words := map[string]job.State{
		"WAITING_FOR_TRANSFER": job.Pending, "TRANSFERRING": job.Running, "VALIDATING": job.Running, "READY": job.Succeeded, "ERROR": job.Failed,
		"UNPREPARED": job.Pending, "PREPARE_REQUESTED": job.Pending, "PREPARING": job.Running, "PREPARED": job.Succeeded, "DONE": job.Unknown, "": job.Unknown,
	}
	for word, want := range words {
		for _, spelled := range []string{word, strings.ToLower(word), " " + word} {
			if got := fileState(t, spelled, nil); got != want {
				t.Errorf("%q is %s, want %s", spelled, got, want)
			}
		}
	}
}

// TestConfiguredWordsOfFiles: a meaning that a file cannot have leaves the
// built-in one; it was meant for sessions.
func TestConfiguredWordsOfFiles(t *testing.T) {
	for state, want := range map[string]job.State{"pending": job.Pending, "succeeded": job.Succeeded, "unknown": job.Unknown, "canceled": job.Failed} {
		if got := fileState(t, "ERROR", map[string]string{"ERROR": state}); got != want {
			t.Errorf("ERROR configured as %s makes a file %s, want %s", state, got, want)
		}
	}
	if got := fileState(t, "STOPPED", map[string]string{"STOPPED": "canceled"}); got != job.Unknown {
		t.Errorf("a file is %s, which no file can be", got)
	}
}

func fileState(t *testing.T, word string, states map[string]string) job.State {
	t.Helper()
	body, err := json.Marshal([]map[string]string{{"name": "a.iso", "status": word}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := decodeFiles(body, false, fileWords().With(states))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	return files[0].State
}
