package collector

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// readerWith is a system's reader that cannot send anything, for its words.
func readerWith(system System, states map[string]string) Reader {
	target := &config.Target{Name: "example", System: system.Name(), URL: &url.URL{Scheme: "http", Host: "localhost"}, Options: system.Options(), States: states}
	return system.Connect(target, &Upstream{target: target, header: http.Header{}, now: time.Now, logger: slog.New(slog.DiscardHandler)})
}

// decodeWord decodes the shortest reply with a word for the job's state.
func decodeWord(t *testing.T, system System, word string, states map[string]string) *Job {
	t.Helper()
	quoted, err := json.Marshal(word)
	if err != nil {
		t.Fatal(err)
	}
	var job *Job
	switch reader := readerWith(system, states).(type) {
	case *sampleExchangeReader:
		job, err = decodeSampleJob([]byte(`{"state":`+string(quoted)+`}`), reader.words)
	case *vsphereReader:
		job, err = decodeSession([]byte(`{"state":`+string(quoted)+`}`), false, reader.sessions)
	case *marketplaceReader:
		body := `{"statusName":` + string(quoted) + `,"dataCenterImageUploadRequests":[{"statusName":` + string(quoted) + `}]}`
		job, err = decodeMachineImage([]byte(body), reader.words)
	case *contentReader:
		job, err = decodeStatus([]byte(`{"progress":`+string(quoted)+`}`), kindOperation, reader.words)
	}
	if err != nil {
		t.Fatalf("%s: %q: %v", system.Name(), word, err)
	}
	return job
}

// jobWords are the words of the vendors' pages and what they mean.
func jobWords() map[System]map[string]State {
	return map[System]map[string]State{
		SampleExchange{}: {"NEW": Pending, "RUNNING": Running, "FINISHED": Succeeded, "FAILED": Unknown},
		VSphere{}:        {"ACTIVE": Running, "DONE": Succeeded, "ERROR": Failed, "CANCELED": Canceled, "EXPIRED": Unknown},
		OracleMarketplace{}: {
			"INITIATED": Pending, "PENDING": Pending, "IN PROGRESS": Running, "IN PROGESS": Running, "VIRUS SCAN IN PROGRESS": Running,
			"COMPLETED": Succeeded, "FAILED": Failed, "REJECTED": Failed, "DELETION FAILED": Failed, "DELECTION FAILED": Failed,
			"DELETED": Canceled, "AWAITING APPROVAL": Unknown,
		},
		OracleContent{}: {
			"pending": Pending, "paused": Pending, "blocked": Pending, "processing": Running, "succeeded": Succeeded,
			"failed": Failed, "aborted": Canceled, "gone": Unknown, "expired": Unknown,
		},
	}
}

// TestWordsOfJobs also writes each word in other cases and with other blanks.
func TestWordsOfJobs(t *testing.T) {
	for system, words := range jobWords() {
		for word, want := range words {
			for _, spelled := range []string{
				word, strings.ToLower(word), strings.ToUpper(word), " " + word + "\t", strings.ReplaceAll(word, " ", ""), strings.ReplaceAll(word, " ", "  "),
			} {
				job := decodeWord(t, system, spelled, nil)
				if job.State != want || job.UpstreamState != spelled {
					t.Errorf("%s: %q is %s and shown as %q, want %s", system.Name(), spelled, job.State, job.UpstreamState, want)
				}
				for _, dataCenter := range job.DataCenters {
					if dataCenter.State != want {
						t.Errorf("data centre: %q is %s, want %s", spelled, dataCenter.State, want)
					}
				}
			}
		}
	}
}

func TestConfiguredWordsWin(t *testing.T) {
	for system, words := range jobWords() {
		for word, builtIn := range words {
			for _, state := range []State{Pending, Running, Succeeded, Failed, Canceled, Unknown} {
				states := map[string]string{config.FoldWord(word): string(state)}
				if got := decodeWord(t, system, word, states).State; got != state {
					t.Errorf("%s: %q is %s, by configuration %s, and was taken for %s", system.Name(), word, builtIn, state, got)
				}
			}
		}
	}
}

// TestConfiguredWordDecidesAlone has errors in the replies, which do not count
// where the user said what the word means.
func TestConfiguredWordDecidesAlone(t *testing.T) {
	samples, _ := readerWith(SampleExchange{}, map[string]string{"FINISHED": "succeeded"}).(*sampleExchangeReader)
	job, err := decodeSampleJob([]byte(`{"state":"FINISHED","error":"a warning only"}`), samples.words)
	if err != nil || job.State != Succeeded {
		t.Errorf("sample: %v %v", job, err)
	}
	content, _ := readerWith(OracleContent{}, map[string]string{"SUCCEEDED": "succeeded"}).(*contentReader)
	job, err = decodeStatus([]byte(`{"progress":"succeeded","error":{"title":"a warning only"},"result":{"status":{"code":409}}}`), kindOperation, content.words)
	if err != nil || job.State != Succeeded {
		t.Errorf("content: %v %v", job, err)
	}
}

func TestWordsOfFiles(t *testing.T) {
	words := map[string]State{
		"WAITING_FOR_TRANSFER": Pending, "TRANSFERRING": Running, "VALIDATING": Running, "READY": Succeeded, "ERROR": Failed,
		"UNPREPARED": Pending, "PREPARE_REQUESTED": Pending, "PREPARING": Running, "PREPARED": Succeeded, "DONE": Unknown, "": Unknown,
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
	for state, want := range map[string]State{"pending": Pending, "succeeded": Succeeded, "unknown": Unknown, "canceled": Failed} {
		if got := fileState(t, "ERROR", map[string]string{"ERROR": state}); got != want {
			t.Errorf("ERROR configured as %s makes a file %s, want %s", state, got, want)
		}
	}
	if got := fileState(t, "STOPPED", map[string]string{"STOPPED": "canceled"}); got != Unknown {
		t.Errorf("a file is %s, which no file can be", got)
	}
}

func fileState(t *testing.T, word string, states map[string]string) State {
	t.Helper()
	reader, _ := readerWith(VSphere{}, states).(*vsphereReader)
	body, err := json.Marshal([]map[string]string{{"name": "a.iso", "status": word}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := decodeFiles(body, false, reader.files)
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	return files[0].State
}

// TestStatesAreDocumented compares the README's table with the words that the
// systems know, both ways.
func TestStatesAreDocumented(t *testing.T) {
	columns := []System{SampleExchange{}, VSphere{}, OracleMarketplace{}, OracleContent{}}
	documented := map[string]int{}
	for _, row := range documentedStates(t, "| state | final |") {
		state := State(strings.Trim(row[0], "`"))
		if (row[1] == "yes") != state.Final() {
			t.Errorf("%s is final: %s", state, row[1])
		}
		for i, cell := range row[2:] {
			for _, word := range wordsIn(cell) {
				documented[columns[i].Name()]++
				if got := decodeWord(t, columns[i], word, nil).State; got != state {
					t.Errorf("%s: %q is documented as %s and taken for %s", columns[i].Name(), word, state, got)
				}
			}
		}
	}
	for _, system := range columns {
		if words := len(vocabularyOf(system).builtIn); words != documented[system.Name()] {
			t.Errorf("%s: %d words are known and %d documented", system.Name(), words, documented[system.Name()])
		}
	}
}

func TestStatesOfFilesAreDocumented(t *testing.T) {
	words := 0
	for _, row := range documentedStates(t, "| state | vsphere files |") {
		for _, word := range wordsIn(row[1]) {
			words++
			if got := fileState(t, word, nil); got != State(strings.Trim(row[0], "`")) {
				t.Errorf("%q is documented as %s and taken for %s", word, row[0], got)
			}
		}
	}
	reader, _ := readerWith(VSphere{}, nil).(*vsphereReader)
	if words != len(reader.files.builtIn) {
		t.Errorf("%d words are known and %d documented", len(reader.files.builtIn), words)
	}
}

func vocabularyOf(system System) vocabulary {
	switch reader := readerWith(system, nil).(type) {
	case *sampleExchangeReader:
		return reader.words
	case *vsphereReader:
		return reader.sessions
	case *marketplaceReader:
		return reader.words
	case *contentReader:
		return reader.words
	default:
		return vocabulary{}
	}
}

// documentedStates are the rows of the README's table with this first line.
func documentedStates(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n"+heading)
	if !found {
		t.Fatalf("the README has no table %q", heading)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var rows [][]string
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// wordsIn are the words of a cell that stand in backticks.
func wordsIn(cell string) []string {
	var words []string
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 1 {
			words = append(words, part)
		}
	}
	return words
}
