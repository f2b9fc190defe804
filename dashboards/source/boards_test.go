package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Whoever changes a board by hand loses the change here, not at the next change.
func TestTheBoardsAreWhatIsMadeHere(t *testing.T) {
	made := make(map[string]bool)
	for _, b := range boards() {
		made[b.file()] = true
		want, err := b.text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", b.file()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what is made here: run go run . .. in dashboards/source", b.file())
		}
	}
	files, err := filepath.Glob("../*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if !made[filepath.Base(path)] {
			t.Errorf("%s is made nowhere", path)
		}
	}
}

// What is made twice is made alike: no map decides of an order.
func TestABoardIsMadeTheSameEachTime(t *testing.T) {
	for i, b := range boards() {
		first, err := b.text()
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			again, err := boards()[i].text()
			if err != nil || !bytes.Equal(first, again) {
				t.Fatalf("%s differs from time to time (%v)", b.uid, err)
			}
		}
	}
}
