package opik

import (
	"errors"
	"fmt"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// checked is a record that knows what the server would refuse.
type checked interface {
	message.Message
	Validate() error
}

// queueRecords queues records that callers hand over: each is converted, checked and
// encoded before it returns. Those that the server would refuse are left out, and
// the error names each of their problems as a [*ValidationError]. An error of the
// queue is returned once; the queue counts each record that it refuses.
func queueRecords[R any, M checked](c *Client, method string, records []R, convert func(R) M) error {
	if c == nil {
		return nil
	}
	var problems []error
	var refused error
	for i, r := range records {
		m := convert(r)
		if err := m.Validate(); err != nil {
			prefix := ""
			if len(records) > 1 {
				prefix = fmt.Sprintf("records[%d].", i)
			}
			problems = append(problems, invalidFields(method, prefix, err)...)
			continue
		}
		if err := c.enqueue(m); err != nil && refused == nil {
			refused = fmt.Errorf("opik: %s: %w", method, err)
		}
	}
	return errors.Join(append(problems, refused)...)
}

// orNewID returns id, or a new one if it is empty. A record keeps it when it is sent
// again, so that the server does not take it for another one.
func orNewID(id string) string {
	if id == "" {
		return uuid7.New()
	}
	return id
}

// queueOne queues a record that a handle makes, and reports it if the server would
// refuse it.
func queueOne[M checked](c *Client, method string, m M) {
	if err := m.Validate(); err != nil {
		for _, problem := range invalidFields(method, "", err) {
			c.report(problem.(*ValidationError))
		}
		return
	}
	// The queue counts and reports what it refuses.
	_ = c.enqueue(m)
}

// invalidFields names the problems that a record found in itself.
func invalidFields(method, prefix string, err error) (problems []error) {
	each := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		each = joined.Unwrap()
	}
	for _, err := range each {
		problem := &ValidationError{Method: method, Field: prefix + "record", Reason: "is invalid", Err: err}
		var field *message.FieldError
		if errors.As(err, &field) {
			problem = &ValidationError{Method: method, Field: prefix + field.Field, Reason: field.Reason}
		}
		problems = append(problems, problem)
	}
	return problems
}
