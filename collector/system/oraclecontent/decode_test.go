package oraclecontent

import (
	"reflect"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/decodertest"
)

// TestTypeOfManyFieldsIsReadLikeASmallOne because result.body holds a whole
// content type, of which only the names are kept.
func TestTypeOfManyFieldsIsReadLikeASmallOne(t *testing.T) {
	small := decodertest.Reply(t, "seed.json")
	field := `{"id":"15560059AEB7487D95FDDB610EE03EE3","name":"not the type's name","settings":{"progress":"failed","error":"not the job's"}},`
	large := strings.Replace(string(small), `"fields": [`, `"fields": [`+strings.Repeat(field, 5000), 1)
	if len(large) < 500_000 {
		t.Fatalf("the reply has %d bytes only", len(large))
	}
	words := builtInWords()
	want, err1 := decodeStatus(small, kindTypeUpdate, words)
	got, err2 := decodeStatus([]byte(large), kindTypeUpdate, words)
	if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v (%v), want %+v (%v)", got, err2, want, err1)
	}
}
