package described

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// logIn makes requests carry what the description says: a token that basic_auth
// is exchanged for, or a header made of it. Other credentials go as they are.
func (r *reader) logIn(target *config.Target) {
	if target.HTTP.BasicAuth == nil {
		return
	}
	switch {
	case r.d.credential != nil:
		credential := r.d.credential
		r.upstream.UseCredential(func(username, password string) http.Header {
			value := credential.value.Text(map[string]string{"username": username, "password": password})
			return http.Header{http.CanonicalHeaderKey(credential.header): {value}}
		})
	case r.d.login != nil:
		r.upstream.UseLogin(upstream.Login{
			Name:   r.d.name + " " + r.d.digest,
			LogIn:  r.askForToken,
			Header: r.d.login.carry,
			Logout: r.d.login.goodbye(),
		})
	}
}

// carry is how requests carry a token.
func (l *login) carry(token upstream.Token) http.Header {
	if l.send.Cookie != "" {
		return http.Header{"Cookie": {l.send.Cookie + "=" + token.Value}}
	}
	return http.Header{http.CanonicalHeaderKey(l.send.Header): {l.send.Prefix + token.Value}}
}

// goodbye makes the request that ends a session; nil where the description names none.
func (l *login) goodbye() func(upstream.Token) upstream.Request {
	if l.logout == nil {
		return nil
	}
	return func(token upstream.Token) upstream.Request {
		request := upstream.Request{Method: l.logout.Method, Path: l.logout.Path, Base: l.base()}
		if l.logout.Location {
			request.Path = token.Detail // empty: the login did not say where its session is
		}
		return request
	}
}

// base is the login's own URL; nil: the target's.
func (l *login) base() *url.URL {
	if l.url == "" {
		return nil
	}
	base, err := url.Parse(strings.TrimSuffix(l.url, "/"))
	if err != nil {
		return nil // was checked when the description was read
	}
	return base
}

// errNoToken is the answer to a login that brought nothing to go on with.
var errNoToken = errors.New("the answer holds no token (login.token)")

// askForToken sends the login that the description says.
func (r *reader) askForToken(ctx context.Context, asking *upstream.Asking) (upstream.Token, error) {
	l := r.d.login
	request, err := l.request(r.values, asking)
	if err != nil {
		return upstream.Token{}, err
	}
	send := asking.SendBare
	if l.basic {
		send = asking.Send
	}
	var got upstream.Token
	err = send(ctx, request, func(answer upstream.Reply) error {
		got, err = r.tokenOf(ctx, request, answer)
		return err
	})
	return got, err
}

// request is the login with the credentials in its body, where they go there.
func (l *login) request(params map[string]string, asking *upstream.Asking) (upstream.Request, error) {
	credentials := map[string]string{"username": asking.Username, "password": asking.Password}
	request := upstream.Request{Method: l.method, Path: l.path, Base: l.base(), Query: l.query.Values(params), Header: l.header.Clone()}
	switch {
	case l.json != nil:
		var body bytes.Buffer
		encoder := json.NewEncoder(&body)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(l.json.value(credentials)); err != nil {
			return request, errors.New("the login's body cannot be written as JSON")
		}
		request.Body = bytes.TrimSuffix(body.Bytes(), []byte("\n"))
		request.Header.Set("Content-Type", "application/json")
	case l.form != nil:
		form := url.Values{}
		for name, value := range l.form {
			form.Set(name, value.Text(credentials))
		}
		request.Body = []byte(form.Encode())
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return request, nil
}

// tokenOf finds the token in an answer. Nothing else of it is kept but where the
// session is.
func (r *reader) tokenOf(ctx context.Context, request upstream.Request, answer upstream.Reply) (upstream.Token, error) {
	l := r.d.login
	got := upstream.Token{Value: answer.Header.Get(l.token.header), Detail: r.sessionPath(answer.Header.Get("Location"))}
	if l.token.lifetime > 0 {
		got.Ends = r.now().Add(l.token.lifetime)
	}
	if l.asksBody() {
		if err := r.readToken(ctx, request.Name(), answer.Body, &got); err != nil {
			return upstream.Token{}, err
		}
	}
	if got.Value == "" || l.send.Cookie != "" && strings.ContainsAny(got.Value, `;,"\`) {
		return upstream.Token{}, upstream.DecodeFailure(request.Name(), errNoToken)
	}
	return got, nil
}

// asksBody reports whether anything is read of the answer's body.
func (l *login) asksBody() bool {
	return l.token.json != nil || l.token.seconds != nil || l.token.minutes != nil || l.token.ends != nil
}

func (r *reader) readToken(ctx context.Context, name string, body []byte, got *upstream.Token) error {
	t := &r.d.login.token
	leave, failure := r.gate.enter(ctx, name, body)
	if failure != nil {
		return failure
	}
	defer leave()
	reply, err := document.Decode(body, addNeeds(document.Nothing(), t.json, t.seconds, t.minutes, t.ends))
	if err != nil {
		return upstream.DecodeFailure(name, err)
	}
	e := &evaluation{run: r.d.program.Run(ctx, r.parameters)} // without a line for anybody to see
	if t.json != nil {
		got.Value = textOf(e.value("login.token.json", t.json, reply))
	}
	switch {
	case t.seconds != nil:
		got.Ends = r.after(numberOf(e.value("login.token.seconds", t.seconds, reply)), time.Second)
	case t.minutes != nil:
		got.Ends = r.after(numberOf(e.value("login.token.minutes", t.minutes, reply)), time.Minute)
	case t.ends != nil:
		got.Ends = timeOf(e.value("login.token.ends", t.ends, reply))
	}
	if err := e.run.End(); err != nil {
		return upstream.DecodeFailure(name, err)
	}
	return nil
}

// longestLife is a life of a token beyond which an answer is taken for nonsense.
const longestLife = 10 * 365 * 24 * time.Hour

// after is a time so many units from now; zero where the number is no life of a token.
func (r *reader) after(number *float64, unit time.Duration) time.Time {
	if number == nil || *number <= 0 || *number > float64(longestLife/unit) {
		return time.Time{}
	}
	return r.now().Add(time.Duration(*number * float64(unit)))
}

// sessionPath is the path of a session that a login's Location names, where that
// is on the login's own origin and below its base path; else empty.
func (r *reader) sessionPath(location string) string {
	l := r.d.login
	if l.logout == nil || !l.logout.Location || location == "" {
		return ""
	}
	base := l.base()
	if base == nil {
		base = r.target.URL
	}
	path, query, ok := below(base, l.path, location)
	if !ok || query != "" {
		return ""
	}
	return path
}
