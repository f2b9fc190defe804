package document

import (
	"bytes"
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestWhatIsNotNeededIsNotDecoded(t *testing.T) {
	const body = ` {"state" : "RUN\u004eING", "st\u0061rt":1795683600123 ,"secret":{"a":["]}",{"\"":1e5}]},
		"parts":[ {"name":"a","log":"}"},{"name":"b","log":[1,[2]]} ] ,"deep":{"er":{"x":true,"y":[]},"z":null}, "last":-1.5} `
	for name, test := range map[string]struct {
		need *Need
		want string
	}{
		"all":     {nil, `{"deep":{"er":{"x":true,"y":[]},"z":null},"last":-1.5,"parts":[{"log":"}","name":"a"},{"log":[1,[2]],"name":"b"}],"secret":{"a":["]}",{"\"":1e5}]},"start":1795683600123,"state":"RUNNING"}`},
		"nothing": {Nothing(), `{}`},
		"members": {Nothing().Add([]string{"state"}).Add([]string{"start"}).Add([]string{"last"}), `{"last":-1.5,"start":1795683600123,"state":"RUNNING"}`},
		"below":   {Nothing().Add([]string{"deep", "er", "x"}).Add([]string{"deep", "z"}), `{"deep":{"er":{"x":true},"z":null}}`},
		"wider":   {Nothing().Add([]string{"deep", "er", "x"}).Add([]string{"deep"}), `{"deep":{"er":{"x":true,"y":[]},"z":null}}`},
		"each":    {Nothing().AddEach([]string{"parts"}, Nothing().Add([]string{"name"})), `{"parts":[{"name":"a"},{"name":"b"}]}`},
		"single":  {Nothing().AddSingle([]string{"parts"}).AddSingle([]string{"deep"}).AddSingle([]string{"last"}), `{"deep":{},"last":-1.5,"parts":[]}`},
		"no list": {Nothing().Add([]string{"parts", "name"}), `{"parts":[]}`},
	} {
		value, err := Decode([]byte(body), test.need)
		got, _ := json.Marshal(value)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %s (%v), want %s", name, got, err, test.want)
		}
	}
}

func TestAByteOrderMarkIsNoPartOfAReply(t *testing.T) {
	value, err := Decode([]byte("\xef\xbb\xbf{\"a\":1}"), nil)
	if got, _ := json.Marshal(value); err != nil || string(got) != `{"a":1}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAListOfItsOwn(t *testing.T) {
	value, err := Decode([]byte(`[{"id":1,"x":2}]`), Nothing().AddEach(nil, Nothing().Add([]string{"id"})))
	if got, _ := json.Marshal(value); err != nil || string(got) != `[{"id":1}]` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestANumberOfAThousandDigitsIsNone(t *testing.T) {
	value, err := Decode([]byte(`{"a":`+strings.Repeat("9", 65)+`,"b":`+strings.Repeat("9", 64)+`}`), nil)
	if object, ok := value.(map[string]any); err != nil || !ok || object["a"] != nil || object["b"] == nil {
		t.Errorf("%v, %v", value, err)
	}
}

func TestWhatIsNoJSONIsToldByItsPlaceAlone(t *testing.T) {
	for body, want := range map[string]string{
		"":                                "not JSON: broken at byte 0 of 0",
		`{"a":1`:                          "not JSON: broken at byte 6 of 6",
		`must-never-be-shown`:             "not JSON: broken at byte 1 of 19",
		`{"a":1} {"b":2}`:                 "not JSON: broken at byte 9 of 15",
		strings.Repeat("[", 20_000):       "not JSON: broken at byte",
		`{"a":"must-never` + "\x01" + `"`: "not JSON: broken at byte 17 of 18",
	} {
		if _, err := Decode([]byte(body), nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}

// What Cost says is never much less than what decoding takes.
func TestCostIsWhatDecodingTakes(t *testing.T) {
	for _, unit := range []string{`0`, `{}`, `{"a":0}`, `""`, `"aaaaaaaaaaaaaaaaaaaaaaaa"`, `[]`, `[[[]]]`, `{"a":{"b":{"c":{}}}}`, `{"a":1,"b":2,"c":3,"d":4,"e":5}`} {
		body := []byte("[" + strings.Repeat(unit+",", 20_000) + unit + "]")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Decode(body, nil); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		live := after.TotalAlloc - before.TotalAlloc
		if cost := uint64(Cost(body)); live > 3*cost {
			t.Errorf("%s: %d bytes allocated, the cost is said to be %d", unit, live, cost)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range []string{`{"a":[1,-2.5e3,"x\n\u00e4",null,true,{"b":{}}]}`, ` [ ] `, `""`, `{"a":1,"a":2}`, "{\"\xff\":\"\xfe\"}", `{"\u0061":"\ud800"}`} {
		f.Add([]byte(body), "a")
	}
	f.Fuzz(func(t *testing.T, body []byte, member string) {
		value, err := Decode(body, nil)
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var want any
		if bytes.HasPrefix(body, []byte("\xef\xbb\xbf")) {
			return
		}
		if wanted := decoder.Decode(&want); !json.Valid(body) {
			if err == nil {
				t.Errorf("%q is accepted, though %v", body, wanted)
			}
			return
		}
		if err != nil || !reflect.DeepEqual(value, withoutLongNumbers(want)) {
			t.Errorf("%q becomes %#v (%v), want %#v", body, value, err, want)
		}
		part, err := Decode(body, Nothing().Add([]string{member}))
		if err != nil {
			t.Fatal(err)
		}
		if object, ok := value.(map[string]any); ok {
			pruned, ok := part.(map[string]any)
			if !ok || !reflect.DeepEqual(pruned[member], object[member]) {
				t.Errorf("%q of %q is %#v", member, body, part)
			}
		}
	})
}

func withoutLongNumbers(value any) any {
	switch value := value.(type) {
	case json.Number:
		if len(value) > longestNumber {
			return nil
		}
	case []any:
		for i := range value {
			value[i] = withoutLongNumbers(value[i])
		}
	case map[string]any:
		for name := range value {
			value[name] = withoutLongNumbers(value[name])
		}
	}
	return value
}
