package template

import "net/url"

// Query is the names and values of a query; a name may have several values.
type Query map[string][]Template

// Values fills in values.
func (q Query) Values(values map[string]string) url.Values {
	if len(q) == 0 {
		return nil
	}
	filled := make(url.Values, len(q))
	for name, templates := range q {
		for _, t := range templates {
			filled[name] = append(filled[name], t.Text(values))
		}
	}
	return filled
}

// Names are the names that are filled in.
func (q Query) Names() []string {
	var names []string
	for _, templates := range q {
		for _, t := range templates {
			names = append(names, t.Names()...)
		}
	}
	return names
}
