package expression

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
)

const (
	// longestRun is how long a run may take: its own limit, what one instruction
	// takes beyond it, and a machine that is busy with other tests.
	longestRun = 50 * timeLimit
	// mostAllocated is how much it may allocate meanwhile, garbage included.
	mostAllocated = 256 << 20
)

// runOnce runs an expression once and reports what it cost.
func runOnce(t *testing.T, source string, input any) (took time.Duration, allocated uint64, value any, failure error) {
	t.Helper()
	program := &Program{}
	compiled, err := program.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started := time.Now()
	run := program.Run(t.Context(), nil)
	value, _ = run.Value(compiled, input)
	failure = run.End()
	took = time.Since(started)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc, value, failure
}

func decoded(t *testing.T, body string) any {
	t.Helper()
	input, err := document.Decode([]byte(body), nil)
	if err != nil {
		t.Fatal(err)
	}
	return input
}

// Whatever a hostile reply holds, and however an expression doubles what it has,
// time and memory end.
func TestNothingRunsForEver(t *testing.T) {
	long := strings.Repeat("a", 300_000)
	list := "[" + strings.Repeat("0,", 120_000) + "0]"
	objects := "[" + strings.Repeat(`{"a":0},`, 40_000) + "{}]"
	wide := "{" + strings.Repeat(`"x":0,`, 10) + `"y":{`
	for i := range 30_000 {
		wide += fmt.Sprintf(`"%d":0,`, i)
	}
	wide += `"z":0}}`
	double := func(step string, times int) string { return ".a" + strings.Repeat("|"+step, times) }
	for _, test := range []struct{ source, body string }{
		{double(". + .", 60), `{"a":"x"}`},
		{double("[., .]", 60) + "|flatten", `{"a":"x"}`},
		{double("[., .]", 60) + "|tostring", `{"a":"x"}`},
		{double("[., .]", 60) + "| . == .", `{"a":"x"}`},
		{double("[., .]", 60) + "|sort_by(.)", `{"a":"x"}`},
		{double("[., .]", 60) + "|unique", `{"a":"x"}`},
		{double("{a: ., b: .}", 60) + "|tostring", `{"a":"x"}`},
		{double(`"\(.)\(.)"`, 60), `{"a":"x"}`},
		{double("[., .] | add", 40), `{"a":["x"]}`},
		{double("[., .] | join(.[0])", 40), `{"a":"x"}`},
		{double("[.[], .[]]", 60), `{"a":[1]}`},
		{`.a | [.[] as $x | .[] | $x + .] | length`, `{"a":` + list + `}`},
		{`[.a[] as $x | .a[] as $y | .a[] | $x]`, `{"a":` + list + `}`},
		{`[.a[] as $x | .a[] as $y | {a: $x}]`, `{"a":` + list + `}`},
		{`.a - .a`, `{"a":` + list + `}`},
		{`.a / .b`, `{"a":"` + long + `","b":"a"}`},
		{`.a | split("a") | length`, `{"a":"` + long + `"}`},
		{`.a | split("") | length`, `{"a":"` + long + `"}`},
		{`.a as $x | [.b[] | $x + $x] | length`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a as $x | [.b[] | $x] | add | length`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a as $x | [.b[] | $x] | tostring | length`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a as $x | .b | join($x) | length`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a as $x | [.b[] | [$x]] | sort_by(.)`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a as $x | .b | sort_by($x)`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a as $x | .b | group_by($x)`, `{"a":"` + long + `","b":` + list + `}`},
		{`.a[.a]`, `{"a":` + list + `}`},
		{`.a | contains([1, 2, 3])`, `{"a":` + list + `}`},
		{`.a | to_entries | from_entries | length`, `{"a":` + objects + `}`},
		{`.y | to_entries | from_entries | length`, wide},
		{`.y | keys | length`, wide},
		{`.a | unique | length`, `{"a":` + objects + `}`},
		{`.a | map({a: ., b: .}) | length`, `{"a":` + list + `}`},
		{`.a | map([.]) | length`, `{"a":` + list + `}`},
		{`.a | flatten | length`, `{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`},
		{`.a | tostring | length`, `{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`},
		{`.a | tonumber`, `{"a":"` + strings.Repeat("9", 300_000) + `"}`},
		{`.a + 1`, `{"a":` + strings.Repeat("9", 300_000) + `}`},
		{`.a | strptime("%Y-%m-%d")`, `{"a":"` + long + `"}`},
		{`.a | fromdate`, `{"a":"` + long + `"}`},
		{`.a | test("(a|b|ab)*c")`, `{"a":"` + long + `"}`},
		{`.a | capture("(?<x>(a|b|ab)*)c")`, `{"a":"` + long + `"}`},
		{`.a | [test("(a*)*b"), test("(a|aa)+$"), test("a{1,200}b")]`, `{"a":"` + long + `"}`},
		{`.a | [test("(a*)*b"), test("(a|aa)+$"), test("a{1,200}b")]`, `{"a":"` + long[:16000] + `"}`},
		{`.a | ascii_downcase | ascii_upcase | length`, `{"a":"` + long + `"}`},
		{`[.a[], .a[], .a[], .a[]] | reverse | length`, `{"a":` + list + `}`},
		{`any(.a[]; . as $x | any(.a?[]?; . == $x))`, `{"a":` + list + `}`},
		{`.a | any(. as $x | $x > 0)`, `{"a":` + list + `}`},
	} {
		name := test.source
		if len(name) > 60 {
			name = name[:60]
		}
		t.Run(name, func(t *testing.T) {
			took, allocated, _, failure := runOnce(t, test.source, decoded(t, test.body))
			t.Logf("%s, %d KiB, %v", took, allocated>>10, failure)
			if took > longestRun || allocated > mostAllocated {
				t.Errorf("takes %s and %d MiB", took, allocated>>20)
			}
		})
	}
}

// A reply whose expressions ran out of time or memory is no reply: what the
// others gave cannot be told from what they would have given.
func TestRunningOutEndsTheReply(t *testing.T) {
	list := decoded(t, "["+strings.Repeat("0,", 100_000)+"0]")
	_, _, value, failure := runOnce(t, `[.[] as $x | .[] as $y | select($x > 0)] | length`, list)
	if !errors.Is(failure, ErrTime) || value != nil {
		t.Errorf("%v, %v", value, failure)
	}
	_, _, value, failure = runOnce(t, `[.[:100][] as $x | . | keys | length] | length`, list)
	if !errors.Is(failure, ErrMemory) || value != nil {
		t.Errorf("%v, %v", value, failure)
	}
	_, _, value, failure = runOnce(t, `try [.[:100][] as $x | . | keys | length] catch "caught"`, list)
	if !errors.Is(failure, ErrMemory) || value != nil {
		t.Errorf("%v, %v", value, failure)
	}
}

// One run after another has the whole allowance again.
func TestARunBeginsAnew(t *testing.T) {
	program := &Program{patience: time.Minute} // it is about memory, and others may keep the machine busy
	compiled, err := program.Compile(`[.[] | {a: .}] | length`)
	if err != nil {
		t.Fatal(err)
	}
	input := decoded(t, "["+strings.Repeat("0,", 4_000)+"0]")
	for range 30 {
		run := program.Run(t.Context(), nil)
		value, err := run.Value(compiled, input)
		if failure := run.End(); failure != nil || err != nil || value != 4_001 {
			t.Fatalf("%v, %v, %v", value, err, failure)
		}
	}
}
