// Package opik observes applications that use language models: it records what they
// were asked, what they did and what they answered, and stores it on an Opik server,
// together with datasets, feedback scores and what else the server knows.
//
// # Tracing
//
// A trace is one run of an application, and spans are its steps. The context
// carries the current one, so that steps nest without being passed around:
//
//	client, err := opik.New() // server and key from OPIK_* variables or ~/.opik.config
//	if err != nil {
//		return err
//	}
//	defer closeClient(client) // see below
//
//	ctx, trace := client.StartTrace(ctx, "answer", opik.WithInput(question))
//	defer trace.End()
//
//	ctx, span := opik.StartSpan(ctx, "ask the model", opik.WithSpanType(opik.SpanTypeLLM))
//	defer span.End()
//	reply, err := model.Complete(ctx, question)
//	span.SetError(err) // does nothing without an error
//	span.SetOutput(reply.Text)
//	span.SetUsage(reply.Usage)
//
// Handles may be used by several goroutines, may be nil, and may be used after their
// end; nothing about tracing returns an error, waits for the network or panics.
// Deferred End also ends the span when the function panics, and records the panic.
// What is not valid is ignored, counted in [Stats] and reported to the logger.
//
// # Delivery
//
// Records are encoded when they are handed over, and sent by background goroutines in
// batches. What fails for now is repeated; memory is bounded; every record is
// accounted for. A program should call [Client.Close] at its end, and may call
// [Client.Flush] before: both return a [Receipt] that says what the server has taken,
// and an error if that is not everything. Their context should have a deadline, for
// as long as the server is away they wait for it:
//
//	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
//	defer cancel()
//	if receipt, err := client.Close(ctx); err != nil {
//		log.Print(receipt, err)
//	}
//
// # Everything else
//
// The other methods of [Client] and of its services make requests and return when
// the server has answered. Lists and searches are iterators that fetch as they are
// read:
//
//	for trace, err := range client.Traces.List(ctx, opik.TraceListParams{}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(trace.Name)
//	}
//
// # Handles
//
// What is about datasets, test suites, experiments, optimizations, prompts and
// annotation queues returns handles, such as [Dataset] and [Experiment]. A handle keeps
// what the server last said about its record: Record returns that, and Refresh reads it
// again. Update and Delete are about the record itself; Insert, Items and the like are
// about what it holds.
//
//	dataset, err := client.GetOrCreateDataset(ctx, "questions", opik.CreateDatasetParams{})
//	if err != nil {
//		return err
//	}
//	_, err = dataset.Insert(ctx, opik.ItemsOf(questions...)...)
//
// A prompt is read with [Client.GetPrompt] and filled with [Prompt.Format]. If the server
// is away, the client goes on with the version that it read last.
//
// # Filters
//
// Lists and searches that can be filtered take a text in Opik's query language:
// conditions on fields, joined by AND. A field that holds JSON or scores takes a key
// behind a dot; text and times stand in quotes:
//
//	name = "answer" AND usage.total_tokens > 1000 AND metadata.model starts_with "gpt"
//
// The operators are = != < <= > >= contains not_contains starts_with ends_with
// is_empty is_not_empty in not_in, as far as a field has them. There is no OR, no NOT
// and no parentheses, for the server has none.
//
// The fields of variables such as [TraceFields] make the same conditions, with types
// that the compiler checks; [And] joins them:
//
//	params := opik.SearchTracesParams{Filter: opik.And(
//		opik.TraceFields.FeedbackScores.Name("accuracy").LessThan(0.5),
//		opik.TraceFields.Tags.Contains("production"),
//	)}
//
// A text that is wrong is a [*FilterError], and nothing is sent.
//
// # Waiting
//
// What was delivered may take a while to be found; [WaitFor] repeats a search until
// it has enough results.
//
// # Inputs and errors
//
// Optional inputs are fields of a params struct. A field that has its zero value is
// not sent; numbers and booleans for which zero means something are pointers, made
// with [Ptr]. Slices and maps that are empty but not nil are sent.
//
// Errors that the server returns are an [*APIError], and match [ErrNotFound],
// [ErrConflict] and the like. What is known to be wrong is not sent: the error is a
// [*ValidationError], or a [*rest.ArgumentError] for an id that is empty or a body that
// cannot be encoded. Methods of a handle that no call returned return [ErrNilHandle],
// those of a nil client [ErrNilClient].
//
// [Client.REST] gives access to every operation of the server under its own name.
//
// For tests there is a server in memory, in package opiktest.
package opik
