package rest_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

func TestUnknownValuesAndMembersAreAccepted(t *testing.T) {
	b := serve(t, answerJSON(200, `{"id":"1","start_time":"2026-07-24T10:00:00Z","type":"quantum","source":"martian","novelty":{"a":[1]},"usage":{"new_tokens":7}}`))
	span, err := b.GetSpanByID(t.Context(), "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if span.Type != "quantum" || span.Source != "martian" || span.Usage["new_tokens"] != 7 {
		t.Errorf("got %+v", span)
	}
	encoded, err := json.Marshal(rest.Span{Type: span.Type})
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(encoded, &back); err != nil || back["type"] != "quantum" {
		t.Errorf("an unknown value is sent as %s", encoded)
	}
}

func TestUnionsDecode(t *testing.T) {
	b := serve(t, answerJSON(200, `{"content":[
		{"type":"numerical","id":"1","name":"quality","details":{"min":0,"max":1},"created_by":"me"},
		{"type":"categorical","id":"2","name":"tone","details":{"categories":{"good":1,"bad":0}}},
		{"type":"emoji","id":"3","palette":["x"]}]}`))
	page, err := b.FindFeedbackDefinitions(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Content) != 3 {
		t.Fatalf("got %d definitions", len(page.Content))
	}

	value, err := page.Content[0].Value()
	numerical, ok := value.(rest.NumericalFeedbackDefinition)
	if err != nil || !ok || numerical.Details.Max != 1 || numerical.Name != "quality" || numerical.CreatedBy != "me" {
		t.Errorf("first: %+v, %v", value, err)
	}
	value, err = page.Content[1].Value()
	if categorical, ok := value.(rest.CategoricalFeedbackDefinition); err != nil || !ok || categorical.Details.Categories["good"] != 1 {
		t.Errorf("second: %+v, %v", value, err)
	}

	unknown := page.Content[2]
	if unknown.Discriminator() != "emoji" {
		t.Errorf("discriminator is %q", unknown.Discriminator())
	}
	value, err = unknown.Value()
	raw, ok := value.(json.RawMessage)
	if err != nil || !ok || string(raw) != `{"type":"emoji","id":"3","palette":["x"]}` {
		t.Errorf("unknown variant: %T %s, %v", value, raw, err)
	}
	if back, err := json.Marshal(unknown); err != nil || string(back) != string(raw) {
		t.Errorf("an unknown variant is encoded as %s, %v", back, err)
	}
}

func TestUnionsEncode(t *testing.T) {
	b := serve(t, created("/v1/private/feedback-definitions/1"))

	var known rest.Feedback
	// The discriminator is set whatever the variant says.
	err := known.FromNumericalFeedbackDefinition(rest.NumericalFeedbackDefinition{Name: "quality", Type: "wrong", Details: rest.NumericalFeedbackDetail{Max: 5}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.CreateFeedbackDefinition(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	var sent struct {
		Type, Name string
		Details    struct{ Min, Max *float64 }
	}
	if err := json.Unmarshal(b.last(t).body, &sent); err != nil {
		t.Fatal(err)
	}
	if sent.Type != "numerical" || sent.Name != "quality" || sent.Details.Min == nil || *sent.Details.Max != 5 {
		t.Errorf("sent %s", b.last(t).body)
	}

	var unknown rest.Feedback
	unknown.FromRaw(json.RawMessage(`{"type":"emoji","palette":["x"]}`))
	if _, err := b.CreateFeedbackDefinition(t.Context(), unknown); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `{"type":"emoji","palette":["x"]}` {
		t.Errorf("sent %s", got)
	}
}

func TestUnsetUnionIsNull(t *testing.T) {
	var u rest.Feedback
	if text, err := json.Marshal(u); err != nil || string(text) != "null" {
		t.Errorf("encoded as %s, %v", text, err)
	}
	if u.Discriminator() != "" {
		t.Errorf("discriminator is %q", u.Discriminator())
	}
	if _, err := u.AsNumericalFeedbackDefinition(); err == nil {
		t.Error("a union without a value decodes")
	}
	u.FromRaw(json.RawMessage(`{"type":"numerical","details":3}`))
	if _, err := u.Value(); err == nil {
		t.Error("a malformed variant decodes")
	}
	var syntax *json.UnmarshalTypeError
	if _, err := u.Value(); !errors.As(err, &syntax) {
		t.Errorf("error is %v", err)
	}
}
