package expression

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/itchyny/gojq"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
)

// FuzzExpression looks for an expression that passes the checks and a reply on
// which it takes too long, too much memory, or panics.
func FuzzExpression(f *testing.F) {
	for _, source := range []string{
		`.a.b`, `.a // .b`, `if .a then .b else .c end`, `[.a[]?.b | to_entries[]]`, `.a | split("/") | last`, `"\(.a) #\(.b)"`,
		`first(.a[]? | select(.b == "x") | .c) // "none"`, `.a | test("^x")`, `.a + .b - 1`, `.a | [., .] | [., .] | flatten`,
		`.a | map({x: .}) | group_by(.x)`, `{a, b: .c, (.d): 1}`, `.a as $x | .b | join($x)`, `try (.a | tonumber) catch .`, `.a[1:][.b]`,
		`range(1e9)`, `.. | length`, `[limit(9; repeat("x"))]`, `.a * 100000000`, `def f: f; f`, `setpath([1e9]; 1)`, `-.a`, `.a | not and true`,
	} {
		f.Add(source, `{"a":[{"b":"x","c":1},2,"y"],"b":"x","c":null,"d":"k"}`)
	}
	f.Add(`.a.b`, `{"a":{"b":1e400,"c":123456789012345678901234567890}}`)
	f.Fuzz(func(t *testing.T, source, body string) {
		program := &Program{}
		compiled, err := program.Compile(source)
		if err != nil || len(body) > 1<<16 {
			return
		}
		input, err := document.Decode([]byte(body), nil)
		if err != nil {
			return
		}
		took, allocated, value, _ := runOnce(t, source, input)
		if took > longestRun || allocated > mostAllocated {
			t.Errorf("%s takes %s and %d MiB", source, took, allocated>>20)
		}
		if compiled.Plain() {
			comparePlain(t, source, input, value)
		}
		comparePruned(t, source, body, value)
	})
}

// comparePlain compares the fast way of plain paths with jq itself.
func comparePlain(t *testing.T, source string, input, value any) {
	t.Helper()
	query, err := gojq.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := query.RunWithContext(t.Context(), input).Next()
	if _, failed := want.(error); failed {
		want = nil
	}
	if !reflect.DeepEqual(value, want) {
		t.Errorf("%s gives %v, jq %v", source, value, want)
	}
}

// comparePruned compares what an expression gives on the whole document with what
// it gives on the part of it that it is said to need.
func comparePruned(t *testing.T, source, body string, value any) {
	t.Helper()
	program := &Program{}
	compiled, err := program.Compile(source)
	if err != nil {
		t.Fatal(err)
	}
	part, err := document.Decode([]byte(body), compiled.AddNeed(document.Nothing()))
	if err != nil {
		t.Fatal(err)
	}
	run := program.Run(t.Context(), nil)
	got, _ := run.Value(compiled, part)
	if run.End() == nil && !equalAsJSON(got, value) {
		t.Errorf("%s gives %v on its part of the document, %v on the whole", source, got, value)
	}
}

func equalAsJSON(a, b any) bool {
	left, leftErr := json.Marshal(a)
	right, rightErr := json.Marshal(b)
	return bytes.Equal(left, right) && (leftErr == nil) == (rightErr == nil)
}
