// Quickstart answers a question from a handful of documents and traces how: what it
// looked up, which model it asked, what that cost, what went wrong on the way.
//
// It needs no network besides the Opik server, and no model: a stand-in plays it.
// Without -url it takes the server from the environment or from ~/.opik.config, as
// every program that uses the SDK does.
//
//	go run ./examples/quickstart -url http://localhost:5173/api "Which city has canals?"
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// closeTimeout is how long the program waits at its end for the server to confirm
// what was traced.
const closeTimeout = 10 * time.Second

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(out)
	url := flags.String("url", "", "URL of the Opik API; by default that of the configuration")
	project := flags.String("project", "quickstart", "project for the trace")
	if err := flags.Parse(args); err != nil {
		return err
	}
	question := strings.Join(flags.Args(), " ")
	if question == "" {
		question = "Which city was built on wooden piles?"
	}

	client, err := opik.New(opik.WithURL(*url), opik.WithProject(*project))
	if err != nil {
		return err
	}
	defer func() {
		// The program may have been interrupted: what was traced is sent all the same.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		receipt, closeErr := client.Close(ctx)
		fmt.Fprintln(out, "sent:    ", receipt)
		err = errors.Join(err, closeErr)
	}()

	ctx, trace := client.StartTrace(ctx, "answer a question",
		opik.WithInput(map[string]any{"question": question}),
		opik.WithTags("quickstart"),
		opik.WithThreadID("quickstart-conversation"))
	defer trace.End()

	answer, err := answerQuestion(ctx, question)
	if err != nil {
		trace.SetError(err)
		return err
	}
	trace.SetOutput(map[string]any{"answer": answer})
	trace.Score("answered", 1, opik.WithReason("a document was found"))

	fmt.Fprintln(out, "question:", question)
	fmt.Fprintln(out, "answer:  ", answer)
	fmt.Fprintln(out, "trace:   ", trace.ID())
	return nil
}

// answerQuestion looks documents up and lets a model answer from them.
func answerQuestion(ctx context.Context, question string) (string, error) {
	documents, err := retrieve(ctx, question)
	if err != nil {
		return "", err
	}
	return generate(ctx, question, documents)
}
