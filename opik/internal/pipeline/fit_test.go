package pipeline

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// noted is a kind whose records have free-form members.
var noted = &message.Kind{Name: "note", Method: "POST", Path: "/notes", Items: "items", MaxItems: 100, Lane: "notes", FreeForm: []string{"input", "output"}}

func note(n, input, output int) item {
	return item{noted, "", fmt.Sprintf(`{"n":%d,"input":{"a":"%s"},"output":"%s","name":"%s"}`, n, strings.Repeat("i", input), strings.Repeat("o", output), strings.Repeat("n", 50))}
}

func TestLargeRecordIsMadeToFit(t *testing.T) {
	kept := 0 // bytes
	for _, tt := range []struct {
		name          string
		input, output int
		offload       func(kind *message.Kind, key, member string, record []byte) (string, func([]byte))
		want          []string
		offloaded     int64
		truncated     int64
		rejected      int64
	}{
		{name: "is small", input: 100, output: 100, want: []string{`"ii`, `"oo`}},
		{name: "cut", input: 100, output: 5000, want: []string{`"a":"iii`, "ooo … [cut by the SDK: "}, truncated: 1},
		{name: "both cut", input: 5000, output: 5000, want: []string{`"a":"iii`, "iii … [cut", "ooo … [cut by the SDK: "}, truncated: 2},
		{name: "offloaded", input: 100, output: 5000, offload: func(_ *message.Kind, _, member string, record []byte) (string, func([]byte)) {
			return fmt.Sprintf("[%s %t]", member, json.Valid(record)), func(content []byte) { kept = len(content) }
		}, want: []string{`"output":"[output true]"`}, offloaded: 1},
		{name: "not offloaded", input: 100, output: 5000, offload: func(*message.Kind, string, string, []byte) (string, func([]byte)) { return "", nil },
			want: []string{"ooo … [cut"}, truncated: 1},
		{name: "a placeholder that is too long", input: 100, output: 5000, offload: func(*message.Kind, string, string, []byte) (string, func([]byte)) {
			return strings.Repeat("p", 5000), func([]byte) { kept = -1 }
		}, want: []string{"ooo … [cut"}, truncated: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := &server{}
				p := open(t, s, func(o *Options) { o.MaxRecordBytes, o.Offload = 1500, tt.offload })
				enqueue(t, p, note(1, tt.input, tt.output))
				mustClose(t, p)
				calls := s.requests()
				if len(calls) != 1 {
					t.Fatalf("%d requests", len(calls))
				}
				body := calls[0].body
				for _, want := range append(tt.want, `"n":1`, `"name":"nnn`) {
					if !strings.Contains(body, want) {
						t.Errorf("%q is missing in %s", want, body)
					}
				}
				if len(body) > 1600 || !json.Valid([]byte(body)) {
					t.Errorf("%d bytes: %s", len(body), body)
				}
				if kept != int(tt.offloaded)*5002 {
					t.Errorf("%d bytes are kept elsewhere", kept)
				}
				kept = 0
				if st := p.Stats(); st.Offloaded != tt.offloaded || st.Truncated != tt.truncated {
					t.Errorf("%d offloaded, %d truncated", st.Offloaded, st.Truncated)
				}
			})
		})
	}
}

// TestRecordThatTheServerFindsTooLarge is refused with 413 alone until it is small
// enough, which nobody knows.
func TestRecordThatTheServerFindsTooLarge(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(c call, _ int) (transport.Response, error) {
			if len(c.body) > 800 {
				return answer(413), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, note(1, 100, 10), note(2, 100, 9000), note(3, 10, 10))
		r := mustClose(t, p)
		if got := r.Total(); got.Delivered != 3 {
			t.Errorf("%+v", got)
		}
		if st := p.Stats(); st.Truncated == 0 || st.QueuedBytes != 0 {
			t.Errorf("%+v", st)
		}
	})
}

func TestRecordThatCannotBeMadeSmallerIsRejected(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var letters []DeadLetter
		s := &server{reply: func(call, int) (transport.Response, error) { return answer(413), nil }}
		p := open(t, s, func(o *Options) { o.DeadLetter = func(d DeadLetter) { letters = append(letters, d) } })
		enqueue(t, p, note(1, 1000, 1000), sized(2, 5000))
		if _, err := p.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := p.Stats().Total(); got.Rejected != 2 || len(letters) != 2 || letters[0].Status != 413 {
			t.Errorf("%+v, letters %+v", got, letters)
		}
		if n := len(s.requests()); n > 12 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestTooLargeBeforeItIsSent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var letters []DeadLetter
		p := open(t, &server{}, func(o *Options) {
			o.MaxRecordBytes = 1000
			o.DeadLetter = func(d DeadLetter) { letters = append(letters, d) }
		})
		if err := p.Enqueue(sized(1, 3000)); err == nil {
			t.Error("no error")
		}
		if len(letters) != 1 || len(letters[0].Data) != len(sized(1, 3000).json) || letters[0].Status != 0 {
			t.Errorf("letters %+v", letters)
		}
		mustClose(t, p)
	})
}
