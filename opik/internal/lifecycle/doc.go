// Package lifecycle holds tests of what becomes of records when a process is
// interrupted, exits, is frozen, or starts another one. They run a client in a child
// process. The package has no code of its own.
package lifecycle
