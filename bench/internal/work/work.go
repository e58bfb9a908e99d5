// Package work holds what the contestants record: traces of an application that
// asks a language model. It is the same for all of them, and made before the
// measuring begins, so that its making costs nobody anything.
package work

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// SpansPerTrace is how many spans a trace has. With the trace itself that is
// EntitiesPerTrace entities.
const (
	SpansPerTrace    = 4
	EntitiesPerTrace = 1 + SpansPerTrace
)

// Project is the project that everything is recorded in.
const Project = "bench"

// Message is a message of a conversation.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Entity is the content of a trace or span, in the three forms that contestants
// take it in. They say the same.
type Entity struct {
	Name, Type, Model, Provider string

	// Input and Output are values as an application has them at hand.
	Input, Output map[string]any
	// RawInput and RawOutput are the values encoded.
	RawInput, RawOutput json.RawMessage
	// Known are the values in a form that an encoder written for them alone takes.
	Known Known
}

// Known is what the maps of an [Entity] hold.
type Known struct {
	// Chat says that it is a call of a model; otherwise only Query to Score count.
	Chat bool

	Messages         []Message
	Temperature      float64
	MaxTokens        int
	Answer           Message
	PromptTokens     int
	CompletionTokens int

	Query string
	TopK  int
	Score float64
}

// Trace is the content of a trace and its spans.
type Trace struct {
	Entity
	Spans [SpansPerTrace]Entity
}

// Size names how much an entity holds.
type Size string

// Sizes: the mean of the encoded records, as this SDK encodes them.
const (
	Large Size = "2.4KB"
	Small Size = "0.35KB"
)

// Sizes lists all sizes.
var Sizes = []Size{Large, Small}

// Make returns n traces that differ. The same arguments give the same traces.
func Make(size Size, n int) ([]*Trace, error) {
	if size != Large && size != Small {
		return nil, fmt.Errorf("no content has the size %q; sizes are %q", size, Sizes)
	}
	m := maker{rand.New(rand.NewPCG(1, 2))}
	traces := make([]*Trace, n)
	for i := range traces {
		t := &Trace{Entity: m.entity(size, "conversation", "")}
		for j, name := range [SpansPerTrace]string{"rewrite", "plan", "answer", "judge"} {
			t.Spans[j] = m.entity(size, name, "llm")
		}
		traces[i] = t
	}
	return traces, nil
}

type maker struct{ *rand.Rand }

func (m maker) entity(size Size, name, kind string) Entity {
	e := Entity{Name: name, Type: kind}
	if size == Large {
		e.Known = m.chat()
		e.Input = map[string]any{
			"messages":    e.Known.Messages,
			"temperature": e.Known.Temperature,
			"max_tokens":  e.Known.MaxTokens,
		}
		e.Output = map[string]any{
			"choices": []any{map[string]any{"index": 0, "finish_reason": "stop", "message": e.Known.Answer}},
			"usage": map[string]any{
				"prompt_tokens":     e.Known.PromptTokens,
				"completion_tokens": e.Known.CompletionTokens,
			},
		}
		if kind != "" {
			e.Model, e.Provider = "gpt-4o-mini", "openai"
		}
	} else {
		e.Known = Known{Query: m.text(26), TopK: 1 + m.IntN(9), Score: float64(m.IntN(1000)) / 1000}
		if kind == "" {
			e.Known.Query = m.text(92) // a trace has fewer members
		} else {
			e.Type = "general"
		}
		e.Input = map[string]any{"query": e.Known.Query, "top_k": e.Known.TopK}
		e.Output = map[string]any{"score": e.Known.Score}
	}
	e.RawInput, e.RawOutput = encode(e.Input), encode(e.Output)
	return e
}

func (m maker) chat() Known {
	return Known{
		Chat: true,
		Messages: []Message{
			{"system", m.text(420)},
			{"user", m.text(310)},
			{"assistant", m.text(330)},
			{"user", m.text(240)},
		},
		Temperature:      float64(m.IntN(100)) / 100,
		MaxTokens:        256 + m.IntN(1024),
		Answer:           Message{"assistant", m.text(410)},
		PromptTokens:     300 + m.IntN(100),
		CompletionTokens: 90 + m.IntN(100),
	}
}

func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // the values are ours
	}
	return data
}

// text returns n bytes of prose: words, line ends, quotes, and letters beyond ASCII
// now and then. It compresses about as well as English does.
func (m maker) text(n int) string {
	var b strings.Builder
	for b.Len() < n {
		word := m.word()
		switch m.IntN(24) {
		case 0:
			word = `"` + word + `"`
		case 1:
			word += ".\n"
		case 2:
			word = "Zürich"
		}
		if b.Len()+len(word) >= n {
			b.WriteString(strings.Repeat("x", n-b.Len()))
			break
		}
		b.WriteString(word)
		b.WriteByte(' ')
	}
	return b.String()
}

// word returns a word of which there are some ten thousand, the short ones often.
func (m maker) word() string {
	syllables := [...]string{"ta", "ri", "on", "ment", "pre", "lo", "vis", "ca", "der", "un", "sti", "ble", "qua", "fe", "ing", "ex"}
	word := syllables[m.IntN(len(syllables))]
	for m.IntN(3) > 0 && len(word) < 12 {
		word += syllables[m.IntN(len(syllables))]
	}
	return word
}
