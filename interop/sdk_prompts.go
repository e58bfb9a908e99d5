package main

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/opik-go/sdk/opik"
)

// promptsDoc is the document of the case prompts.
type promptsDoc struct {
	Text textPromptDoc `json:"text"`
	Chat chatPromptDoc `json:"chat"`
}

type textPromptDoc struct {
	Name string `json:"name"`
	// Templates are those of the versions, oldest first.
	Templates []string        `json:"templates"`
	Metadata  json.RawMessage `json:"metadata"`
	Variables map[string]any  `json:"variables"`
	Formatted string          `json:"formatted"`
}

type chatPromptDoc struct {
	Name      string             `json:"name"`
	Messages  []opik.ChatMessage `json:"messages"`
	Variables map[string]any     `json:"variables"`
	Formatted []opik.ChatMessage `json:"formatted"`
}

func addPrompts(acts map[string]act, client *opik.Client) {
	acts["write prompts"] = doing(func(ctx context.Context, data promptsDoc, _ none) (none, error) {
		templates := data.Text.Templates
		for _, template := range append(templates, templates[len(templates)-1]) { // the last one twice, which adds nothing
			if _, err := client.CreatePrompt(ctx, data.Text.Name, template, opik.CreatePromptParams{Metadata: data.Text.Metadata}); err != nil {
				return none{}, err
			}
		}
		_, err := client.CreateChatPrompt(ctx, data.Chat.Name, data.Chat.Messages, opik.CreatePromptParams{})
		return none{}, err
	})
	acts["read prompts"] = doing(func(ctx context.Context, data promptsDoc, _ none) (read promptsDoc, err error) {
		if read.Text, err = readTextPrompt(ctx, client, data.Text); err != nil {
			return read, err
		}
		read.Chat, err = readChatPrompt(ctx, client, data.Chat)
		return read, err
	})
}

func readTextPrompt(ctx context.Context, client *opik.Client, data textPromptDoc) (read textPromptDoc, err error) {
	prompt, err := client.GetPrompt(ctx, data.Name, opik.GetPromptParams{})
	if err != nil {
		return read, err
	}
	read = textPromptDoc{Name: prompt.Name(), Metadata: prompt.Version().Metadata, Variables: data.Variables}
	if read.Formatted, err = prompt.Format(data.Variables); err != nil {
		return read, err
	}
	for version, err := range client.GetPromptHistory(ctx, data.Name, opik.PromptHistoryParams{}) {
		if err != nil {
			return read, err
		}
		read.Templates = append(read.Templates, version.Template())
	}
	slices.Reverse(read.Templates)
	return read, nil
}

func readChatPrompt(ctx context.Context, client *opik.Client, data chatPromptDoc) (read chatPromptDoc, err error) {
	prompt, err := client.GetChatPrompt(ctx, data.Name, opik.GetPromptParams{})
	if err != nil {
		return read, err
	}
	read = chatPromptDoc{Name: prompt.Name(), Variables: data.Variables}
	if read.Messages, err = prompt.Messages(); err != nil {
		return read, err
	}
	read.Formatted, err = prompt.Format(data.Variables)
	return read, err
}
