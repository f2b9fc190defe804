package dashboards

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/testprogram"
)

// Rules are what promtool can parse PromQL in: each query becomes one.
func TestQueriesAreParsedByPrometheus(t *testing.T) {
	promtool := testprogram.Asked(t, "ASYNCJOB_PROMTOOL")
	eachBoard(t, func(t *testing.T, b board) {
		path := filepath.Join(t.TempDir(), "queries.yml")
		if err := os.WriteFile(path, asRules(t, b), 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := exec.CommandContext(t.Context(), promtool, "check", "rules", path).CombinedOutput()
		if err != nil {
			t.Errorf("promtool: %v\n%s", err, said)
		}
	})
}

func asRules(t *testing.T, b board) []byte {
	t.Helper()
	type rule struct {
		Record, Expr string
	}
	type group struct {
		Name  string
		Rules []rule
	}
	checked := group{Name: b.UID}
	for i, q := range append(b.queries(), variableQueries(t, b)...) {
		checked.Rules = append(checked.Rules, rule{fmt.Sprintf("query:%d", i), q.interpolated(t)})
	}
	text, err := yaml.Marshal(map[string][]group{"groups": {checked}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// variableQueries are the expressions and selectors that variables ask for.
func variableQueries(t *testing.T, b board) []query {
	t.Helper()
	forms := regexp.MustCompile(`^label_values\((.+), \w+\)$|^query_result\((.+)\)$`)
	var all []query
	for _, v := range b.Templating.List {
		if v.Type != "query" {
			continue
		}
		var asked struct{ Query string }
		if err := json.Unmarshal(v.Query, &asked); err != nil {
			t.Fatal(err)
		}
		found := forms.FindStringSubmatch(asked.Query)
		if found == nil {
			t.Fatalf("the variable %s asks %q", v.Name, asked.Query)
		}
		all = append(all, query{b.UID + " variable " + v.Name, b, panel{}, found[1] + found[2], false})
	}
	return all
}
