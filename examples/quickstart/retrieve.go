package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik"
)

// document is something that can be looked up.
type document struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

var library = []document{
	{"Venice", "Venice stands on wooden piles that were driven into the lagoon. Canals take the place of streets."},
	{"Amsterdam", "Amsterdam is a city of canals and bicycles below the level of the sea."},
	{"Petra", "Petra was carved into red sandstone more than two thousand years ago."},
}

var errNothingFound = errors.New("no document has anything to do with the question")

// retrieve returns the documents that share most words with the question.
func retrieve(ctx context.Context, question string) ([]document, error) {
	ctx, span := opik.StartSpan(ctx, "retrieve", opik.WithSpanType(opik.SpanTypeTool), opik.WithInput(question))
	defer span.End()

	words := keywords(ctx, question)
	hits := search(ctx, words)
	if len(hits) == 0 {
		span.SetError(errNothingFound)
		return nil, errNothingFound
	}
	found := make([]document, 0, len(hits))
	for _, hit := range hits {
		found = append(found, hit.document)
	}
	span.SetOutput(found)
	span.SetMetadata(map[string]any{"library": map[string]any{"documents": len(library)}})
	// How much of the question the best document covers.
	span.Score("coverage", float64(hits[0].shared)/float64(len(words)), opik.WithCategory("retrieval"))
	return found, nil
}

// keywords returns the words of the question that are worth looking for.
func keywords(ctx context.Context, question string) []string {
	_, span := opik.StartSpan(ctx, "keywords", opik.WithInput(question))
	defer span.End()
	var words []string
	for word := range strings.FieldsSeq(strings.ToLower(question)) {
		if word = strings.Trim(word, "?!.,"); len(word) > 3 {
			words = append(words, word)
		}
	}
	span.SetOutput(words)
	return words
}

type hit struct {
	document
	shared int // words of the question
}

// search returns up to two documents that share words with the question, the best first.
func search(ctx context.Context, words []string) []hit {
	_, span := opik.StartSpan(ctx, "search", opik.WithSpanType(opik.SpanTypeTool), opik.WithInput(map[string]any{"words": words}))
	defer span.End()
	var hits []hit
	for _, d := range library {
		shared := 0
		for _, word := range words {
			if strings.Contains(strings.ToLower(d.Title+" "+d.Text), word) {
				shared++
			}
		}
		if shared > 0 {
			hits = append(hits, hit{d, shared})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.shared, a.shared) })
	hits = hits[:min(len(hits), 2)]
	titles := make([]string, 0, len(hits))
	for _, h := range hits {
		titles = append(titles, h.Title)
	}
	span.SetOutput(map[string]any{"titles": titles})
	return hits
}
