package config

import "testing"

func TestALinkHoldsWhatIsFilledInEscaped(t *testing.T) {
	target := &Target{Name: "vc 1", Link: "https://v/ui/#?id={job_id}&name={job_name}&of={target}&odd={}"}
	got := target.JobLink("a/b:c&d=e+f #?%", "Größe {target}")
	want := "https://v/ui/#?id=a%2Fb%3Ac%26d%3De%2Bf%20%23%3F%25&name=Gr%C3%B6%C3%9Fe%20%7Btarget%7D&of=vc%201&odd={}"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := (&Target{}).JobLink("a", "b"); got != "" {
		t.Errorf("a target without link has %q", got)
	}
}

func TestASystemsOwnDefaultsGiveWayToTheConfiguration(t *testing.T) {
	rules := testRules()
	rules.Systems = append(rules.Systems, modestSystem{fakeSystem{name: "modest", kinds: []string{"x"}}})
	for text, want := range map[string]int64{
		"":                                       1000,
		"defaults: {max_response_bytes: 2000}\n": 2000,
		"defaults: {max_files: 3}\n":             1000,
	} {
		config, err := Parse([]byte(text+"targets: [{name: a, system: modest, url: 'https://a'}]"), "a.yml", rules)
		if err != nil {
			t.Fatal(err)
		}
		if got := config.Targets[0].MaxResponseBytes; got != want {
			t.Errorf("after %q max_response_bytes is %d, want %d", text, got, want)
		}
	}
}

// modestSystem has small replies.
type modestSystem struct{ fakeSystem }

func (modestSystem) Defaults(builtIn Settings) Settings {
	builtIn.MaxResponseBytes = 1000
	return builtIn
}
