// Package recorded replays what the official SDKs of Opik were recorded to send,
// and compares what it comes to with what this SDK does. It holds nothing but tests.
//
// A recording (a vector) tells in words what a program did, and has the requests
// that an official SDK made of it. For each there is a function here that does the
// same with this SDK. The test runs the function against one fresh server of
// package opiktest and sends the recorded requests to another. What both servers
// then hold must be equal: batching, the order of requests and the ways to one
// result are the choice of an SDK, and are compared only where they are the subject.
//
// The recordings are not part of this repository. The environment variable
// OPIK_TESTDATA names the folder that has them in vectors/; without it the tests
// are skipped.
package recorded

// The recordings are of SDKs of this version of the server.
//opik:requires tracesExist
