package main

import (
	"errors"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// isolate keeps the settings of whoever runs the tests away from them.
func isolate(t *testing.T) {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "OPIK_") {
			t.Setenv(name, "") // an empty variable counts as not set
		}
	}
	t.Setenv("HOME", t.TempDir())
}

func TestAnswer(t *testing.T) {
	isolate(t)
	srv := opiktest.NewServer(t)
	var out strings.Builder
	if err := run(t.Context(), []string{"-url", srv.URL}, &out); err != nil {
		t.Fatal(err)
	}
	srv.AssertTraceTrees(t, `
trace "answer a question" project="quickstart" thread="quickstart-conversation"
  input: {"question":"Which city was built on wooden piles?"}
  output: {"answer":"Venice stands on wooden piles that were driven into the lagoon."}
  tags: ["quickstart"]
  score "answered" = 1 reason="a document was found"
  span "retrieve" type=tool
    input: "Which city was built on wooden piles?"
    output: [{"text":"Venice stands on wooden piles that were driven into the lagoon. Canals take the place of streets.","title":"Venice"},{"text":"Amsterdam is a city of canals and bicycles below the level of th… (229 characters, 8ef45efe)
    metadata: {"library":{"documents":3}}
    score "coverage" = 0.4 category="retrieval"
    span "keywords" type=general
      input: "Which city was built on wooden piles?"
      output: ["which","city","built","wooden","piles"]
    span "search" type=tool
      input: {"words":["which","city","built","wooden","piles"]}
      output: {"titles":["Venice","Amsterdam"]}
  span "generate" type=general
    input: {"documents":2,"question":"Which city was built on wooden piles?"}
    output: "Venice stands on wooden piles that were driven into the lagoon."
    tags: ["fallback"]
    span "parrot-large" type=llm model="parrot-large" provider="stand-in"
      input: {"messages":[{"content":"Answer from these documents.\nVenice stands on wooden piles that were driven into the lagoon. Canals take the place of streets.\nAmsterdam is a city of canals and bicycles bel… (310 characters, ee1eb32c)
      metadata: {"temperature":0}
      error: main.overloadedError: no completion: parrot-large is overloaded
    span "parrot-small" type=llm model="parrot-small" provider="stand-in"
      input: {"messages":[{"content":"Answer from these documents.\nVenice stands on wooden piles that were driven into the lagoon. Canals take the place of streets.\nAmsterdam is a city of canals and bicycles bel… (310 characters, ee1eb32c)
      output: {"content":"Venice stands on wooden piles that were driven into the lagoon.","role":"assistant"}
      metadata: {"temperature":0}
      usage: completion_tokens=11 original_usage.completion_tokens=11 original_usage.prompt_tokens=42 prompt_tokens=42 total_tokens=53
      cost: 0.000086
`)
	trees := srv.TraceTrees()
	for _, want := range []string{
		"answer:   Venice stands on wooden piles", "trace:    " + trees[0].ID, "sent:     9 records: 9 delivered;",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in the output:\n%s", want, out.String())
		}
	}
}

func TestQuestionThatNoDocumentAnswers(t *testing.T) {
	isolate(t)
	srv := opiktest.NewServer(t)
	var out strings.Builder
	err := run(t.Context(), []string{"-url", srv.URL, "-project", "other", "Why?"}, &out)
	if !errors.Is(err, errNothingFound) {
		t.Errorf("error %v, want %v", err, errNothingFound)
	}
	srv.AssertTraceTrees(t, `
trace "answer a question" project="other" thread="quickstart-conversation"
  input: {"question":"Why?"}
  tags: ["quickstart"]
  error: error: no document has anything to do with the question
  span "retrieve" type=tool
    input: "Why?"
    error: error: no document has anything to do with the question
    span "keywords" type=general
      input: "Why?"
    span "search" type=tool
      input: {"words":null}
      output: {"titles":[]}
`)
	if !strings.Contains(out.String(), "sent:     4 records: 4 delivered;") {
		t.Errorf("output:\n%s", out.String())
	}
}

func TestServerThatFailsForNow(t *testing.T) {
	isolate(t)
	srv := opiktest.NewServer(t)
	srv.Inject(opiktest.FailWith(http.StatusServiceUnavailable).Times(1))
	var out strings.Builder
	if err := run(t.Context(), []string{"-url", srv.URL}, &out); err != nil {
		t.Fatal(err)
	}
	if trees := srv.TraceTrees(); len(trees) != 1 {
		t.Errorf("%d traces arrived", len(trees))
	}
}

func TestMistakes(t *testing.T) {
	isolate(t)
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"unknown flag", []string{"-nonsense"}, "nonsense"},
		{"no URL", []string{"-url", "nonsense"}, "WithURL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			err := run(t.Context(), tt.args, &out)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one about %s", err, tt.want)
			}
		})
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"-h"}, &out); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}
