package systems

import "testing"

func TestItemsFindTheListInAReply(t *testing.T) {
	const configMap = `{"kind": "ConfigMap", "data": {"jobs.json": "[{\"id\": 5}]", "jobs.yml": "- id: 5\n"}}`
	for _, test := range []struct{ expression, body, want string }{
		{`.data["jobs.json"]`, configMap, `[{"id": 5}]`},
		{`.data["jobs.yml"]`, configMap, "- id: 5\n"},
		{`.jobs`, `{"jobs": [{"id": 12345678901234567890}], "more": {}}`, `[{"id":12345678901234567890}]`},
		{`[.runs[] | select(.open) | {id: .number, name: .title}]`, `{"runs": [{"number": 7, "title": "a", "open": true}, {"number": 8, "open": false}]}`, `[{"id":7,"name":"a"}]`},
	} {
		items, err := jobItems(test.expression)
		if err != nil {
			t.Fatal(err)
		}
		got, err := items(t.Context(), []byte(test.body))
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %s, %v, want %s", test.expression, got, err, test.want)
		}
	}
}

func TestItemsThatFindNothingSaySo(t *testing.T) {
	items, err := jobItems(".jobs")
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{"job": []}`, `[]`, `{"jobs": `, ``, `<html>`} {
		if got, err := items(t.Context(), []byte(body)); err == nil {
			t.Errorf("%q gave %s", body, got)
		}
	}
	for _, expression := range []string{".jobs[", "now", "input", "env.PASSWORD", "limit(1; repeat(1))"} {
		if _, err := jobItems(expression); err == nil {
			t.Errorf("%s was compiled", expression)
		}
	}
}
