// Command source writes the dashboards beside it, which are made here and
// nowhere else:
//
//	go run . ..
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run . DIRECTORY; the boards are written there")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write makes all boards and puts each into a file named for its uid.
func write(directory string) error {
	for _, b := range boards() {
		text, err := b.text()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(directory, b.file()), text, 0o644); err != nil { //nolint:gosec // everybody may read them
			return fmt.Errorf("writing the board %s: %w", b.uid, err)
		}
	}
	return nil
}

// boards are all that there are.
func boards() []board { return []board{fleetBoard(), jobBoard(), exporterBoard()} }

// text is the board as Grafana reads it.
func (b board) text() ([]byte, error) {
	made, err := b.dashboard()
	if err != nil {
		return nil, fmt.Errorf("making the board %s: %w", b.uid, err)
	}
	text, err := json.Marshal(made)
	if err != nil {
		return nil, fmt.Errorf("encoding the board %s: %w", b.uid, err)
	}
	// The types of the SDK escape what HTML would misread, which nobody could
	// read in a query. Decoded and written again it is text.
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, fmt.Errorf("decoding the board %s: %w", b.uid, err)
	}
	var formatted bytes.Buffer
	encoder := json.NewEncoder(&formatted)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(plain); err != nil {
		return nil, fmt.Errorf("formatting the board %s: %w", b.uid, err)
	}
	return formatted.Bytes(), nil
}
