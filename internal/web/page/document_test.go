package page

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// element is one element of a page, as a browser's parser would make it of
// markup as tidy as ours.
type element struct {
	name       string
	attributes map[string]string
	// children are *element and string, in their order.
	children []any
}

// parsePage reads a whole page; what is not tidy fails the test.
func parsePage(t *testing.T, page string) *element {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &element{}
	open := []*element{root}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && len(open) == 1 {
			return root
		}
		if err != nil {
			t.Fatalf("the page cannot be parsed: %v", err)
		}
		parent := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			parent.children = append(parent.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			parent.children = append(parent.children, string(token))
		}
	}
}

// text is all text within, its white space made single blanks.
func (e *element) text() string { return strings.Join(strings.Fields(e.rawText()), " ") }

func (e *element) rawText() string {
	var text strings.Builder
	for _, child := range e.children {
		switch child := child.(type) {
		case string:
			text.WriteString(child)
		case *element:
			text.WriteString(child.rawText())
		}
	}
	return text.String()
}

// all are the elements of a name within, or with "." before it of a class.
func (e *element) all(selector string) []*element {
	var found []*element
	for _, child := range e.children {
		if child, ok := child.(*element); ok {
			class, byClass := strings.CutPrefix(selector, ".")
			if !byClass && child.name == selector || byClass && slices.Contains(strings.Fields(child.attributes["class"]), class) {
				found = append(found, child)
			}
			found = append(found, child.all(selector)...)
		}
	}
	return found
}

// one is the only element of a name or class.
func (e *element) one(t *testing.T, selector string) *element {
	t.Helper()
	found := e.all(selector)
	if len(found) != 1 {
		t.Fatalf("there are %d %s", len(found), selector)
	}
	return found[0]
}

// texts are the texts of all elements of a name or class.
func (e *element) texts(selector string) []string {
	var texts []string
	for _, found := range e.all(selector) {
		texts = append(texts, found.text())
	}
	return texts
}

// jobRows are the rows of the table of jobs without its head.
func (e *element) jobRows() []*element {
	var rows []*element
	for _, table := range e.all(".jobs") {
		for _, body := range table.all("tbody") {
			rows = append(rows, body.all("tr")...)
		}
	}
	return rows
}

// jobNames are the names of the jobs that the page shows, in its order.
func (e *element) jobNames() []string {
	var names []string
	for _, row := range e.jobRows() {
		names = append(names, row.all(".job")[0].all(".name")[0].text())
	}
	return names
}

// cells are the texts of a row's cells by the headings of their columns.
func (e *element) cells(row *element) map[string]string {
	headings := e.texts("th")
	cells := map[string]string{}
	for i, text := range row.texts("td") {
		cells[headings[i]] = text
	}
	return cells
}
