package described

import (
	"slices"
	"strings"
	"testing"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// describe makes systems of a text, and returns what is wrong with it.
func describe(t *testing.T, text string) (config.Systems, string) {
	t.Helper()
	sections, err := config.ParseSections([]byte(text), "systems.yml")
	if err != nil {
		return nil, err.Error()
	}
	made := New([]string{"asyncjob_error_info"}).Describe(sections)
	if err := config.SectionsError(sections); err != nil {
		return made, err.Error()
	}
	return made, ""
}

// plain is a description that is right; each test makes one thing wrong with it.
const plain = "x: {id: '[0-9]+', status: {path: '/v1/{id}'}, fields: {state: .s}, states: {running: [a]}MORE}\n"

func TestADescriptionIsRefused(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"x: {}", `systems.yml:1: system "x": status: is missing`},
		{"x: {}", `system "x": fields.state: is missing`},
		{"x: {}", `system "x": states: no word means anything`},
		{"x: {status: {path: v1}}", `status.path: must begin with /`},
		{"x: {status: {path: '/{idd}'}}", `status.path: {idd} is not known here`},
		{"x: {status: {path: '/{+id}'}}", `status.path: {+id} needs a pattern`},
		{"x: {status: {path: '/../{id}'}}", `status.path: must not hold "."`},
		{"x: {id: '['}", `id: is no regular expression: missing closing ]`},
		{"x: {params: [A]}", `params: must be lower-case letters`},
		{"x: {params: [a, a]}", `params: a name stands twice`},
		{"x: {feilds: {}}", `unknown key "feilds", did you mean "fields"?`},
		{"x: {fields: {state: .a | tonumbr}}", `fields.state: at character 6: the function "tonumbr" is not defined, or not allowed here, did you mean "tonumber"?`},
		{"x: {fields: {state: '.a ='}}", `fields.state: ends too early`},
		{"x: {fields: {state: ''}}", `fields.state: is empty`},
		{"x: {fields: {progress: {}}}", `fields.progress: needs one of percent, ratio, or done with total`},
		{"x: {fields: {progress: {done: .a}}}", `fields.progress: done and total belong together`},
		{"x: {fields: {progress: {percent: .a, ratio: .b}}}", `fields.progress: needs one of`},
		{"x: {fields: {info: {job: .a}}}", `fields.info.job: a label of this name means something else`},
		{"x: {fields: {info: {A: .a}}}", `fields.info.A: the name of a label`},
		{"x: {fields: {info: {__a: .a}}}", `fields.info.__a: the name of a label`},
		{"x: {fields: {info: {a: .a, b: .a, c: .a, d: .a, e: .a, f: .a, g: .a, h: .a, i: .a}}}", `fields.info: has 9 labels, at most 8`},
		{"x: {states: {running: [a], failed: [' A ']}}", `states.failed: the word " A " is running already`},
		{"x: {states: {otherwise: gone}}", `states.otherwise: must be one of pending`},
		{"x: {headers: {Authorization: x}}", `headers.Authorization: cannot be set here`},
		{"x: {headers: {host: x}}", `headers.host: cannot be set here`},
		{"x: {headers: {'a b': x}}", `headers.a b: is no name of a header`},
		{`x: {headers: {X-A: "a\nb"}}`, `headers.X-A: must not hold control characters`},
		{"x: {parts: {items: .a}}", `parts.name: is missing`},
		{"x: {list: {path: /a, items: .a}}", `list.id: is missing`},
		{"x: {list: {path: '/{id}', items: .a, id: .b}}", `list.path: {id} is not known here`},
		{"x: {list: {path: /a, items: .a, id: .b, method: PUT}}", `list.method: must be GET or POST`},
		{"x: {list: {path: /a, items: .a, id: .b, json: {}}}", `list.json: needs method: POST`},
		{"x: {list: {path: /a, items: .a, id: .b, whole: {}}}", `list.whole: must be true`},
		{"x: {list: {path: /a, items: .a, id: .b, next: {}}}", `list.next: needs one of token, header`},
		{"x: {list: {path: /a, items: .a, id: .b, next: {token: .a}}}", `list.next: query belongs to token or header`},
		{"x: {list: {path: /a, items: .a, id: .b, next: {page: p}}}", `list.next: page and offset need size`},
		{"x: {list: {path: /a, items: .a, id: .b, next: {offset: p, more: .m}}}", `list.next: offset needs size`},
		{"x: {list: {path: /a, items: .a, id: .b, next: {link: .l, size: 3}}}", `list.next: size and more belong to page or offset`},
		{"x: {list: {path: /a, items: .a, id: .b, next: {link: .l, page: p}}}", `list.next: needs one of`},
		{"x: {login: {path: /a}}", `login: needs one of basic, json, form`},
		{"x: {login: {path: a, basic: true}}", `login.path: must begin with /`},
		{"x: {login: {url: 'ftp://a', path: /a, basic: true}}", `login.url: must be http:// or https://`},
		{"x: {login: {url: 'https://u:p@a', path: /a, basic: true}}", `login.url: must be http:// or https:// with a host, without credentials`},
		{"x: {login: {path: /a, json: {a: '{usrname}'}}}", `login.json.a: {usrname} is not known here, did you mean "username"?`},
		{"x: {login: {path: /a, basic: true, token: {}}}", `login.token: needs json or header`},
		{"x: {login: {path: /a, basic: true, token: {json: .a, lifetime: 1h, seconds: .b}}}", `login.token: needs at most one of lifetime`},
		{"x: {login: {path: /a, basic: true, send: {}}}", `login.send: needs header or cookie`},
		{"x: {login: {path: /a, basic: true, send: {cookie: a, prefix: b}}}", `login.send.prefix: a cookie has no prefix`},
		{"x: {login: {path: /a, basic: true, logout: {}}}", `login.logout: needs path, or location: true`},
		{"x: {credential: {header: 'a b', value: x}}", `credential.header: must be the name of a header`},
		{"x: {status: {path: '/{username}'}}", `status.path: {username} is not known here`},
		{"error: {status: {path: /a}}", `system "error": there is a metric asyncjob_error_info already`},
		{"x: {extends: awx_jb}", `extends: no description is called "awx_jb", did you mean "awx_job"?`},
		{"x: {extends: y}\ny: {extends: x}", `extends: goes round in a circle`},
		{"x: {extends: x}", `extends: goes round in a circle: x, x`},
	} {
		if _, got := describe(t, test.text); !strings.Contains(got, test.want) {
			t.Errorf("%s:\n got %s\nwant %s", test.text, got, test.want)
		}
	}
	if made, got := describe(t, strings.Replace(plain, "MORE", "", 1)); got != "" || len(made) != 1 {
		t.Errorf("%v: %s", made, got)
	}
}

func TestADescriptionExtendsAnother(t *testing.T) {
	made, problems := describe(t, `
my_flow: {extends: awx_job, kind: flow, fields: {error: null, progress: {ratio: .r}}, states: {failed: [burnt]}, list: {next: {token: .n, query: q}}}
my_other: {extends: my_flow, fields: {progress: {percent: .p}}}
`)
	if problems != "" || len(made) != 2 {
		t.Fatalf("%v: %s", made, problems)
	}
	flow, ok := made[0].(*System)
	if !ok {
		t.Fatal("no system of ours")
	}
	d := flow.d
	if d.kind != "flow" || d.status.path.Text(map[string]string{"id": "1"}) != "/api/v2/jobs/1/" || d.fields.state.Source() != ".status" {
		t.Errorf("what the other says is not there: %+v", d)
	}
	if d.fields.errorText != nil || d.list.next.link != nil || d.list.next.query != "q" || d.list.items.Source() != ".results" {
		t.Errorf("what is replaced is there: %+v", d.list.next)
	}
	for word, want := range map[string]string{"burnt": "failed", "error": "unknown", "successful": "succeeded"} {
		if got := d.states.meaning(word); string(got) != want {
			t.Errorf("%s is %s, want %s", word, got, want)
		}
	}
	other, _ := made[1].(*System)
	if p := other.d.fields.progress; p.percent == nil || p.ratio != nil {
		t.Errorf("a progress of two descriptions: %+v", p)
	}
	if flow.Definition() == other.Definition() || flow.Definition() == "" {
		t.Error("two definitions look alike")
	}
}

// TestIDsStayInTheirPlace tries ids that would lead elsewhere, on systems whose ids
// may hold slashes.
func TestIDsStayInTheirPlace(t *testing.T) {
	for _, system := range builtInSystems(t) {
		for _, id := range []string{
			"", ".", "..", "../x", "x/../y", "x/..", "/x", "x/", "x//y", `x\y\..`, "%2e%2e/x", "operations/%252e%252e/x", "operations/..%2fx", "job/../1",
			"job/./1", "job/a/job/../1", "job/%2e%2e/1", "job//1", `job/a\..\b/1`, "job/a\nb/1", "../manual__x", "UPID:..:x", "UPID:pve1:../x",
			"1?x=y#z\r\n", "\x00", strings.Repeat("1", 2000), "http://evil.example/1", "//evil.example/1",
		} {
			if err := system.d.checkID(id); err == nil {
				values := map[string]string{"subscription": "s", "provider": "p", "region": "r", "namespace": "n", "project": "p", "owner": "o", "repository": "r"}
				path, err := system.d.status.path.Path((&reader{d: system.d, values: values}).valuesOf(id))
				if err != nil || slices.Contains(strings.Split(path, "/"), "..") || strings.Contains(path, "//") {
					t.Errorf("%s takes the id %q: %s, %v", system.Name(), id, path, err)
				}
			} else if !strings.HasPrefix(err.Error(), "id: ") {
				t.Errorf("%s: %v", system.Name(), err)
			}
		}
	}
}

func TestATargetOfADescribedSystemIsChecked(t *testing.T) {
	systems := builtInSystems(t)
	find := func(name string) *System {
		return systems[slices.IndexFunc(systems, func(s *System) bool { return s.Name() == name })]
	}
	for _, test := range []struct {
		system, params, want string
		discovery            bool
	}{
		{"gitlab_pipeline", "", "params.project: is missing", false},
		{"gitlab_pipeline", "project=a/../b", `params.project: must not hold "."`, false},
		{"gitlab_pipeline", "projet=a", `params.projet: gitlab_pipeline has no such param, did you mean "project"?`, false},
		{"azure_operation", "subscription=a provider=b region=c", "azure_operation cannot list jobs", true},
		{"redfish_task", "", "basic_auth: is missing: it is exchanged for a token", false},
	} {
		params := map[string]string{}
		for pair := range strings.FieldsSeq(test.params) {
			name, value, _ := strings.Cut(pair, "=")
			params[name] = value
		}
		target := &config.Target{System: test.system, Options: &Options{Params: params}, Discovery: test.discovery}
		if err := find(test.system).CheckTarget(target); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s: %v, want %s", test.system, test.params, err, test.want)
		}
	}
}
