package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik"
)

// message is one turn of a conversation with a model.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// generate asks the large model, and the small one if that fails.
func generate(ctx context.Context, question string, documents []document) (string, error) {
	ctx, span := opik.StartSpan(ctx, "generate", opik.WithInput(map[string]any{"question": question, "documents": len(documents)}))
	defer span.End()

	prompt := []message{
		{"system", "Answer from these documents.\n" + join(documents)},
		{"user", question},
	}
	answer, err := ask(ctx, large, prompt)
	if overloaded := (*overloadedError)(nil); errors.As(err, &overloaded) {
		span.AddTags("fallback")
		answer, err = ask(ctx, small, prompt)
	}
	if err != nil {
		span.SetError(err)
		return "", err
	}
	span.SetOutput(answer)
	return answer, nil
}

// ask calls a model, and records what every call of a model should record.
func ask(ctx context.Context, m model, prompt []message) (string, error) {
	_, span := opik.StartSpan(ctx, m.name,
		opik.WithSpanType(opik.SpanTypeLLM), opik.WithModel(m.name), opik.WithProvider("stand-in"),
		opik.WithInput(map[string]any{"messages": prompt}),
		opik.WithMetadata(map[string]any{"temperature": 0}))
	defer span.End()

	reply, err := m.complete(prompt)
	if err != nil {
		err = fmt.Errorf("no completion: %w", err)
		span.SetError(err)
		return "", err
	}
	span.SetOutput(message{"assistant", reply.text})
	span.SetUsage(reply.usage)
	span.SetTTFT(reply.firstToken)
	span.SetCost(float64(reply.usage["prompt_tokens"])*1e-6 + float64(reply.usage["completion_tokens"])*4e-6)
	return reply.text, nil
}

// model stands for a language model. Its answer is the beginning of the best
// document; the large one is always overloaded.
type model struct {
	name       string
	overloaded bool
}

var (
	large = model{name: "parrot-large", overloaded: true}
	small = model{name: "parrot-small"}
)

// overloadedError says that a model has too much to do.
type overloadedError struct{ model string }

func (e *overloadedError) Error() string { return e.model + " is overloaded" }

type reply struct {
	text       string
	usage      map[string]int
	firstToken time.Duration
}

func (m model) complete(prompt []message) (reply, error) {
	if m.overloaded {
		return reply{}, &overloadedError{m.name}
	}
	_, documents, _ := strings.Cut(prompt[0].Content, "\n")
	text, _, _ := strings.Cut(documents, ".")
	text += "."
	read := 0
	for _, turn := range prompt {
		read += len(strings.Fields(turn.Content))
	}
	return reply{
		text:       text,
		usage:      map[string]int{"prompt_tokens": read, "completion_tokens": len(strings.Fields(text))},
		firstToken: 12 * time.Millisecond,
	}, nil
}

func join(documents []document) string {
	texts := make([]string, 0, len(documents))
	for _, d := range documents {
		texts = append(texts, d.Text)
	}
	return strings.Join(texts, "\n")
}
