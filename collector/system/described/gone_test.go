package described

import (
	"net/http"
	"testing"
)

// TestGone asks the answers of each system that mean that there is no such job.
func TestGone(t *testing.T) {
	for _, system := range builtInSystems(t) {
		c := readCase(t, system.Name())
		r := newReader(system.d, system.gate, c.target(), nil, nil)
		if c.Gone == nil {
			if !system.d.gone.never {
				t.Errorf("%s: no answer is tried", system.Name())
			}
			continue
		}
		if system.d.gone.always {
			continue // the status says it
		}
		if !r.isGone(t.Context(), "status", c.reply(t, c.Gone.Reply)) {
			t.Errorf("%s: the answer %d is not understood as gone", system.Name(), c.Gone.Status)
		}
		for _, other := range []string{`{}`, `null`, `[]`, `{"message":"no route"}`, `{"error":{}}`, `<html>`, http.StatusText(http.StatusNotFound)} {
			if r.isGone(t.Context(), "status", []byte(other)) {
				t.Errorf("%s: %s is understood as gone", system.Name(), other)
			}
		}
	}
}
