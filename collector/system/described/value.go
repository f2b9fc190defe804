package described

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// textOf is a value as text; empty where it is none: whole objects and lists
// could hold anything, and nobody asked for that.
func textOf(value any) string {
	switch value := value.(type) {
	case string:
		return strings.TrimSpace(value)
	case json.Number:
		return value.String()
	case int:
		return strconv.Itoa(value)
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return ""
		}
		return strconv.FormatFloat(value, 'f', -1, 64)
	case *big.Int:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	default:
		return ""
	}
}

// timeOf is a value as a time; a zero time where it is none. It may come with
// the name of its zone, in an object.
func timeOf(value any) time.Time {
	if object, ok := value.(map[string]any); ok {
		return decode.ParseTime(textOf(object["value"]), textOf(object["timezone"]))
	}
	if _, isTruth := value.(bool); isTruth {
		return time.Time{}
	}
	return decode.ParseTime(textOf(value), "")
}

// numberOf is a value as a number; nil where it is none. Numbers in quotes are numbers.
func numberOf(value any) *float64 {
	if _, isTruth := value.(bool); isTruth {
		return nil
	}
	return decode.ParseNumber(textOf(value))
}

// truthy reports whether a value counts as "there is more".
func truthy(value any) bool {
	switch textOf(value) {
	case "false", "0":
		return false
	case "":
		_, isObject := value.(map[string]any)
		return isObject
	default:
		return true
	}
}
