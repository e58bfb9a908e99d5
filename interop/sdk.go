package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/opik-go/sdk/opik"
)

// closing is how long the last flush may take.
const closing = 30 * time.Second

// sdk is this SDK as a client.
type sdk struct {
	client *opik.Client
	// acts has the functions for "write", "continue" and "read" of each case.
	acts map[string]act
}

// An act does a request: it decodes the document and keys, and returns what is
// answered.
type act func(ctx context.Context, r request) (any, error)

func newSDK(url string) (*sdk, error) {
	client, err := opik.New(opik.WithURL(url), opik.WithProject("interop"))
	if err != nil {
		return nil, err
	}
	s := &sdk{client: client, acts: map[string]act{}}
	for _, add := range []func(map[string]act, *opik.Client){
		addTraces, addSpans, addScores, addThreads, addSearch, addDistributed,
		addDatasets, addExperiments, addPrompts, addAttachments,
	} {
		add(s.acts, client)
	}
	return s, nil
}

func (s *sdk) name() string { return "go" }

func (s *sdk) call(ctx context.Context, r request) (json.RawMessage, error) {
	do, ok := s.acts[r.Do+" "+r.Case]
	if !ok {
		return nil, &unsupportedError{"there is no way to " + r.Do + " " + r.Case}
	}
	result, err := do(ctx, r)
	if err != nil {
		return nil, err
	}
	if _, err := s.client.Flush(ctx); err != nil {
		return nil, err
	}
	return json.Marshal(result)
}

func (s *sdk) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	_, err := s.client.Close(ctx)
	return err
}

// doing makes an act of a function of the document and the keys.
func doing[Data, Keys, Result any](do func(ctx context.Context, data Data, keys Keys) (Result, error)) act {
	return func(ctx context.Context, r request) (any, error) {
		var data Data
		err := json.Unmarshal(r.Data, &data)
		var keys Keys
		if len(r.Keys) > 0 {
			err = errors.Join(err, json.Unmarshal(r.Keys, &keys))
		}
		if err != nil {
			return nil, err
		}
		return do(ctx, data, keys)
	}
}

// none stands for keys that there are not.
type none struct{}
