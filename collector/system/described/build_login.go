package described

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/template"
)

// secretNames are what only the body of a login and a credential may name.
func secretNames() []string { return []string{"username", "password"} }

func (b *builder) login() {
	k := b.keys.Login
	if k == nil {
		return
	}
	l := &login{
		url: k.URL, path: k.Path, basic: k.Basic, send: k.Send, logout: k.Logout, program: b.d.program,
		method: b.method(k.Method, []string{http.MethodPost, http.MethodGet}, "login", "method"),
		query:  b.query(k.Query, b.d.params, "login", "query"),
		header: b.header(k.Headers, "login", "headers"),
	}
	b.loginURL(k)
	b.loginBody(k, l)
	l.token = b.token(k.Token)
	b.send(k.Send)
	b.logout(k)
	b.d.login = l
}

func (b *builder) loginURL(k *loginKeys) {
	if _, err := template.ParsePath(k.Path, nil); err != nil {
		b.problem(err.Error(), "login", "path")
	}
	if k.URL == "" {
		return
	}
	location, err := url.Parse(k.URL)
	if err != nil || location.Host == "" || location.Scheme != "https" && location.Scheme != "http" ||
		location.User != nil || location.RawQuery != "" || location.Fragment != "" {
		b.problem("must be http:// or https:// with a host, without credentials and query", "login", "url")
	}
}

// loginBody checks that the credentials go in one way.
func (b *builder) loginBody(k *loginKeys, l *login) {
	ways := 0
	for _, given := range []bool{k.Basic, k.JSON.Kind != 0, k.Form != nil} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		b.problem("needs one of basic, json, form: the way in which username and password are sent", "login")
	}
	if k.JSON.Kind != 0 {
		l.json = b.jsonTemplate(&k.JSON, "login", "json")
	}
	if k.Form != nil {
		l.form = map[string]template.Template{}
		for _, name := range slices.Sorted(maps.Keys(k.Form)) {
			l.form[name] = b.secretTemplate(string(k.Form[name]), "login", "form", name)
		}
	}
}

// secretTemplate parses a text that may name username and password. One that
// does not is sent as it stands, and had better be no secret.
func (b *builder) secretTemplate(text string, at ...string) template.Template {
	parsed, err := template.Parse(text, secretNames())
	if err != nil {
		b.problem(err.Error(), at...)
	}
	if err == nil && len(parsed.Names()) == 0 {
		b.section.Warn(at, "is sent as it stands here: a secret belongs into basic_auth, and {password} stands for it")
		b.section.Secret(at...)
	}
	return parsed
}

func (b *builder) token(k tokenKeys) tokenPlace {
	key := func(name string) []string { return []string{"login", "token", name} }
	t := tokenPlace{
		json: b.expression(k.JSON, key("json")...), header: k.Header, lifetime: time.Duration(k.Lifetime),
		seconds: b.expression(k.Seconds, key("seconds")...), minutes: b.expression(k.Minutes, key("minutes")...), ends: b.expression(k.Ends, key("ends")...),
	}
	lives := 0
	for _, given := range []bool{k.Lifetime != 0, k.Seconds != "", k.Minutes != "", k.Ends != ""} {
		if given {
			lives++
		}
	}
	switch {
	case (k.JSON == "") == (k.Header == ""):
		b.problem("needs json or header: where the answer has the token", "login", "token")
	case k.Header != "" && !isHeaderName(k.Header):
		b.problem("is no name of a header", key("header")...)
	case lives > 1:
		b.problem("needs at most one of lifetime, seconds, minutes, ends", "login", "token")
	case k.Lifetime < 0:
		b.problem("must be longer than 0s", key("lifetime")...)
	}
	return t
}

func (b *builder) send(k sendKeys) {
	switch {
	case (k.Header == "") == (k.Cookie == ""):
		b.problem("needs header or cookie: how requests carry the token", "login", "send")
	case k.Cookie != "" && k.Prefix != "":
		b.problem("a cookie has no prefix", "login", "send", "prefix")
	case k.Header != "" && !isHeaderName(k.Header):
		b.problem("is no name of a header", "login", "send", "header")
	case k.Cookie != "" && !isHeaderName(k.Cookie):
		b.problem("is no name of a cookie", "login", "send", "cookie")
	case strings.ContainsFunc(k.Prefix, unicode.IsControl):
		b.problem("must not hold control characters", "login", "send", "prefix")
	}
}

func (b *builder) logout(k *loginKeys) {
	if k.Logout == nil {
		return
	}
	if (k.Logout.Path == "") == !k.Logout.Location {
		b.problem("needs path, or location: true", "login", "logout")
	}
	if k.Logout.Path != "" {
		if _, err := template.ParsePath(k.Logout.Path, nil); err != nil {
			b.problem(err.Error(), "login", "logout", "path")
		}
	}
	k.Logout.Method = b.method(k.Logout.Method, []string{http.MethodDelete, http.MethodPost, http.MethodGet}, "login", "logout", "method")
}

func (b *builder) credential() {
	k := b.keys.Credential
	if k == nil {
		return
	}
	value := b.secretTemplate(k.Value, "credential", "value")
	switch {
	case b.keys.Login != nil:
		b.problem("stands beside login: only one of them can make the credentials", "credential")
	case !isHeaderName(k.Header):
		b.problem("must be the name of a header", "credential", "header")
	case strings.TrimSpace(k.Value) == "":
		b.problem("is missing", "credential", "value")
	}
	b.d.credential = &credential{header: k.Header, value: value}
}

// jsonTemplate is a JSON document whose texts may name username and password.
type jsonTemplate struct {
	text    *template.Template
	members map[string]*jsonTemplate
	list    []*jsonTemplate
	other   any
}

func (b *builder) jsonTemplate(node *yaml.Node, at ...string) *jsonTemplate {
	switch node.Kind {
	case yaml.AliasNode:
		return b.jsonTemplate(node.Alias, at...)
	case yaml.MappingNode:
		members := map[string]*jsonTemplate{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			name := node.Content[i].Value
			members[name] = b.jsonTemplate(node.Content[i+1], append(slices.Clone(at), name)...)
		}
		return &jsonTemplate{members: members}
	case yaml.SequenceNode:
		list := make([]*jsonTemplate, 0, len(node.Content))
		for _, element := range node.Content {
			list = append(list, b.jsonTemplate(element, at...))
		}
		return &jsonTemplate{list: list}
	}
	if node.ShortTag() == "!!str" {
		text := b.secretTemplate(node.Value, at...)
		return &jsonTemplate{text: &text}
	}
	var other any
	if err := node.Decode(&other); err != nil {
		b.problem("cannot be written as JSON", at...)
	}
	return &jsonTemplate{other: other}
}

// value fills in the credentials.
func (t *jsonTemplate) value(values map[string]string) any {
	switch {
	case t.text != nil:
		return t.text.Text(values)
	case t.members != nil:
		object := make(map[string]any, len(t.members))
		for name, member := range t.members {
			object[name] = member.value(values)
		}
		return object
	case t.list != nil:
		list := make([]any, 0, len(t.list))
		for _, element := range t.list {
			list = append(list, element.value(values))
		}
		return list
	default:
		return t.other
	}
}
