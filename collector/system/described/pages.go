package described

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/template"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// pageTurner goes from one page of a list to the next, in the way that the
// description says.
type pageTurner struct {
	next   *next
	target *config.Target
	first  upstream.Request
	// request is the page to read.
	request upstream.Request
	ended   bool

	number int
	// seen are the tokens and links so far: one that comes again leads in a circle.
	seen map[string]bool
}

func newPageTurner(l *list, target *config.Target, first upstream.Request) *pageTurner {
	return &pageTurner{next: &l.next, target: target, first: first, request: first, number: 1, seen: map[string]bool{}}
}

func firstSet(expressions ...*expression.Expression) *expression.Expression {
	for _, e := range expressions {
		if e != nil {
			return e
		}
	}
	return nil
}

// nextKey is the key of the expression that is asked for the next page.
func nextKey(n *next) string {
	switch {
	case n.token != nil:
		return "list.next.token"
	case n.link != nil:
		return "list.next.link"
	default:
		return "list.next.more"
	}
}

// turn goes to the next page after one that was read. A page that brought no job
// that was not known yet is the last, whatever it says, but for a link that leads
// elsewhere: that is never in order.
func (t *pageTurner) turn(read page, news bool) error {
	t.number++
	if err := t.toNext(read); err != nil {
		return err
	}
	t.ended = t.ended || !news
	return nil
}

func (t *pageTurner) toNext(read page) error {
	n := t.next
	switch {
	case n.token != nil:
		t.byParameter(n.query, textOf(read.next))
	case n.header != "":
		t.byParameter(n.query, strings.Join(read.header(n.header), ""))
	case n.link != nil:
		return t.byLink(textOf(read.next))
	case n.headerLink:
		return t.byLink(nextLink(read.header("Link")))
	case n.page != "":
		t.counted(n.page, t.number, read)
	case n.offset != "":
		t.counted(n.offset, (t.number-1)*n.size, read)
	default:
		t.ended = true
	}
	return nil
}

// byParameter asks for the same again with a token.
func (t *pageTurner) byParameter(name, token string) {
	if token == "" || t.seen[token] {
		t.ended = true
		return
	}
	t.seen[token] = true
	t.with(name, token)
}

func (t *pageTurner) with(name, value string) {
	query := maps.Clone(t.first.Query)
	if query == nil {
		query = url.Values{}
	}
	query[name] = []string{value}
	t.request = t.first
	t.request.Query = query
}

// counted asks for the page of a number, as long as pages are full. What a reply
// says of more wins over its length.
func (t *pageTurner) counted(name string, number int, read page) {
	more := read.items >= t.next.size
	if t.next.more != nil {
		more = truthy(read.next)
	}
	if !more {
		t.ended = true
		return
	}
	t.with(name, strconv.Itoa(number))
}

var errElsewhere = errors.New("the link to the next page leads elsewhere than below the target's url, where its credentials do not go")

// byLink follows a link, to the same origin and below the same path only.
func (t *pageTurner) byLink(link string) error {
	if link == "" || t.seen[link] {
		t.ended = true
		return nil
	}
	t.seen[link] = true
	path, query, ok := below(t.target.URL, t.request.Path, link)
	if !ok {
		return &upstream.Failure{Reason: job.ReasonRedirect, Message: t.first.Name() + ": " + errElsewhere.Error()}
	}
	t.request = t.first
	t.request.Path, t.request.Query, t.request.RawQuery = path, nil, query
	return nil
}

// below is the path below a base URL that a link on the page at a path leads to,
// and its query; false where it leads elsewhere.
func below(base *url.URL, from, link string) (path, query string, ok bool) {
	if strings.ContainsAny(link, "\\\t\r\n") {
		return "", "", false
	}
	here, err := url.Parse(strings.TrimSuffix(base.String(), "/") + from)
	if err != nil {
		return "", "", false
	}
	there, err := here.Parse(link)
	if err != nil || !strings.EqualFold(there.Scheme, base.Scheme) || hostOf(there) != hostOf(base) || there.User != nil || there.Opaque != "" {
		return "", "", false
	}
	path, inside := strings.CutPrefix(there.EscapedPath(), strings.TrimSuffix(base.EscapedPath(), "/"))
	if !inside || !strings.HasPrefix(path, "/") {
		return "", "", false
	}
	if segments := strings.TrimSuffix(path[1:], "/"); segments != "" && template.Problem(segments) != "" {
		return "", "", false
	}
	return path, there.RawQuery, true
}

// hostOf is the host with its port, spelled out.
func hostOf(location *url.URL) string {
	port := location.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(location.Scheme)]
	}
	return strings.ToLower(location.Hostname()) + ":" + port
}

// nextLink is the target of the link that a Link header calls next (RFC 8288).
func nextLink(headers []string) string {
	for rest := strings.Join(headers, ","); ; {
		_, after, found := strings.Cut(rest, "<")
		if !found {
			return ""
		}
		link, parameters, found := strings.Cut(after, ">")
		if !found {
			return ""
		}
		parameters, rest = cutUnquoted(parameters, ',')
		for parameters != "" {
			var parameter string
			parameter, parameters = cutUnquoted(parameters, ';')
			name, value, _ := strings.Cut(parameter, "=")
			words := strings.Fields(strings.Trim(strings.TrimSpace(value), `"`))
			if strings.EqualFold(strings.TrimSpace(name), "rel") && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, "next") }) {
				return link
			}
		}
	}
}

// cutUnquoted cuts a text at the first separator that is not within quotation marks.
func cutUnquoted(text string, separator rune) (before, after string) {
	quoted := false
	for i, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case r == separator && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
