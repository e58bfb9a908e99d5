// Package opiktest is an Opik server in memory, for tests and demonstrations.
//
// It speaks the real protocol over HTTP and behaves as the server does, down to
// its peculiarities: which writes replace and which merge, what a missing project
// means, how searches are framed, which errors have which shape. A test of a
// program that uses the SDK looks like this:
//
//	func TestAnswer(t *testing.T) {
//		srv := opiktest.NewServer(t)
//		client, err := opik.New(opik.WithURL(srv.URL), opik.WithProject("demo"))
//		if err != nil {
//			t.Fatal(err)
//		}
//
//		answer(t.Context(), client, "What is Go?")
//
//		if _, err := client.Close(t.Context()); err != nil {
//			t.Fatal(err)
//		}
//		srv.AssertTraceTrees(t, `
//			trace "answer" project="demo"
//			  input: "What is Go?"
//			  output: "A language."
//			  span "retrieve" type=tool
//			    output: ["go.dev"]
//			  span "generate" type=llm model="gpt-4o" provider="openai"
//			    output: "A language."
//		`)
//	}
//
// [NewServer] listens on a free port of this machine and closes with the test. A
// [Backend] is the same server as an [net/http.Handler]; [Start] runs one outside
// of tests. The package depends on nothing but the standard library, not even on
// the SDK: it serves clients in any language.
//
// # What is stored
//
// [Backend.TraceTrees] returns the traces with their spans nested and ordered.
// Their text holds neither ids nor times, so that tests can compare it;
// [Backend.AssertTraceTrees] does, and prints a line diff. [Backend.WaitForTraces]
// waits for what is sent in the background. [Backend.Requests] has what was sent
// and how often.
//
// # Trouble
//
// [Backend.Inject] makes requests fail: with a status, a delay, a broken
// connection, a stream that ends early, and so on; see [Fault]. [WithRateLimits]
// and [WithBackgroundDelay] imitate a server under load.
//
// # Mistakes
//
// A request that no Opik server takes is a [Violation], and fails the test of
// [NewServer]. More is found with [WithRequestHook]. If the environment variable
// OPIKTEST_CHECK_URL has the address of a contract checker on this machine, each
// request is also compared with the OpenAPI document there; the project's own
// tests run that way.
//
// # Limits
//
// A backend is of the version that the SDK is made for: it knows the operations of
// that version's contract, and no others. [WithoutOperations] makes it an older one.
// Served are traces, spans, threads, feedback scores, comments, projects, datasets,
// experiments, optimizations, prompts, attachments, annotation queues, feedback
// definitions, guardrails, environments and agent configurations; see
// [Backend.Operations] and [Backend.Unserved]. Prices of models are not known: only
// costs that the client gives are shown. Everything is kept in memory until the
// backend is dropped.
package opiktest
