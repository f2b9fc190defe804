package oraclecontent

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// CheckTarget refuses what Oracle Content Management has not.
func (o System) CheckTarget(target *config.Target) error {
	return errors.Join(system.NoDiscovery(o, target), system.NoPath(target, "/content/", "/documents/", "/site/"))
}

// CheckJob wants an id and either a content type or a path, which decides the kind.
func (System) CheckJob(asked *config.Job) error {
	kind := kindTypeUpdate
	if asked.Path != "" {
		kind = kindOperation
	}
	var err error
	if asked.Kind == "" {
		asked.Kind = kind
	} else if asked.Kind != kind {
		err = fmt.Errorf("kind: %q: must be %s, or left out: a job with path is an operation, one with type a type_update", asked.Kind, kind)
	}
	return errors.Join(system.OpaqueID(asked), err, typeOrPath(asked))
}

func typeOrPath(asked *config.Job) error {
	switch {
	case asked.Type != "" && asked.Path != "":
		return errors.New("path: not together with type, a job has one of them")
	case asked.Path != "":
		return statusPath(asked.Path)
	case asked.Type == "":
		return errors.New("type: is missing, a job has the type that is updated, or the path of its status")
	case len(asked.Type) > 256 || strings.Trim(asked.Type, ".") == "" || strings.ContainsFunc(asked.Type, system.IsControlOrSlash):
		return errors.New("type: must be the name of a content type, without slashes and control characters")
	default:
		return nil
	}
}

// statusPath checks the path of a status resource, which may have a query:
// some replies have only the fields that it names. Requests for it carry our
// token, so it must stay within the APIs of the instance.
func statusPath(whole string) error {
	path, query, hasQuery := strings.Cut(whole, "?")
	for segment := range strings.SplitSeq(path, "/") {
		if strings.Trim(segment, ".") == "" && segment != "" {
			return errors.New("path: must not hold . or .. segments")
		}
	}
	allowed := regexp.MustCompile(`^/[a-z]+(/[a-z]+)?/api(/[A-Za-z0-9_.:~@=+-]+)+$`)
	if len(whole) > 1024 || !allowed.MatchString(path) {
		return errors.New("path: must be the path of a status resource, such as /content/management/api/v1.1/bulkItemsOperations/9F2, " +
			"without host, escapes and empty segments")
	}
	const parameter = `[A-Za-z0-9_.-]+=(?:[A-Za-z0-9_.:~@=+,/*!()'-]|%[0-9A-Fa-f]{2})*`
	allowedQuery := regexp.MustCompile(`^` + parameter + `(?:&` + parameter + `)*$`)
	if hasQuery && !allowedQuery.MatchString(query) {
		return errors.New("path: its query must be parameters such as ?fields=id,progress, without a fragment")
	}
	if _, _, err := splitPath(whole); err != nil {
		return fmt.Errorf("path: %w", err)
	}
	return nil
}

// splitPath takes a path and its query apart.
func splitPath(whole string) (path string, query url.Values, err error) {
	path, parameters, _ := strings.Cut(whole, "?")
	if query, err = url.ParseQuery(parameters); err != nil {
		return "", nil, errors.New("its query cannot be understood")
	}
	return path, query, nil
}
