package opik_test

//opik:requires setPromptVersionEnvironment,getPromptVersionByNumber,retrievePromptVersionsByIds

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
)

func TestPromptEnvironments(t *testing.T) {
	c, _ := served(t, 0)
	var versions []*opik.Prompt
	for _, template := range []string{"one", "two", "three"} {
		p, err := c.CreatePrompt(t.Context(), "p", template, opik.CreatePromptParams{})
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, p)
	}
	want := func(params opik.GetPromptParams, template string) {
		t.Helper()
		p, err := c.GetPrompt(t.Context(), "p", params)
		if template == "" && errors.Is(err, opik.ErrNotFound) {
			return
		}
		if err != nil || p.Template() != template {
			t.Errorf("%+v: %q, %v, want %q", params, p.Template(), err, template)
		}
	}
	production := opik.GetPromptParams{Environment: "production"}
	want(production, "")
	for i := range 2 {
		if err := versions[i].SetEnvironments(t.Context(), []string{"production", "test"}); err != nil {
			t.Fatal(err)
		}
		want(production, versions[i].Template())
	}
	if err := versions[1].SetEnvironments(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want(production, "")
	want(opik.GetPromptParams{VersionNumber: "v2"}, "two")
	want(opik.GetPromptParams{VersionNumber: "v4"}, "")
	want(opik.GetPromptParams{}, "three")

	second, err := versions[0].VersionByNumber(t.Context(), "v2")
	if err != nil || versions[0].At(*second).Template() != "two" {
		t.Errorf("%v, %v", second, err)
	}
	if _, err := versions[0].VersionByNumber(t.Context(), "v4"); !errors.Is(err, opik.ErrNotFound) {
		t.Error(err)
	}
	found, err := c.Prompts.RetrieveVersionsByIDs(t.Context(), []string{versions[0].VersionID(), versions[2].VersionID()})
	if err != nil || len(found) != 2 {
		t.Errorf("%v, %v", found, err)
	}

	chat, err := c.CreateChatPrompt(t.Context(), "chat", nil, opik.CreatePromptParams{})
	if err != nil {
		t.Fatal(err)
	}
	if err := chat.SetEnvironments(t.Context(), []string{"test"}); err != nil {
		t.Error(err)
	}
	if err := chat.Delete(t.Context()); err != nil {
		t.Error(err)
	}
	if err := chat.SetEnvironments(t.Context(), nil); !errors.Is(err, opik.ErrNotFound) {
		t.Error(err)
	}
	var none *opik.Prompt
	var noChat *opik.ChatPrompt
	for _, err := range []error{none.SetEnvironments(t.Context(), nil), noChat.SetEnvironments(t.Context(), nil)} {
		if !errors.Is(err, opik.ErrNilHandle) {
			t.Error(err)
		}
	}
}

// TestPromptsByEnvironmentAreRememberedApart reads two versions of a prompt.
func TestPromptsByEnvironmentAreRememberedApart(t *testing.T) {
	inPromptBubble(t, func(p prompts) {
		for i, template := range []string{"one", "two"} {
			if err := p.create(template).SetEnvironments(p.Context(), []string{strings.Repeat("e", i+1)}); err != nil {
				p.Fatal(err)
			}
		}
		p.wantOf(opik.GetPromptParams{Environment: "e"}, "one")
		p.wantOf(opik.GetPromptParams{Environment: "ee"}, "two")
		time.Sleep(time.Hour)
		p.net.be(nil, 503, 0)
		p.wantOf(opik.GetPromptParams{Environment: "e"}, "one*")
		p.wantOf(opik.GetPromptParams{Environment: "ee"}, "two*")
		p.want("two*")
	})
}
