package pipeline

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/transport"
)

func TestDeadLetters(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var letters []DeadLetter
		s := &server{reply: refuseBad}
		var p *Pipeline
		p = open(t, s, func(o *Options) {
			o.DeadLetter = func(d DeadLetter) {
				letters = append(letters, d)
				if d.Kind == "score" {
					_ = p.Enqueue(row("about "+d.Message, len(letters))) // it may use the pipeline
				}
			}
		})
		enqueue(t, p, score(1), badScore(2), score(3))
		if _, err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(letters) != 1 { // before Flush returns
			t.Fatalf("letters %+v", letters)
		}
		d := letters[0]
		if d.Status != 422 || string(d.Data) != badScore(2).json || d.Message == "" || d.Records != 1 {
			t.Errorf("%+v: %s", d.Rejection, d.Data)
		}
		mustClose(t, p)
		if got := p.Stats().Total(); got.Delivered != 3 || got.Rejected != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestDeadLetterOfAChangeNamesItsTarget(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var letters []DeadLetter
		s := &server{reply: func(call, int) (transport.Response, error) { return answer(404), nil }}
		p := open(t, s, func(o *Options) { o.DeadLetter = func(d DeadLetter) { letters = append(letters, d) } })
		enqueue(t, p, change("k1", `{"a":1}`))
		if _, err := p.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(letters) != 1 || letters[0].Path != "k1" || letters[0].Status != 404 || string(letters[0].Data) != `{"a":1}` {
			t.Errorf("%+v", letters)
		}
	})
}

func TestPanicOfDeadLetterHookIsContained(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log strings.Builder
		p := open(t, &server{reply: refuseBad}, func(o *Options) {
			o.DeadLetter = func(DeadLetter) { panic("of the user") }
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		enqueue(t, p, badScore(1), score(2))
		if _, err := p.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := p.Stats().Total(); got.Delivered != 1 || got.Rejected != 1 {
			t.Errorf("%+v", got)
		}
		if !strings.Contains(log.String(), "a panic was contained") || !strings.Contains(log.String(), "of the user") {
			t.Errorf("log %s", log.String())
		}
	})
}
