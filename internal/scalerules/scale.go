package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// shortest is the least duration that Prometheus can tell from none.
const shortest = model.Duration(time.Millisecond)

// scaleFile multiplies all durations of a file of rules. Comments and order stay.
func scaleFile(text []byte, factor float64) ([]byte, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, errors.New("it is empty")
	}
	groups := value(document.Content[0], "groups")
	if groups == nil {
		return nil, errors.New("it has no groups")
	}
	for _, group := range groups.Content {
		if err := scaleGroup(group, factor); err != nil {
			return nil, err
		}
	}
	return yaml.Marshal(&document)
}

func scaleGroup(group *yaml.Node, factor float64) error {
	if err := scaleValue(group, "interval", factor, scaleDuration); err != nil {
		return err
	}
	rules := value(group, "rules")
	if rules == nil {
		return nil
	}
	for _, rule := range rules.Content {
		err := errors.Join(
			scaleValue(rule, "expr", factor, scaleExpression),
			scaleValue(rule, "for", factor, scaleDuration),
			scaleValue(rule, "keep_firing_for", factor, scaleDuration),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

// scaleValue scales the value of one key, where the mapping has it.
func scaleValue(mapping *yaml.Node, key string, factor float64, scale func(string, float64) (string, error)) error {
	found := value(mapping, key)
	if found == nil {
		return nil
	}
	scaled, err := scale(found.Value, factor)
	if err != nil {
		return fmt.Errorf("line %d, %s: %w", found.Line, key, err)
	}
	found.Value = scaled
	return nil
}

// value is the value of a mapping's key; nil where it has none.
func value(mapping *yaml.Node, key string) *yaml.Node {
	if mapping.Kind != yaml.MappingNode {
		return nil
	}
	for index := 0; index+1 < len(mapping.Content); index += 2 {
		if mapping.Content[index].Value == key {
			return mapping.Content[index+1]
		}
	}
	return nil
}

// scaleExpression multiplies each duration of a PromQL expression, and the
// seconds of "time() - 1800". What looks like one inside a string, a comment, a
// name or another number is none.
func scaleExpression(expression string, factor float64) (string, error) {
	// The first alternative that matches at a place wins.
	tokens := regexp.MustCompile(`"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|` + "`[^`]*`" +
		`|#[^\n]*|time\(\) - (?P<seconds>[0-9]+)\b|[A-Za-z_][A-Za-z0-9_]*|(?P<duration>(?:[0-9]+(?:ms|[smhdwy]))+)|[0-9][A-Za-z0-9_.]*`)
	duration, seconds := tokens.SubexpIndex("duration"), tokens.SubexpIndex("seconds")
	var failed error
	scaled := tokens.ReplaceAllStringFunc(expression, func(token string) string {
		found := tokens.FindStringSubmatch(token)
		scaled, err := token, error(nil)
		switch {
		case found[duration] != "":
			scaled, err = scaleDuration(token, factor)
		case found[seconds] != "":
			scaled, err = scaleSeconds(token, found[seconds], factor)
		}
		failed = errors.Join(failed, err)
		return scaled
	})
	return scaled, failed
}

// scaleSeconds multiplies the plain number at the end of a token.
func scaleSeconds(token, number string, factor float64) (string, error) {
	seconds, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(token, number) + strconv.FormatFloat(seconds*factor, 'f', -1, 64), nil
}

// scaleDuration multiplies a duration. None stays none, and what would become
// less than Prometheus knows becomes the shortest that it knows.
func scaleDuration(text string, factor float64) (string, error) {
	duration, err := model.ParseDuration(text)
	if err != nil {
		return "", err
	}
	scaled := model.Duration(time.Duration(float64(duration) * factor).Round(time.Millisecond))
	if scaled == duration {
		return text, nil
	}
	return max(scaled, shortest).String(), nil
}
