package opik

import (
	"errors"
	"fmt"
)

// checkMessages returns an error for each thing that other clients of the server
// would refuse, joined.
func checkMessages(method string, messages []ChatMessage) error {
	var problems []error
	refuse := func(reason, field string, args ...any) {
		problems = append(problems, &ValidationError{Method: method, Field: fmt.Sprintf(field, args...), Reason: reason})
	}
	for i, m := range messages {
		switch m.Role {
		case ChatRoleSystem, ChatRoleUser, ChatRoleAssistant:
		case "":
			refuse("is missing", "messages[%d].Role", i)
		default:
			refuse(fmt.Sprintf("is %q, which is neither system, user nor assistant", m.Role), "messages[%d].Role", i)
		}
		if m.Parts != nil && m.Content != "" {
			refuse("is set beside Parts", "messages[%d].Content", i)
		}
		if len(m.Extra) > 0 {
			refuse("is set, but a message has only a role and a content", "messages[%d].Extra", i)
		}
		for j, p := range m.Parts {
			if field, reason := p.check(); reason != "" {
				refuse(reason, "messages[%d].Parts[%d].%s", i, j, field)
			}
		}
	}
	return errors.Join(problems...)
}

// check returns the field of a part that is not valid, and why.
func (p *ContentPart) check() (field, reason string) {
	switch {
	case p.Type == "":
		return "Type", "is missing"
	case p.Type == PartText && p.Media != nil:
		return "Media", "is set for a text"
	case p.Type.isMedia() && p.Media == nil:
		return "Media", "is missing"
	case p.Type.isMedia() && p.Text != "":
		return "Text", "is set for what is no text"
	case p.Type != PartText && !p.Type.isMedia() && (p.Text != "" || p.Media != nil):
		return "Extra", "has all members of a part of another type"
	}
	return "", ""
}
