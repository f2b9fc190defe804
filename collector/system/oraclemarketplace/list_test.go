package oraclemarketplace

import (
	"testing"
)

// TestListsThatAreNone: an empty list may be null, but nothing else.
func TestListsThatAreNone(t *testing.T) {
	for body, isList := range map[string]bool{`{"items":[]}`: true, `{"items":null}`: true, `{"count":0}`: true, `{}`: false, `[]`: false, `null`: false} {
		if _, err := decodePage([]byte(body)); (err == nil) != isList {
			t.Errorf("machine images %s: %v", body, err)
		}
	}
}
