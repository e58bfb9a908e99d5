package rest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
)

// Stream reads the items of a streamed result, one JSON value a line. Close it
// when done; reading to the end, an error, and ranging over [Stream.All] close it
// too. A Stream is not safe for concurrent use; to end a waiting Next, end the
// context of the call.
//
// The format has no end mark. A stream whose connection breaks, or that ends
// inside an item, reports [ErrStreamCut]; one that the server ends early between
// two items looks complete. Who needs certainty reads on from the last id until
// nothing comes.
type Stream[T any] struct {
	lines *lineReader
	err   error
}

// openStream carries out a call whose result is a stream.
func openStream[T any](ctx context.Context, c *Client, r *call) (*Stream[T], error) {
	lines, err := c.lines(ctx, r, "application/octet-stream")
	if err != nil {
		return nil, err
	}
	return &Stream[T]{lines: lines}, nil
}

// Next returns the next item. At the end, and after Close, it returns [io.EOF]; an
// error that the server sent inside the stream is an [*APIError]. Every error is
// final.
func (s *Stream[T]) Next() (T, error) {
	var item T
	if s == nil {
		return item, io.EOF
	}
	if s.err == nil {
		s.err = s.next(&item)
	}
	if s.err != nil {
		s.lines.close()
		var zero T
		return zero, s.err
	}
	return item, nil
}

func (s *Stream[T]) next(item *T) error {
	line, err := s.lines.value()
	if err != nil {
		return err
	}
	if e := streamedError(s.lines.operation, line); e != nil {
		return e
	}
	if err := json.Unmarshal(line, item); err != nil {
		return fmt.Errorf("%s: decode: %w", s.lines.operation, err)
	}
	return nil
}

// All returns the remaining items, and closes the stream when the loop ends. An
// error is the last thing that is yielded; the end is none.
func (s *Stream[T]) All() iter.Seq2[T, error] { return all(s.Next, s.Close) }

// Close ends the stream and releases its connection. It may be called more than
// once and on nil.
func (s *Stream[T]) Close() error {
	if s == nil {
		return nil
	}
	if s.err == nil {
		s.err = io.EOF
	}
	return s.lines.close()
}

// all makes a reader an iterator.
func all[T any](next func() (T, error), end func() error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		// What was read is complete; how closing fares changes nothing.
		defer func() { _ = end() }()
		for {
			item, err := next()
			if err == io.EOF || !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// streamedError recognises the item that the server sends when it fails in the
// middle: it has a code and a message, and no id.
func streamedError(operation string, line []byte) *APIError {
	// Most items are told apart without decoding them twice.
	if !bytes.Contains(line, []byte(`"code"`)) || !bytes.Contains(line, []byte(`"message"`)) {
		return nil
	}
	var item struct {
		ID      json.RawMessage `json:"id"`
		Code    *int            `json:"code"`
		Message *string         `json:"message"`
	}
	if json.Unmarshal(line, &item) != nil || item.ID != nil || item.Code == nil || item.Message == nil {
		return nil
	}
	e := &APIError{Operation: operation, Status: *item.Code, Body: bytes.Clone(line)}
	e.decode(line)
	return e
}

// lineReader reads the lines of a response, each within a limit.
type lineReader struct {
	operation string
	ctx       context.Context // of the call: its end explains a broken connection
	reader    *bufio.Reader
	limit     int64
	buffer    []byte
	close     func() error // releases the connection, once
}

func (c *Client) lines(ctx context.Context, r *call, accept string) (*lineReader, error) {
	res, o, err := c.send(ctx, r, accept)
	if err != nil {
		return nil, err
	}
	if mediaType(res.Header) == "text/html" {
		discard(res.Body)
		return nil, unexpected(r.info.Operation, res.Header)
	}
	return &lineReader{
		operation: r.info.Operation,
		ctx:       ctx,
		reader:    bufio.NewReaderSize(res.Body, 32<<10),
		limit:     o.maxItem,
		close:     sync.OnceValue(res.Body.Close),
	}, nil
}

// value returns the next line that is not blank. A last line without a line feed
// counts if it is a whole JSON value.
func (l *lineReader) value() ([]byte, error) {
	for {
		line, err := l.line()
		line = bytes.TrimSpace(line)
		switch {
		case err == nil && len(line) > 0:
			return line, nil
		case err == nil:
			continue
		case !errors.Is(err, io.EOF):
			return nil, err
		case len(line) == 0:
			return nil, io.EOF
		case json.Valid(line):
			return line, nil
		}
		return nil, fmt.Errorf("%s: %w inside an item", l.operation, ErrStreamCut)
	}
}

// line returns the next line without its line feed. It is valid until the next
// call. At the end of the response it returns what is left and io.EOF.
func (l *lineReader) line() ([]byte, error) {
	l.buffer = l.buffer[:0]
	for {
		part, err := l.reader.ReadSlice('\n')
		if int64(len(l.buffer)+len(part)) > l.limit {
			return nil, fmt.Errorf("%s: %w: an item has more than %d bytes", l.operation, ErrResponseTooLarge, l.limit)
		}
		l.buffer = append(l.buffer, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil:
			return l.buffer[:len(l.buffer)-1], nil
		case err == io.EOF:
			return l.buffer, io.EOF
		case l.ctx.Err() != nil:
			return nil, fmt.Errorf("%s: %w", l.operation, context.Cause(l.ctx))
		}
		return nil, fmt.Errorf("%s: %w: %w", l.operation, ErrStreamCut, err)
	}
}
