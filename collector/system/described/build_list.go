package described

import (
	"encoding/json"
	"net/http"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
)

// endedAfter is the name that only a list's query knows.
const endedAfter = "ended_after"

func (b *builder) list() {
	k := b.keys.List
	if k == nil {
		return
	}
	names := append(slices.Clone(b.d.params), endedAfter)
	l := &list{
		request: b.request(k.requestKeys, names, "list"),
		method:  b.method(k.Method, []string{http.MethodGet, http.MethodPost}, "list", "method"),
		items:   b.needed(k.Items, "list", "items"),
		id:      b.needed(k.ID, "list", "id"),
		name:    b.expression(k.Name, "list", "name"),
	}
	l.body = b.body(&k.JSON, l.method)
	l.whole = b.whole(&k.Whole)
	if k.Next != nil {
		l.next = b.next(*k.Next)
	}
	l.need = b.listNeed(l)
	b.d.list = l
}

// method is one of those allowed; the first where the key is left out.
func (b *builder) method(method string, allowed []string, at ...string) string {
	if method == "" {
		return allowed[0]
	}
	if !slices.Contains(allowed, method) {
		b.problem("must be "+allowed[0]+" or "+allowed[1], at...)
	}
	return method
}

// body is the JSON that a list is asked for with.
func (b *builder) body(node *yaml.Node, method string) []byte {
	if node.Kind == 0 {
		return nil
	}
	var value any
	if err := node.Decode(&value); err != nil {
		b.problem("cannot be written as JSON", "list", "json")
		return nil
	}
	body, err := json.Marshal(value)
	switch {
	case err != nil:
		b.problem("cannot be written as JSON", "list", "json")
	case method != http.MethodPost:
		b.problem("needs method: POST", "list", "json")
	}
	return body
}

func (b *builder) whole(node *yaml.Node) *whole {
	if node.Kind == 0 {
		return nil
	}
	if node.Kind == yaml.ScalarNode {
		var yes bool
		b.section.Decode(&yes, "list", "whole")
		if !yes {
			return nil
		}
		return &whole{}
	}
	var k wholeKeys
	b.section.Decode(&k, "list", "whole")
	if k.Wrap == "" && k.Item == "" {
		b.problem("must be true, or have one of wrap, item", "list", "whole")
	}
	return &whole{wrap: k.Wrap, item: b.expression(k.Item, "list", "whole", "item")}
}

// next checks that one of its six forms is given, with all that belongs to it.
func (b *builder) next(k nextKeys) next {
	key := func(name string) []string { return []string{"list", "next", name} }
	n := next{
		token: b.expression(k.Token, key("token")...), header: k.Header, query: k.Query,
		link: b.expression(k.Link, key("link")...), headerLink: k.HeaderLink,
		page: k.Page, offset: k.Offset, size: k.Size, more: b.expression(k.More, key("more")...),
	}
	forms := 0
	for _, given := range []bool{k.Token != "", k.Header != "", k.Link != "", k.HeaderLink, k.Page != "", k.Offset != ""} {
		if given {
			forms++
		}
	}
	byToken := k.Token != "" || k.Header != ""
	counted := k.Page != "" || k.Offset != ""
	switch {
	case forms != 1:
		b.problem("needs one of token, header, link, header_link, page, offset", "list", "next")
	case byToken != (k.Query != ""):
		b.problem("query belongs to token or header, and is needed there: the parameter that takes the token to the next page", "list", "next")
	case counted && k.Size <= 0 && k.More == "":
		b.problem("page and offset need size, the number of items of a full page, or more", "list", "next")
	case k.Offset != "" && k.Size <= 0:
		b.problem("offset needs size, the number of items of a full page", "list", "next")
	case !counted && (k.Size != 0 || k.More != ""):
		b.problem("size and more belong to page or offset", "list", "next")
	}
	return n
}

// listNeed adds up what is read of a page.
func (b *builder) listNeed(l *list) *document.Need {
	if l.items == nil {
		return nil
	}
	ofEach := addSingles(document.Nothing(), l.id, l.name)
	if l.whole != nil {
		ofEach = b.d.wholeNeed(ofEach, l.whole)
	}
	n := l.items.AddNeedOfEach(document.Nothing(), ofEach)
	return addNeeds(n, l.next.token, l.next.link, l.next.more)
}

// wholeNeed adds what is read of an item that stands for a status reply.
func (d *definition) wholeNeed(n *document.Need, w *whole) *document.Need {
	if w.item != nil {
		return w.item.AddNeed(n)
	}
	if w.wrap != "" {
		return nil // expressions begin below a key that the item does not have
	}
	return d.addStatusNeed(n)
}
