package systems

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/document"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system/described/expression"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// jobItems compiles the key "items" of "job_urls": an expression within the same
// bounds as those of described systems.
func jobItems(source string) (config.Transform, error) {
	program := &expression.Program{}
	compiled, err := program.Compile(source)
	if err != nil {
		return nil, err
	}
	need := compiled.AddNeed(document.Nothing())
	return func(ctx context.Context, body []byte) ([]byte, error) {
		reply, err := document.Decode(body, need)
		if err != nil {
			return nil, fmt.Errorf("reading the answer: %w", err)
		}
		run := program.Run(ctx, nil)
		found, err := run.Value(compiled, reply)
		if err := errors.Join(err, run.End()); err != nil {
			return nil, err
		}
		return listText(found)
	}, nil
}

// listText is a list as the text of a job file: what is text already, such as the
// content of a ConfigMap, is one.
func listText(found any) ([]byte, error) {
	switch found := found.(type) {
	case nil:
		return nil, errors.New("gives nothing")
	case string:
		return []byte(found), nil
	default:
		return json.Marshal(found)
	}
}
