package eventlog

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestEventsAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		l := New(slog.New(slog.NewTextHandler(&out, nil)))
		for range 5 {
			l.Tell(slog.LevelWarn, "loss", "lost", "kind", "span")
		}
		l.Tell(slog.LevelWarn, "other", "another")
		l.TellAlways(slog.LevelError, "always")
		time.Sleep(Every)
		l.Tell(slog.LevelWarn, "loss", "lost", "kind", "span")
		var messages []string
		for line := range strings.Lines(out.String()) {
			_, text, _ := strings.Cut(strings.TrimSpace(line), "level=")
			messages = append(messages, text)
		}
		want := "WARN msg=lost kind=span|WARN msg=another|ERROR msg=always|WARN msg=lost kind=span similar=4"
		if got := strings.Join(messages, "|"); got != want {
			t.Errorf("told %s\nwant %s", got, want)
		}
	})
}

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic("of the handler") }

func TestPanicOfTheHandlerIsContained(t *testing.T) {
	New(slog.New(panicking{})).Tell(slog.LevelWarn, "e", "text")
	New(nil).Tell(slog.LevelWarn, "e", "text")
}
