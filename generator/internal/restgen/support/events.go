package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Event is one server-sent event.
type Event struct {
	// Name is the event's type; empty stands for "message".
	Name string
	// ID is the last id that the server gave; empty if it gave none.
	ID string
	// Data holds the data lines, joined by line feeds.
	Data []byte
}

// Decode decodes the data as JSON into v.
func (e Event) Decode(v any) error { return json.Unmarshal(e.Data, v) }

// EventStream reads server-sent events. Close it when done; reading to the end, an
// error, and ranging over [EventStream.All] close it too. It is not safe for
// concurrent use; to end a waiting Next, end the context of the call.
type EventStream struct {
	lines  *lineReader
	lastID string
	err    error
}

// events carries out a call whose result is a stream of events.
func (c *Client) events(ctx context.Context, r *call) (*EventStream, error) {
	lines, err := c.lines(ctx, r, "text/event-stream")
	if err != nil {
		return nil, err
	}
	return &EventStream{lines: lines}, nil
}

// Next returns the next event. At the end, which some servers mark by the data
// [DONE], and after Close it returns [io.EOF]. A response that breaks off inside an event is
// [ErrStreamCut], an error of the server inside the stream is an [*APIError].
// Every error is final.
func (s *EventStream) Next() (Event, error) {
	if s == nil {
		return Event{}, io.EOF
	}
	var event Event
	if s.err == nil {
		event, s.err = s.next()
	}
	if s.err != nil {
		s.lines.close()
		return Event{}, s.err
	}
	return event, nil
}

func (s *EventStream) next() (Event, error) {
	var event Event
	var data [][]byte
	size := 0
	for {
		line, err := s.lines.line()
		line = bytes.TrimSuffix(line, []byte("\r"))
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return event, err
			}
			if data == nil && len(line) == 0 {
				return event, io.EOF
			}
			return event, fmt.Errorf("%s: %w inside an event", s.lines.operation, ErrStreamCut)
		}
		if len(line) == 0 {
			if data == nil {
				event = Event{} // an event without data is none
				continue
			}
			event.ID, event.Data = s.lastID, bytes.Join(data, []byte("\n"))
			return event, s.verdict(event)
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "data":
			if size += len(value) + 1; int64(size) > s.lines.limit {
				return event, fmt.Errorf("%s: %w: an event has more than %d bytes", s.lines.operation, ErrResponseTooLarge, s.lines.limit)
			}
			data = append(data, bytes.Clone(value))
		case "event":
			event.Name = string(value)
		case "id":
			if !strings.ContainsRune(string(value), 0) {
				s.lastID = string(value)
			}
		}
	}
}

// verdict says whether an event ends the stream.
func (s *EventStream) verdict(event Event) error {
	if string(bytes.TrimSpace(event.Data)) == "[DONE]" {
		return io.EOF
	}
	if e := streamedError(s.lines.operation, event.Data); e != nil {
		return e
	}
	return nil
}

// All returns the remaining events, and closes the stream when the loop ends. An
// error is the last thing that is yielded; the end is none.
func (s *EventStream) All() iter.Seq2[Event, error] { return all(s.Next, s.Close) }

// Close ends the stream and releases its connection. It may be called more than
// once and on nil.
func (s *EventStream) Close() error {
	if s == nil {
		return nil
	}
	if s.err == nil {
		s.err = io.EOF
	}
	return s.lines.close()
}
