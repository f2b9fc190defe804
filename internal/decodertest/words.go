package decodertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Vocabulary is a system's words for states, and how to see what one means.
type Vocabulary struct {
	// Column of the table of states in collector/README.md.
	Column string
	// BuiltIn are the words that the system knows.
	BuiltIn job.Vocabulary
	// Decode decodes the shortest reply with a word, which is a JSON string, for
	// the job's state.
	Decode func(quotedWord string, words job.Vocabulary) (*job.Job, error)
}

func (v Vocabulary) decode(t *testing.T, word string, states map[string]string) *job.Job {
	t.Helper()
	quoted, err := json.Marshal(word)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := v.Decode(string(quoted), v.BuiltIn.With(states))
	if err != nil {
		t.Fatalf("%q: %v", word, err)
	}
	return decoded
}

// Mean checks what words of the vendor's pages mean, also where they are
// written in another case and with other blanks; and that any other meaning
// that is configured wins.
func (v Vocabulary) Mean(t *testing.T, meanings map[string]job.State) {
	t.Helper()
	for word, want := range meanings {
		for _, spelled := range []string{
			word, strings.ToLower(word), strings.ToUpper(word), " " + word + "\t", strings.ReplaceAll(word, " ", ""), strings.ReplaceAll(word, " ", "  "),
		} {
			decoded := v.decode(t, spelled, nil)
			if decoded.State != want || decoded.UpstreamState != spelled {
				t.Errorf("%q is %s and shown as %q, want %s", spelled, decoded.State, decoded.UpstreamState, want)
			}
			for _, dataCenter := range decoded.DataCenters {
				if dataCenter.State != want {
					t.Errorf("data centre: %q is %s, want %s", spelled, dataCenter.State, want)
				}
			}
		}
		for _, state := range []job.State{job.Pending, job.Running, job.Succeeded, job.Failed, job.Canceled, job.Unknown} {
			states := map[string]string{job.FoldWord(word): string(state)}
			if got := v.decode(t, word, states).State; got != state {
				t.Errorf("%q is %s, by configuration %s, and was taken for %s", word, want, state, got)
			}
		}
	}
}

// AreDocumented compares the README's table with the words that are known, both ways.
func (v Vocabulary) AreDocumented(t *testing.T) {
	t.Helper()
	var documented []string
	header, rows := documentedStates(t, "| state | final |")
	column := columnOf(t, header, v.Column)
	for _, row := range rows {
		state := job.State(strings.Trim(row[0], "`"))
		if (row[1] == "yes") != state.Final() {
			t.Errorf("%s is final: %s", state, row[1])
		}
		for _, word := range wordsIn(row[column]) {
			documented = append(documented, job.FoldWord(word))
			if got := v.decode(t, word, nil).State; got != state {
				t.Errorf("%q is documented as %s and taken for %s", word, state, got)
			}
		}
	}
	if known := v.BuiltIn.Words(); !sameWords(known, documented) {
		t.Errorf("the words %q are known and %q documented", known, documented)
	}
}

// PartsAreDocumented does the same for words of parts, by a table of their own.
func PartsAreDocumented(t *testing.T, column string, builtIn job.Vocabulary, stateOf func(word string) job.State) {
	t.Helper()
	var documented []string
	header, rows := documentedStates(t, "| state | vsphere files |")
	at := columnOf(t, header, column)
	for _, row := range rows {
		for _, word := range wordsIn(row[at]) {
			documented = append(documented, job.FoldWord(word))
			if got := stateOf(word); got != job.State(strings.Trim(row[0], "`")) {
				t.Errorf("%q is documented as %s and taken for %s", word, row[0], got)
			}
		}
	}
	if known := builtIn.Words(); !sameWords(known, documented) {
		t.Errorf("the words %q are known and %q documented", known, documented)
	}
}

func sameWords(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func columnOf(t *testing.T, header []string, name string) int {
	t.Helper()
	column := slices.Index(header, name)
	if column < 0 {
		t.Fatalf("the table has no column %s: %q", name, header)
	}
	return column
}

// documentedStates are the first line and the rows of the table whose first
// line begins so.
func documentedStates(t *testing.T, heading string) (header []string, rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n"+heading)
	if !found {
		t.Fatalf("the README has no table %q", heading)
	}
	table, _, _ = strings.Cut(heading+table, "\n\n")
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows[0], rows[2:]
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
