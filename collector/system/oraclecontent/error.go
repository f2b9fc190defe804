package oraclecontent

import (
	"maps"
	"slices"

	json "github.com/go-json-experiment/json/v1"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/decode"
)

// errorReply is where a status says why a job failed.
type errorReply struct {
	Error            json.RawMessage `json:"error"`
	ErrorDescription decode.Message  `json:"errorDescription"`
	Message          decode.Message  `json:"message"`
	Summary          json.RawMessage `json:"summary"`
}

// problem is one error of these APIs. Its details are further ones, or one.
type problem struct {
	ErrorCode    decode.Text     `json:"o:errorCode"`
	Status       decode.Text     `json:"status"`
	Detail       decode.Message  `json:"detail"`
	Title        decode.Message  `json:"title"`
	ErrorMessage decode.Message  `json:"errorMessage"`
	Message      decode.Message  `json:"message"`
	Details      json.RawMessage `json:"o:errorDetails"`
	Errors       json.RawMessage `json:"errors"`
	Error        json.RawMessage `json:"error"`
}

// deepestProblem is how many errors within one another are looked at.
const deepestProblem = 8

// jobError is the error's own code and text, else those of its details: a
// status such as 400, and its title, are only what is left.
func (r *errorReply) jobError() job.Error {
	found := problemIn(r.Error, deepestProblem)
	summary := problemIn(r.Summary, deepestProblem)
	return job.Error{
		ID:      first(found.ErrorCode, summary.ErrorCode, found.Status),
		Message: first(found.Detail, found.Title, r.ErrorDescription, r.Message, summary.Detail, summary.Title),
	}
}

// problemIn is what a value says of an error: a text, an object, or the first
// of several that says anything. Detail is its text, Title what its status is
// called where there is no other.
func problemIn(value json.RawMessage, depth int) problem {
	if text, isText := decode.ErrorText(value); isText && text != "" {
		return problem{Detail: decode.Message(text)}
	}
	if depth == 0 || !decode.Truthy(value) {
		return problem{}
	}
	var several []json.RawMessage
	if json.Unmarshal(value, &several) == nil {
		for _, one := range several[:min(len(several), mostProblems)] {
			if found := problemIn(one, depth-1); found.ErrorCode != "" || found.Detail != "" || found.Title != "" {
				return found
			}
		}
		return problem{}
	}
	var own problem
	if decode.JSON(value, &own) != nil {
		return problem{}
	}
	own.Detail = decode.Message(first(own.Detail, own.ErrorMessage, own.Message))
	for _, below := range []json.RawMessage{own.Details, own.Errors, own.Error} {
		nested := problemIn(below, depth-1)
		own.ErrorCode = decode.Text(first(own.ErrorCode, nested.ErrorCode))
		own.Detail = decode.Message(first(own.Detail, nested.Detail, nested.Title))
	}
	return own
}

// mostProblems is how many errors of a list are looked at.
const mostProblems = 10

// operationReply is what became of the items that a bulk operation was for.
type operationReply struct {
	FailedItems []json.RawMessage `json:"failedItems"`
}

// failedItem is the error of the first item that failed, of the operations in
// the order of their names.
func failedItem(operations map[string]operationReply) (failed bool, found job.Error) {
	for _, name := range slices.Sorted(maps.Keys(operations)) {
		if items := operations[name].FailedItems; len(items) > 0 {
			item := problemIn(items[0], deepestProblem)
			return true, job.Error{ID: string(item.ErrorCode), Message: first(item.Detail, item.Title)}
		}
	}
	return false, job.Error{}
}

// first is the first text that is not empty.
func first[T ~string](texts ...T) string {
	for _, text := range texts {
		if text != "" {
			return string(text)
		}
	}
	return ""
}
