package opik

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ChatRole says who speaks in a message.
type ChatRole string

// Roles that the server's other clients accept in chat prompts.
const (
	ChatRoleSystem    ChatRole = "system"
	ChatRoleUser      ChatRole = "user"
	ChatRoleAssistant ChatRole = "assistant"
)

// ChatMessage is a message of a chat prompt. Its content is a text, or a list of
// parts. In JSON it has the form that model providers share:
//
//	{"role": "user", "content": "Hi"}
//	{"role": "user", "content": [{"type": "text", "text": "Hi"}, ...]}
type ChatMessage struct {
	// Role says who speaks.
	Role ChatRole
	// Content is the text of the message, if it has no Parts.
	Content string
	// Parts are the parts of the message. With an empty list that is not nil the
	// content is an empty list.
	Parts []ContentPart
	// Extra are further members of a message that was stored by others. They are
	// kept; [Client.CreateChatPrompt] refuses them.
	Extra map[string]json.RawMessage
}

// SystemMessage returns a message that tells the model what to be.
func SystemMessage(text string) ChatMessage { return ChatMessage{Role: ChatRoleSystem, Content: text} }

// UserMessage returns a message of the user.
func UserMessage(text string) ChatMessage { return ChatMessage{Role: ChatRoleUser, Content: text} }

// AssistantMessage returns a message of the model.
func AssistantMessage(text string) ChatMessage {
	return ChatMessage{Role: ChatRoleAssistant, Content: text}
}

// MarshalJSON returns the message in the form that model providers share.
func (m ChatMessage) MarshalJSON() ([]byte, error) {
	var content any = m.Content
	if m.Parts != nil {
		content = m.Parts
	}
	return marshalMembers([]member{{"role", m.Role}, {"content", content}}, m.Extra)
}

// UnmarshalJSON reads a message. A content that is missing or null is an empty text.
func (m *ChatMessage) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	var read ChatMessage
	if err := take(members, "role", &read.Role); err != nil {
		return err
	}
	content := members["content"]
	delete(members, "content")
	var err error
	if isList(content) {
		err = json.Unmarshal(content, &read.Parts)
	} else if content != nil {
		err = json.Unmarshal(content, &read.Content)
	}
	if err != nil {
		return fmt.Errorf("content: %w", err)
	}
	read.Extra = extra(members)
	*m = read
	return nil
}

func isList(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '[' }

// member is one member of an object to be encoded.
type member struct {
	name  string
	value any
}

// marshalMembers encodes an object: the members in their order, then the further
// ones that are not among them.
func marshalMembers(members []member, further map[string]json.RawMessage) ([]byte, error) {
	for _, name := range slices.Sorted(maps.Keys(further)) {
		if !slices.ContainsFunc(members, func(m member) bool { return m.name == name }) {
			members = append(members, member{name, further[name]})
		}
	}
	b := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		for _, v := range []any{m.name, m.value} {
			encoded, err := encodePlain(v)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			b = append(append(b, encoded...), ':')
		}
		b = b[:len(b)-1]
	}
	return append(b, '}'), nil
}

// encodePlain encodes as JSON without escaping what is special in HTML only: people
// read prompts.
func encodePlain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// take moves a member into a value. One that is missing or null leaves it.
func take(members map[string]json.RawMessage, name string, into any) error {
	raw, ok := members[name]
	if !ok {
		return nil
	}
	delete(members, name)
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func extra(members map[string]json.RawMessage) map[string]json.RawMessage {
	if len(members) == 0 {
		return nil
	}
	return members
}

// decodeMessages reads the template of a chat prompt.
func decodeMessages(template string) ([]ChatMessage, error) {
	var messages []ChatMessage
	if err := json.Unmarshal([]byte(template), &messages); err != nil {
		return nil, fmt.Errorf("the template is no list of messages: %w", err)
	}
	if messages == nil {
		return nil, errors.New("the template is no list of messages: it is null")
	}
	return messages, nil
}

// encodeMessages makes the template of messages for a method, if they are valid.
func encodeMessages(method string, messages []ChatMessage) (string, error) {
	if err := checkMessages(method, messages); err != nil {
		return "", err
	}
	if messages == nil {
		messages = []ChatMessage{}
	}
	encoded, err := encodePlain(messages)
	if err != nil {
		return "", &ValidationError{Method: method, Field: "messages", Reason: "cannot be encoded", Err: err}
	}
	return string(encoded), nil
}
