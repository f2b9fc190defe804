package described

import (
	"errors"

	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// keys are the keys of a description. Those of type yaml.Node may be of several
// shapes, or are decoded once it is known what stands around them.
type keys struct {
	Extends    string          `yaml:"extends"`
	Kind       string          `yaml:"kind"`
	Params     []string        `yaml:"params"`
	ID         string          `yaml:"id"`
	Headers    map[string]word `yaml:"headers"`
	Status     requestKeys     `yaml:"status"`
	List       *listKeys       `yaml:"list"`
	Login      *loginKeys      `yaml:"login"`
	Credential *credentialKeys `yaml:"credential"`
	Gone       word            `yaml:"gone"`
	OK         word            `yaml:"ok"`
	Fields     fieldKeys       `yaml:"fields"`
	States     stateKeys       `yaml:"states"`
	Parts      *partKeys       `yaml:"parts"`
}

type requestKeys struct {
	Path  string               `yaml:"path"`
	Query map[string]yaml.Node `yaml:"query"`
}

type listKeys struct {
	requestKeys `yaml:",inline"`

	Method string    `yaml:"method"`
	JSON   yaml.Node `yaml:"json"`
	Items  string    `yaml:"items"`
	ID     string    `yaml:"id"`
	Name   string    `yaml:"name"`
	Whole  yaml.Node `yaml:"whole"`
	Next   *nextKeys `yaml:"next"`
}

type wholeKeys struct {
	Wrap string `yaml:"wrap"`
	Item string `yaml:"item"`
}

type nextKeys struct {
	Token      string `yaml:"token"`
	Header     string `yaml:"header"`
	Query      string `yaml:"query"`
	Link       string `yaml:"link"`
	HeaderLink bool   `yaml:"header_link"`
	Page       string `yaml:"page"`
	Offset     string `yaml:"offset"`
	Size       int    `yaml:"size"`
	More       string `yaml:"more"`
}

type loginKeys struct {
	URL     string               `yaml:"url"`
	Path    string               `yaml:"path"`
	Query   map[string]yaml.Node `yaml:"query"`
	Method  string               `yaml:"method"`
	Basic   bool                 `yaml:"basic"`
	JSON    yaml.Node            `yaml:"json"`
	Form    map[string]word      `yaml:"form"`
	Headers map[string]word      `yaml:"headers"`
	Token   tokenKeys            `yaml:"token"`
	Send    sendKeys             `yaml:"send"`
	Logout  *logoutKeys          `yaml:"logout"`
}

type tokenKeys struct {
	JSON     string         `yaml:"json"`
	Header   string         `yaml:"header"`
	Lifetime model.Duration `yaml:"lifetime"`
	Seconds  string         `yaml:"seconds"`
	Minutes  string         `yaml:"minutes"`
	Ends     string         `yaml:"ends"`
}

type sendKeys struct {
	Header string `yaml:"header"`
	Prefix string `yaml:"prefix"`
	Cookie string `yaml:"cookie"`
}

type logoutKeys struct {
	Method   string `yaml:"method"`
	Path     string `yaml:"path"`
	Location bool   `yaml:"location"`
}

type credentialKeys struct {
	Header string `yaml:"header"`
	Value  string `yaml:"value"`
}

type fieldKeys struct {
	State      string            `yaml:"state"`
	Name       string            `yaml:"name"`
	Progress   *progressKeys     `yaml:"progress"`
	Created    string            `yaml:"created"`
	Start      string            `yaml:"start"`
	End        string            `yaml:"end"`
	LastUpdate string            `yaml:"last_update"`
	Expiration string            `yaml:"expiration"`
	ErrorID    string            `yaml:"error_id"`
	Error      string            `yaml:"error"`
	Info       map[string]string `yaml:"info"`
}

type progressKeys struct {
	Percent string `yaml:"percent"`
	Ratio   string `yaml:"ratio"`
	Done    string `yaml:"done"`
	Total   string `yaml:"total"`
}

type stateKeys struct {
	Pending   []word `yaml:"pending"`
	Running   []word `yaml:"running"`
	Succeeded []word `yaml:"succeeded"`
	Failed    []word `yaml:"failed"`
	Canceled  []word `yaml:"canceled"`
	Otherwise string `yaml:"otherwise"`
}

type partKeys struct {
	requestKeys `yaml:",inline"`

	Items    string     `yaml:"items"`
	Name     string     `yaml:"name"`
	Kind     string     `yaml:"kind"`
	State    string     `yaml:"state"`
	Progress yaml.Node  `yaml:"progress"`
	States   *stateKeys `yaml:"states"`
}

// replacedWhole are the keys of which a description that extends another takes
// all or nothing: half of each would be a mixture that nobody means.
func replacedWhole() []string { return []string{"next", "progress", "token", "send", "whole"} }

// word is text as it is typed, also where YAML takes it for a number or a truth value.
type word string

// Wanted is what a word looks like.
func (word) Wanted() string { return "text" }

// UnmarshalYAML takes the text of a scalar as it stands in the file.
func (w *word) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return errors.New("no text")
	}
	*w = word(node.Value)
	return nil
}
