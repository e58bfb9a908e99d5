package opik_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// server stands for the Opik server of the examples.
func server() (*opiktest.Server, *opik.Client) {
	srv, err := opiktest.Start("127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	client, err := opik.New(opik.WithURL(srv.URL), opik.WithProject("examples"))
	if err != nil {
		panic(err)
	}
	return srv, client
}

// show prints what the server holds.
func show(srv *opiktest.Server) {
	for _, tree := range srv.TraceTrees() {
		fmt.Print(tree)
	}
}

func Example() {
	srv, client := server()
	defer srv.Close()

	ctx, trace := client.StartTrace(context.Background(), "answer", opik.WithInput("What is Go?"))
	_, span := opik.StartSpan(ctx, "ask the model",
		opik.WithSpanType(opik.SpanTypeLLM), opik.WithModel("gpt-4o"), opik.WithProvider("openai"))
	span.SetOutput("A language.")
	span.SetUsage(opik.Usage{PromptTokens: 12, CompletionTokens: 3})
	span.End()
	trace.SetOutput("A language.")
	trace.Score("helpful", 0.8, opik.WithReason("short"))
	trace.End()

	receipt, err := client.Close(context.Background())
	fmt.Println(receipt.Total().Delivered, "records delivered, error:", err)
	show(srv)
	// Output:
	// 3 records delivered, error: <nil>
	// trace "answer" project="examples"
	//   input: "What is Go?"
	//   output: "A language."
	//   score "helpful" = 0.8 reason="short"
	//   span "ask the model" type=llm model="gpt-4o" provider="openai"
	//     output: "A language."
	//     usage: completion_tokens=3 prompt_tokens=12 total_tokens=15
}

// A program that can do without Opik goes on with the nil client, which does nothing.
func ExampleNew() {
	client, err := opik.New(opik.WithURL("localhost:5173"))
	if err != nil {
		fmt.Println(err)
	}
	_, trace := client.StartTrace(context.Background(), "answer")
	trace.SetInput("What is Go?")
	trace.End()
	// Output:
	// opik: configuration: the server URL from option WithURL: it has no scheme; did you mean http://localhost:5173?
}

// A library is instrumented without knowing whether its caller traces.
func ExampleStartSpan() {
	srv, client := server()
	defer srv.Close()
	lookUp := func(ctx context.Context, word string) string {
		_, span := opik.StartSpan(ctx, "look up", opik.WithSpanType(opik.SpanTypeTool), opik.WithInput(word))
		defer span.End()
		span.SetOutput("a language")
		return "a language"
	}

	lookUp(context.Background(), "C") // not traced

	ctx, trace := client.StartTrace(context.Background(), "answer")
	lookUp(ctx, "Go")
	trace.End()

	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	show(srv)
	// Output:
	// trace "answer" project="examples"
	//   span "look up" type=tool
	//     input: "Go"
	//     output: "a language"
}

// Deferred, End also ends the span when the function panics.
func ExampleSpan_End() {
	srv, client := server()
	defer srv.Close()
	divide := func(a, b int) int {
		_, span := client.StartSpan(context.Background(), "divide")
		defer span.End()
		return a / b
	}
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		divide(1, 0)
	}()
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	show(srv)
	// Output:
	// recovered: runtime error: integer divide by zero
	// trace "divide" project="examples"
	//   error: runtime.Error: panic: runtime error: integer divide by zero
	//   span "divide" type=general
	//     error: runtime.Error: panic: runtime error: integer divide by zero
}

func ExampleClient_ContinueTrace() {
	srv, client := server()
	defer srv.Close()

	// One process calls another and passes on where it is.
	_, span := client.StartSpan(context.Background(), "call the service")
	headers := span.DistributedHeaders()
	fmt.Println(slices.Sorted(maps.Keys(headers)))

	// The other one goes on from there.
	ctx := client.ContinueTrace(context.Background(), headers)
	_, remote := opik.StartSpan(ctx, "serve")
	remote.End()

	span.End()
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	show(srv)
	// Output:
	// [opik_parent_span_id opik_trace_id]
	// trace "call the service" project="examples"
	//   span "call the service" type=general
	//     span "serve" type=general
}

// Close says what did not arrive, and why.
func ExampleClient_Close() {
	srv, _ := server()
	defer srv.Close()
	srv.Inject(opiktest.FailWith(400).WithBody("application/json", `{"message":"no"}`))
	client, err := opik.New(opik.WithURL(srv.URL), opik.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, trace := client.StartTrace(context.Background(), "answer")
	trace.End()

	receipt, err := client.Close(context.Background())
	fmt.Println(errors.Is(err, opik.ErrNotDelivered), receipt.Total().Rejected)
	for _, r := range receipt.Rejections {
		fmt.Println(r.Kind, r.Status, r.Message, r.Key == trace.ID())
	}
	// Output:
	// true 1
	// trace 400 no true
}

func ExampleClient_SearchTraces() {
	srv, client := server()
	defer srv.Close()
	for _, name := range []string{"first", "second", "third"} {
		_, trace := client.StartTrace(context.Background(), name)
		trace.End()
	}
	if _, err := client.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}
	for trace, err := range client.SearchTraces(context.Background(), opik.SearchTracesParams{MaxResults: 2}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(trace.Name)
	}
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// third
	// second
}

func ExampleSpan_SetError() {
	srv, client := server()
	defer srv.Close()
	_, span := client.StartSpan(context.Background(), "read")
	span.SetError(&fs.PathError{Op: "open", Path: "answers.txt", Err: fs.ErrNotExist})
	span.End()
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	for _, line := range strings.Split(srv.TraceTrees()[0].String(), "\n")[1:2] {
		fmt.Println(strings.TrimSpace(line))
	}
	// Output:
	// error: fs.PathError: open answers.txt: file does not exist
}

// Flush tells in the middle of a program what has arrived.
func ExampleClient_Flush() {
	srv, client := server()
	defer srv.Close()
	_, trace := client.StartTrace(context.Background(), "answer")

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	receipt, err := client.Flush(ctx) // the trace is still running
	fmt.Println(receipt.Kinds["trace"].Delivered, err)

	trace.End()
	receipt, err = client.Close(ctx)
	fmt.Println(receipt.Kinds["trace"].Delivered, err)
	// Output:
	// 1 <nil>
	// 1 <nil>
}

// Scores can be given to what was recorded earlier, by its id.
func ExampleClient_LogTracesFeedbackScores() {
	srv, client := server()
	defer srv.Close()
	_, trace := client.StartTrace(context.Background(), "answer")
	trace.End()

	err := client.LogTracesFeedbackScores(
		opik.TraceScore{ID: trace.ID(), Name: "helpful", Value: 1},
		opik.TraceScore{ID: trace.ID(), Value: 0.5},
	)
	var invalid *opik.ValidationError
	if errors.As(err, &invalid) {
		fmt.Println(invalid.Field, invalid.Reason)
	}
	if _, err := client.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	show(srv)
	// Output:
	// records[1].Name is missing
	// trace "answer" project="examples"
	//   score "helpful" = 1
}

// What was delivered may take a while to be found.
func ExampleWaitFor() {
	srv, client := server()
	defer srv.Close()
	go func() { // another program
		_, trace := client.StartTrace(context.Background(), "answer")
		trace.End()
		if _, err := client.Flush(context.Background()); err != nil {
			fmt.Println(err)
		}
	}()

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	search := client.SearchTraces(ctx, opik.SearchTracesParams{})
	traces, err := opik.WaitFor(ctx, 1, search, opik.PollEvery(10*time.Millisecond))
	for _, trace := range traces {
		fmt.Println(trace.Name)
	}
	fmt.Println(err)
	if _, err := client.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// answer
	// <nil>
}

// A refusal by the server is one of a few classes, and tells the details.
func ExampleAPIError() {
	srv, client := server()
	defer srv.Close()
	_, err := client.GetTraceContent(context.Background(), "01942ab4-7a2e-7000-8000-0000000000a1", opik.GetTraceContentParams{})
	fmt.Println(errors.Is(err, opik.ErrNotFound))
	var refusal *opik.APIError
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Operation, refusal.Status, refusal.Messages)
	}
	// Output:
	// true
	// getTraceById 404 [Trace id: 01942ab4-7a2e-7000-8000-0000000000a1 not found]
}
