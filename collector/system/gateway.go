package system

import (
	"bytes"
	"slices"
	"strings"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// SaysUnknown reports whether the body of a 404 is an API's own word on a job: a
// JSON object with something in it, that is not known to be a gateway's. A
// gateway, a proxy or a web framework knows that nothing is served at a path,
// and nothing of jobs: it answers so when the url is wrong or a service is away.
func SaysUnknown(body []byte) bool {
	return len(decode.Object(body)) > 0 && !IsGateways(body)
}

// IsGateways reports whether the body of a 404 is a JSON object as gateways and
// their like write it. They have many shapes, but no words of their own: a
// status, a path, ids of the request, and a phrase for "nothing is here".
func IsGateways(body []byte) bool {
	if len(body) > longestGateways {
		return false
	}
	object := decode.Object(body)
	return len(object) > 0 && onlyPhrases(object, deepestGateways)
}

// Answers of gateways are short and flat. Others are not looked at: that could
// take as long as somebody likes.
const (
	longestGateways = 64 << 10
	deepestGateways = 5
)

// onlyPhrases reports whether an object holds nothing but what describes the
// request, and phrases.
func onlyPhrases(object map[string]json.RawMessage, depth int) bool {
	for key, value := range object {
		key = strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(key))
		switch {
		case describesRequest(key), isStatus(key) && isNumber(value):
		case !isStatus(key) && !holdsPhrase(key), !isPhrase(value, depth):
			return false
		}
	}
	return true
}

// isPhrase reports whether a value, or everything in it, says only that nothing
// is served at a path.
func isPhrase(value json.RawMessage, depth int) bool {
	if depth == 0 {
		return false
	}
	switch value = bytes.TrimSpace(value); value[0] {
	case '{':
		return onlyPhrases(decode.Object(value), depth-1)
	case '[':
		var elements []json.RawMessage
		_ = json.Unmarshal(value, &elements) // is an array
		return !slices.ContainsFunc(elements, func(element json.RawMessage) bool { return !isPhrase(element, depth-1) })
	case '"':
		var text string
		return json.Unmarshal(value, &text) == nil && isGatewayPhrase(text)
	default:
		return slices.Contains([]string{"null", "false", "true", "404", "410"}, string(value))
	}
}

// describesRequest reports whether a key's value says nothing but which request
// was answered, by whom, and when.
func describesRequest(key string) bool {
	switch key {
	case "timestamp", "time", "date", "path", "uri", "url", "instance", "method", "host", "server", "requestid", "correlationid", "traceid", "spanid",
		"trace", "exception", "links", "kind", "apiversion", "metadata", "paths", "version", "responseflags", "responsecodedetails", "rayid",
		"transactionid", "success", "ok":
		return true
	default:
		return false
	}
}

// holdsPhrase reports whether gateways put their phrases below a key. One that
// they do not use is a word of the API's own.
func holdsPhrase(key string) bool {
	switch key {
	case "message", "msg", "error", "errors", "errormsg", "errormessage", "errordescription", "detail", "details", "title", "description", "reason",
		"type", "fault", "faultstring", "statustext", "statusmessage", "embedded":
		return true
	default:
		return false
	}
}

// isStatus reports whether a key names a status or a code.
func isStatus(key string) bool {
	return strings.HasSuffix(key, "status") || strings.HasSuffix(key, "code")
}

func isNumber(value json.RawMessage) bool {
	var number decode.Number
	return number.UnmarshalJSON(value) == nil && number.Value != nil
}

// isGatewayPhrase reports whether a text is one of those by which Kong, AWS,
// Spring, FastAPI, Envoy, nginx, the back ends of Kubernetes and their like say
// that nothing is served at a path.
func isGatewayPhrase(text string) bool {
	text = strings.ToLower(strings.ReplaceAll(strings.Trim(text, " .!\t\r\n"), "_", " "))
	switch text {
	case "", "404", "not found", "notfound", "404 not found", "404 page not found", "page not found", "error", "failure", "fail", "failed", "fault",
		"resource not found", "resourcenotfound", "route not found", "404 route not found", "url not found", "path not found", "endpoint not found",
		"method not found", "service not found", "backend not found", "backend notfound", "application not found", "api not found", "not found error",
		"notfoundexception", "notfounderror", "http 404", "http 404 not found", "error 404", "404 error", "status report", "about:blank",
		"no message available", "missing authentication token", "unknown path", "unknown route", "unknown api", "no healthy upstream", "invalid url",
		"the requested resource was not found", "the requested resource is not available", "the requested resource could not be found",
		"the resource could not be found", "the server could not find the requested resource", "the requested endpoint does not exist",
		"no such endpoint", "no such route", "not available", "unavailable":
		return true
	}
	for _, part := range []string{
		"no route", "route matched", "no api found", "no static resource", "no handler found", "no endpoint ", "no mapping for", "no http resource was found",
		"no context-path matches", "no matching resource found in the api", "no matching route", "no backend", "unable to identify proxy",
		"is not defined by this api", "not matched to any defined", "the requested url", "requested url was not found", "default backend",
		"the page you", "service rules for", "could not resolve host", "cannot find service", "tools.ietf.org/html/rfc", "messaging.adaptors.http",
	} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return isRoutePhrase(text)
}

// isRoutePhrase reports whether a text is "Cannot GET /path", "Route GET:/path
// not found", "The route path could not be found" or the like.
func isRoutePhrase(text string) bool {
	for _, method := range []string{"get", "head"} {
		if strings.HasPrefix(text, "cannot "+method+" /") || strings.Contains(text, "route "+method) || text == method+" not found" {
			return true
		}
	}
	aboutPath := strings.HasPrefix(text, "route ") || strings.HasPrefix(text, "the route ") || strings.HasPrefix(text, "path ") ||
		strings.HasPrefix(text, "endpoint ") || strings.HasPrefix(text, "url ") || strings.HasPrefix(text, "/")
	return aboutPath && (strings.HasSuffix(text, "not found") || strings.HasSuffix(text, "not be found") || strings.HasSuffix(text, "not exist"))
}
