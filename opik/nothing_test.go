package opik_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/opik-go/sdk/opik"
)

// callAll calls all methods of v with zero values, but for the context, and goes
// through the first step of the iterators that they return. A panic fails the test.
func callAll(t *testing.T, ctx context.Context, v any) {
	t.Helper()
	value := reflect.ValueOf(v)
	for i := range value.NumMethod() {
		method, name := value.Method(i), fmt.Sprintf("%T.%s", v, value.Type().Method(i).Name)
		var args []reflect.Value
		for j := range method.Type().NumIn() {
			switch in := method.Type().In(j); {
			case in == reflect.TypeFor[context.Context]() && ctx != nil:
				args = append(args, reflect.ValueOf(ctx))
			case !method.Type().IsVariadic() || j < method.Type().NumIn()-1:
				args = append(args, reflect.Zero(in))
			}
		}
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%s: %v", name, p)
				}
			}()
			for _, out := range method.Call(args) {
				if out.Kind() == reflect.Func && !out.IsNil() && out.Type().NumIn() == 1 && out.Type().In(0).Kind() == reflect.Func {
					stop := func([]reflect.Value) []reflect.Value { return []reflect.Value{reflect.ValueOf(false)} }
					out.Call([]reflect.Value{reflect.MakeFunc(out.Type().In(0), stop)})
				}
			}
		}()
	}
}

// TestNothingPanics calls whatever can be called on what is nil or zero, and without
// a context.
func TestNothingPanics(t *testing.T) {
	var noContext context.Context
	for _, v := range []any{
		(*opik.Client)(nil), (*opik.Trace)(nil), &opik.Trace{}, (*opik.Span)(nil), &opik.Span{},
		(*opik.Dataset)(nil), &opik.Dataset{}, (*opik.DatasetVersion)(nil), &opik.DatasetVersion{},
		(*opik.TestSuite)(nil), &opik.TestSuite{}, (*opik.Experiment)(nil), &opik.Experiment{},
		(*opik.Optimization)(nil), &opik.Optimization{}, (*opik.Prompt)(nil), &opik.Prompt{},
		(*opik.ChatPrompt)(nil), &opik.ChatPrompt{}, (*opik.AgentConfig)(nil), &opik.AgentConfig{},
		(*opik.TracesAnnotationQueue)(nil), &opik.TracesAnnotationQueue{},
		(*opik.ThreadsAnnotationQueue)(nil), &opik.ThreadsAnnotationQueue{},
		opik.DatasetItem{}, opik.TestSuiteItem{}, opik.ChatMessage{}, opik.TraceFilter(""),
	} {
		callAll(t, t.Context(), v)
		callAll(t, noContext, v)
	}

	c, _ := served(t, 1)
	ds, err := c.CreateDataset(t.Context(), "ds", opik.CreateDatasetParams{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ds.Insert(t.Context(), question(1)); err != nil {
		t.Fatal(err)
	}
	version, err := ds.CurrentVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	suite, err := c.CreateTestSuite(t.Context(), "suite", opik.CreateTestSuiteParams{})
	if err != nil {
		t.Fatal(err)
	}
	prompt, err := c.CreatePrompt(t.Context(), "p", "{{x}}", opik.CreatePromptParams{})
	if err != nil {
		t.Fatal(err)
	}
	chat, err := c.CreateChatPrompt(t.Context(), "c", nil, opik.CreatePromptParams{})
	if err != nil {
		t.Fatal(err)
	}
	experiment, err := c.CreateExperiment(t.Context(), "ds", opik.CreateExperimentParams{})
	if err != nil {
		t.Fatal(err)
	}
	queue, err := c.CreateTracesAnnotationQueue(t.Context(), "q", opik.CreateAnnotationQueueParams{})
	if err != nil {
		t.Fatal(err)
	}
	config, err := c.CreateConfig(t.Context(), object{"model": "m"}, opik.CreateConfigParams{})
	if err != nil {
		t.Fatal(err)
	}
	_, trace := c.StartTrace(t.Context(), "t")
	_, span := trace.StartSpan(t.Context(), "s")
	for _, v := range []any{ds, version, suite, prompt, chat, experiment, queue, config, span, trace, c} {
		callAll(t, noContext, v)
	}
}
