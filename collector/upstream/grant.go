package upstream

import (
	"encoding/json"
	"errors"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// tokenLife is the life of a token of which nobody says a sensible one.
	tokenLife = time.Hour
	// maxTokenLife is a life beyond which expires_in is taken for nonsense.
	maxTokenLife = 10 * 365 * 24 * time.Hour
)

// ReadGrant reads the answer to a request for a token, RFC 6749 section 5.1,
// whatever it is labelled: JSON, or, where it is none, a form, which early servers
// send. expires_in counts as a number, with a fraction, or as text, from when the
// request was sent.
func ReadGrant(body []byte, sent time.Time) (Token, error) {
	fields := grantFields(body)
	token := Token{Value: fields["access_token"], Ends: sent.Add(tokenLife)}
	if token.Value == "" {
		return Token{}, errNoToken
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(fields["expires_in"]), 64)
	if err == nil && seconds > 0 && seconds < maxTokenLife.Seconds() && !math.IsNaN(seconds) {
		token.Ends = sent.Add(time.Duration(seconds * float64(time.Second)))
	}
	return token, nil
}

// grantFields are the fields of an answer that are text or numbers.
func grantFields(body []byte) map[string]string {
	fields := map[string]string{}
	text := strings.TrimSpace(strings.TrimPrefix(string(body), "\uFEFF"))
	if strings.HasPrefix(text, "{") {
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &object) != nil {
			return nil
		}
		for name, value := range object {
			fields[name] = scalarText(value)
		}
		return fields
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return nil
	}
	for name := range form {
		fields[name] = form.Get(name)
	}
	return fields
}

func scalarText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(value, &number) == nil {
		return number.String()
	}
	return ""
}

// grantError is the error code of a refused request for a token, RFC 6749 section
// 5.2; empty where it is none of these. Nothing else of the answer can be shown.
func grantError(body []byte) string {
	codes := []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
	}
	if code := grantFields(body)["error"]; slices.Contains(codes, code) {
		return code
	}
	return ""
}

var errNoToken = errors.New("the answer holds no token")
