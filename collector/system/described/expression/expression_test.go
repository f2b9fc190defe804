package expression

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
)

// evaluate runs one expression on a document, of which only what it needs is decoded.
func evaluate(t *testing.T, source, body string) (any, error) {
	t.Helper()
	program := &Program{}
	compiled, err := program.Compile(source)
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	input, err := document.Decode([]byte(body), compiled.AddNeed(document.Nothing()))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	run := program.Run(t.Context(), map[string]any{"job": "job/images"})
	value, err := run.Value(compiled, input)
	if failure := run.End(); failure != nil {
		t.Errorf("%s on %s: %v", source, body, failure)
	}
	return value, err
}

func TestAnExpressionFindsAValue(t *testing.T) {
	for _, test := range []struct{ source, body, want string }{
		{`.a.b`, `{"a":{"b":"c"},"x":[1,2]}`, `"c"`},
		{`.`, `"text"`, `"text"`},
		{`."a-b"[0]`, `{"a-b":[1,2]}`, `1`},
		{`.["a"][-1]`, `{"a":[1,2]}`, `2`},
		{`.a[5]`, `{"a":[1,2]}`, `null`},
		{`.a.b.c`, `{"a":null}`, `null`},
		{`.a // .b // .c`, `{"a":null,"b":false,"c":3}`, `3`},
		{`.a // .b`, `{"a":0,"b":1}`, `0`},
		{`.a.b // .c`, `{"a":"text","c":1}`, `1`},
		{`.a.b // .c`, `{"a":{"b":"first"},"c":1}`, `"first"`},
		{`.id`, `{"id":9007199254740993}`, `9007199254740993`},
		{`.n + 1`, `{"n":9007199254740993}`, `9007199254740994`},
		{`if .building then "building" else .result end`, `{"building":false,"result":"SUCCESS"}`, `"SUCCESS"`},
		{`if .done | not then "running" elif .error == null then "ok" else "failed" end`, `{}`, `"running"`},
		{`.data | if .exitstatus | startswith("WARN") then "W" else "E" end`, `{"data":{"exitstatus":"WARNINGS: 2"}}`, `"W"`},
		{`.s | .updated + .created + .noops`, `{"s":{"updated":1,"created":2}}`, `3`},
		{`.a - .b`, `{"a":5,"b":7}`, `-2`},
		{`.a / 4`, `{"a":6}`, `1.5`},
		{`.a % 4`, `{"a":6}`, `2`},
		{`-.a`, `{"a":6}`, `-6`},
		{`"\(.name) #\(.number)"`, `{"name":"release","number":562}`, `"release #562"`},
		{`"\(params.job)/\(.number)"`, `{"number":7}`, `"job/images/7"`},
		{`"\(.list)"`, `{"list":[1,{"a":null}]}`, `"[1,{\"a\":null}]"`},
		{`first(.c[]? | select(.status == "True") | .type | select(. == ("Complete", "Failed"))) // "none"`, `{"c":[{"type":"X","status":"True"},{"type":"Failed","status":"True"}]}`, `"Failed"`},
		{`[.nodes[]?.tasks | to_entries[]] | map(.key)`, `{"nodes":{"n":{"tasks":{"n:1":{},"n:2":{}}}}}`, `["n:1","n:2"]`},
		{`.link[]? | select(.rel == "next") | .href`, `{"link":[{"rel":"up","href":"a"},{"rel":"next","href":"b"}]}`, `"b"`},
		{`."@odata.id" | split("/") | last`, `{"@odata.id":"/a/b/17"}`, `"17"`},
		{`.a as $x | .b + $x`, `{"a":1,"b":2}`, `3`},
		{`{a: .x, "b c": .y, (.x): 1, z: {y}}`, `{"x":"k","y":2}`, `{"a":"k","b c":2,"k":1,"z":{"y":2}}`},
		{`[.a[] | . + 1] | add`, `{"a":[1,2]}`, `5`},
		{`add(.a[])`, `{"a":[1,2]}`, `3`},
		{`.a[1:]`, `{"a":[1,2,3]}`, `[2,3]`},
		{`.a[.i]`, `{"a":[1,2,3],"i":1}`, `2`},
		{`.a?`, `{"a":1}`, `1`},
		{`try .a.b catch "caught"`, `{"a":1}`, `"caught"`},
		{`.a, .b`, `{"a":1,"b":2}`, `1`},
		{`(.a and .b) or (.c | not)`, `{"a":true,"b":1,"c":true}`, `true`},
		{`.a >= 2 and .a < 3 and .a <= 2 and .a > 1 and .a != 4`, `{"a":2}`, `true`},
	} {
		t.Run(test.source, func(t *testing.T) {
			value, err := evaluate(t, test.source, test.body)
			got, _ := json.Marshal(value)
			if err != nil || string(got) != test.want {
				t.Errorf("%s gives %s (%v), want %s", test.body, got, err, test.want)
			}
		})
	}
}

// Each function that may be used does what it does in jq.
func TestTheFunctionsOfTheAllowList(t *testing.T) {
	uses := map[string][2]string{
		`length`:         {`.a | length`, `2`},
		`keys`:           {`keys`, `["a","n","o","s"]`},
		`values`:         {`[.a[] | values]`, `[3,1]`},
		`map`:            {`.a | map(. + 1)`, `[4,2]`},
		`select`:         {`[.a[] | select(. > 1)]`, `[3]`},
		`first`:          {`[(.a | first), first(.a[])]`, `[3,3]`},
		`last`:           {`[(.a | last), last(.a[])]`, `[1,1]`},
		`any`:            {`[(.a | any), (.a | any(. > 2)), any(.a[]; . > 5)]`, `[true,true,false]`},
		`all`:            {`[(.a | all), (.a | all(. > 2)), all(.a[]; . > 0)]`, `[true,false,true]`},
		`add`:            {`.a | add`, `4`},
		`min`:            {`.a | min`, `1`},
		`max`:            {`.a | max`, `3`},
		`min_by`:         {`.a | min_by(-.)`, `3`},
		`max_by`:         {`.a | max_by(-.)`, `1`},
		`sort_by`:        {`.a | sort_by(.)`, `[1,3]`},
		`unique`:         {`[1, 1, 2] | unique`, `[1,2]`},
		`group_by`:       {`.a | group_by(. > 2)`, `[[1],[3]]`},
		`to_entries`:     {`.o | to_entries`, `[{"key":"k","value":"v"}]`},
		`from_entries`:   {`.o | to_entries | from_entries`, `{"k":"v"}`},
		`tostring`:       {`[.n, .s, .o] | map(tostring)`, `["4.5","a-b","{\"k\":\"v\"}"]`},
		`tonumber`:       {`"12" | tonumber`, `12`},
		`type`:           {`[.a, .n, .s, .o, .x] | map(type)`, `["array","number","string","object","null"]`},
		`has`:            {`.o | has("k")`, `true`},
		`contains`:       {`[(.s | contains("-")), (.a | contains([3])), (.a | contains([7]))]`, `[true,true,false]`},
		`startswith`:     {`.s | startswith("a")`, `true`},
		`endswith`:       {`.s | endswith("a")`, `false`},
		`ltrimstr`:       {`.s | ltrimstr("a-")`, `"b"`},
		`rtrimstr`:       {`.s | rtrimstr("-b")`, `"a"`},
		`split`:          {`.s | split("-")`, `["a","b"]`},
		`join`:           {`[(.a | join(",")), (["x", null, true] | join("/"))]`, `["3,1","x//true"]`},
		`ascii_downcase`: {`"AbC" | ascii_downcase`, `"abc"`},
		`ascii_upcase`:   {`"AbC" | ascii_upcase`, `"ABC"`},
		`test`:           {`[(.s | test("^a.b$")), (.s | test("^A"; "i"))]`, `[true,true]`},
		`capture`:        {`.s | capture("(?<x>.)-(?<y>.)")`, `{"x":"a","y":"b"}`},
		`floor`:          {`.n | floor`, `4`},
		`ceil`:           {`.n | ceil`, `5`},
		`round`:          {`.n | round`, `5`},
		`fromdate`:       {`"2026-11-26T09:00:00Z" | fromdate`, `1795683600`},
		`strptime`:       {`"26.11.2026" | strptime("%d.%m.%Y") | mktime`, `1795651200`},
		`mktime`:         {`"2026-11-26 09:00" | strptime("%Y-%m-%d %H:%M") | mktime`, `1795683600`},
		`empty`:          {`[empty, 1]`, `[1]`},
		`flatten`:        {`[[1, [2]], 3] | [flatten, flatten(1)]`, `[[1,2,3],[1,[2],3]]`},
		`reverse`:        {`.a | reverse`, `[1,3]`},
		`getpath`:        {`getpath(["o", "k"])`, `"v"`},
		`not`:            {`.a | not`, `false`},
		`params`:         {`params.job`, `"job/images"`},
	}
	for name := range rules() {
		use, ok := uses[name]
		if !ok {
			t.Errorf("%s: no use of it is tried here", name)
			continue
		}
		value, err := evaluate(t, use[0], `{"a":[3,1],"n":4.5,"s":"a-b","o":{"k":"v"}}`)
		got, _ := json.Marshal(value)
		if err != nil || string(got) != use[1] {
			t.Errorf("%s gives %s (%v), want %s", use[0], got, err, use[1])
		}
	}
	if len(uses) != len(rules()) {
		t.Errorf("%d uses of %d functions", len(uses), len(rules()))
	}
}

func TestAFaultIsNothing(t *testing.T) {
	const secret = "must-never-be-shown"
	for _, source := range []string{
		`.a.b`, `.a[0]`, `.a | keys`, `.a - .a`, `.a / 2`, `.a[]`, `.o[.o]`, `empty`, `.a | tonumber`, `.a | strptime("%Y")`,
		`.a | fromdate`, `.o + .a`, `[.o] | join(",")`, `.a | has("x")`, `.l[.l]`, `.o | test("x")`, `{(.o): 1}`, `.l | ltrimstr("x").x`,
	} {
		value, err := evaluate(t, source, fmt.Sprintf(`{"a":%q,"o":{%q:%q},"l":[%q]}`, secret, secret, secret, secret))
		if err == nil || value != nil {
			t.Errorf("%s gives %v", source, value)
		} else if strings.Contains(err.Error(), secret[:10]) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

func TestAnExpressionIsRefusedWithItsPlace(t *testing.T) {
	for source, want := range map[string]string{
		`.a | form("x")`:                        `at character 6: the function "form" is not defined`,
		`.a | tonumbr`:                          `did you mean "tonumber"?`,
		`.a | length(1)`:                        `at character 6: the function "length" is not there with 1 argument`,
		`.a * 2`:                                `at character 4: "*" is not allowed`,
		`"*" + (.a * 2)`:                        `at character 11: "*"`,
		`.a = 1`:                                `at character 4: "=" is not allowed`,
		`.a |= 1`:                               `at character 4: "|=" is not allowed`,
		`.a += 1`:                               `at character 4: "+=" is not allowed`,
		`def f: .; f`:                           `at character 1: "def" is not allowed`,
		`reduce .[] as $x (0; . + $x)`:          `at character 1: "reduce" is not allowed`,
		`foreach .[] as $x (0; .)`:              `at character 1: "foreach" is not allowed`,
		`label $f | .a`:                         `at character 1: "label"`,
		`..`:                                    `at character 1: ".."`,
		`.a | ..`:                               `at character 6: ".."`,
		`@base64 "x"`:                           `@base64 is not allowed`,
		`.a as [$x] | $x`:                       `one $name must stand`,
		`.a as $x ?// [$x] | $x`:                `one $name must stand`,
		`$ENV.HOME`:                             `at character 1: $ENV is not allowed`,
		`{$ENV}`:                                `$ENV is not allowed`,
		`$__params`:                             `$__params is not allowed`,
		`$x`:                                    `at character 1: variable not defined: $x`,
		`env`:                                   `"env" is not defined, or not allowed here`,
		`now`:                                   `"now" is not`,
		`input`:                                 `"input" is not`,
		`halt`:                                  `"halt" is not`,
		`range(10)`:                             `"range" is not`,
		`repeat(.)`:                             `"repeat" is not`,
		`[limit(3; .[])]`:                       `"limit" is not`,
		`until(.; .)`:                           `"until" is not`,
		`setpath(["a"]; 1)`:                     `"setpath" is not`,
		`del(.a)`:                               `"del" is not`,
		`recurse`:                               `"recurse" is not`,
		`import "a" as a; .`:                    `modules cannot be used`,
		`.s | test(.p)`:                         `at character 6: what stands in the parentheses of "test" must be written down`,
		`.s | test("(")`:                        `"test": error parsing regexp`,
		`.s | test("a"; "g")`:                   `the flags of "test"`,
		`.s | test("a{1,999}")`:                 `the regular expression is too large`,
		`.s | test(1)`:                          `needs a regular expression in quotes`,
		`.s | contains(.p)`:                     `must be written down`,
		`.s | strptime(.p)`:                     `must be written down`,
		`getpath(.p)`:                           `must be written down`,
		`.a.`:                                   `ends too early`,
		`.a | (.b`:                              `ends too early`,
		`if .a then 1`:                          `ends too early`,
		`.a b`:                                  `at character 4: unexpected token "b"`,
		`.ä`:                                    `at character 2`,
		`# only a comment`:                      `is empty`,
		`   `:                                   `is empty`,
		strings.Repeat(".a|", 400) + ".":        `is longer than 1000 characters`,
		`."a\(.b)"`:                             `a computed name stands in brackets`,
		`{"a\(.b)": 1}`:                         `a computed name stands in parentheses`,
		`"` + strings.Repeat(`\(.a)`, 31) + `"`: `more than 30 parts`,
	} {
		_, err := (&Program{}).Compile(source)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", source, err, want)
		}
	}
}

func TestASystemHasSoManyExpressions(t *testing.T) {
	program := &Program{}
	for range mostExpressions {
		if _, err := program.Compile(`.a | length`); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := program.Compile(`.a`); err == nil {
		t.Error("one more is accepted")
	}
}

// What an expression does not read is not even decoded.
func TestAnExpressionNeedsWhatItReads(t *testing.T) {
	const body = `{"a":{"b":{"c":1,"d":2},"e":3},"f":[{"g":4,"h":5}],"i":6}`
	for source, want := range map[string]string{
		`.a.b.c`:                        `{"a":{"b":{"c":1}}}`,
		`.a.b | .c`:                     `{"a":{"b":{"c":1,"d":2}}}`,
		`.a.e // .i`:                    `{"a":{"e":3},"i":6}`,
		`.f[0].g`:                       `{"f":[{"g":4,"h":5}]}`,
		`.f[] | select(.g > 1)`:         `{"f":[{"g":4,"h":5}]}`,
		`if .i then .a.e else null end`: `{"a":{"e":3},"i":6}`,
		`if .i then .a.e end`:           body,
		`"\(.i) \(.a.e)"`:               `{"a":{"e":3},"i":6}`,
		`.i as $x | .a.e + $x`:          `{"a":{"e":3},"i":6}`,
		`. as $x | $x.i`:                body,
		`.f[.i]`:                        `{"f":[{"g":4,"h":5}],"i":6}`,
		`params.job`:                    `{}`,
		`first(.i, .a.e)`:               `{"a":{"e":3},"i":6}`,
		`{x: .i, y: [.a.e]}`:            `{"a":{"e":3},"i":6}`,
		`{i}`:                           body,
		`try .i catch .a`:               `{"i":6}`,
		`-.i`:                           `{"i":6}`,
		`length`:                        body,
		`(.a | .b) and (.i)`:            `{"a":{"b":{"c":1,"d":2},"e":3},"i":6}`,
		`.a["b"].c`:                     `{"a":{"b":{"c":1}}}`,
		`.`:                             body,
	} {
		compiled, err := (&Program{}).Compile(source)
		if err != nil {
			t.Fatal(err)
		}
		value, err := document.Decode([]byte(body), compiled.AddNeed(document.Nothing()))
		got, _ := json.Marshal(value)
		if err != nil || string(got) != want {
			t.Errorf("%s reads %s (%v), want %s", source, got, err, want)
		}
	}
}
