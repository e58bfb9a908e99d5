package opik

import (
	"encoding/json"
	"fmt"
)

// PartType says what a part of a message is. Parts of other types than these are
// kept as they are.
type PartType string

// Types of parts.
const (
	PartText  PartType = "text"
	PartImage PartType = "image_url"
	PartVideo PartType = "video_url"
	PartAudio PartType = "audio_url"
)

// isMedia reports whether parts of the type refer to something by its URL.
func (t PartType) isMedia() bool { return t == PartImage || t == PartVideo || t == PartAudio }

// ContentPart is a part of a message: a text, an image, a video, a sound, or what
// others have made of it. In JSON:
//
//	{"type": "text", "text": "Hi"}
//	{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
type ContentPart struct {
	// Type says what the part is, and which of the fields below has it.
	Type PartType
	// Text is the text of a part of type [PartText].
	Text string
	// Media is what a part of type [PartImage], [PartVideo] or [PartAudio] refers to.
	Media *Media
	// Extra are all further members, as they are; of a part of another type these
	// are all but its type.
	Extra map[string]json.RawMessage
}

// Media is an image, a video or a sound.
type Media struct {
	// URL is where it is, or a data URL that holds it.
	URL string
	// Extra are further members, as they are: "detail" of an image, for example.
	Extra map[string]json.RawMessage
}

// TextPart returns a part that is a text.
func TextPart(text string) ContentPart { return ContentPart{Type: PartText, Text: text} }

// ImagePart returns a part that is the image with the URL.
func ImagePart(url string) ContentPart {
	return ContentPart{Type: PartImage, Media: &Media{URL: url}}
}

// VideoPart returns a part that is the video with the URL.
func VideoPart(url string) ContentPart {
	return ContentPart{Type: PartVideo, Media: &Media{URL: url}}
}

// AudioPart returns a part that is the sound with the URL.
func AudioPart(url string) ContentPart {
	return ContentPart{Type: PartAudio, Media: &Media{URL: url}}
}

// MarshalJSON returns the part in the form that model providers share.
func (p ContentPart) MarshalJSON() ([]byte, error) {
	members := []member{{"type", p.Type}}
	switch {
	case p.Type == PartText:
		members = append(members, member{"text", p.Text})
	case p.Type.isMedia() && p.Media != nil:
		members = append(members, member{string(p.Type), p.Media})
	}
	return marshalMembers(members, p.Extra)
}

// UnmarshalJSON reads a part. What does not have the form that its type asks for is
// kept in Extra.
func (p *ContentPart) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	var read ContentPart
	if err := take(members, "type", &read.Type); err != nil {
		return err
	}
	switch {
	case read.Type == PartText:
		if err := take(members, "text", &read.Text); err != nil {
			return err
		}
	case read.Type.isMedia():
		name := string(read.Type)
		var media *Media
		if json.Unmarshal(members[name], &media) == nil && media != nil {
			read.Media = media
			delete(members, name)
		}
	}
	read.Extra = extra(members)
	*p = read
	return nil
}

// MarshalJSON returns an object with the URL and what else there is.
func (m Media) MarshalJSON() ([]byte, error) {
	return marshalMembers([]member{{"url", m.URL}}, m.Extra)
}

// UnmarshalJSON reads an object with a URL.
func (m *Media) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	var read Media
	if _, ok := members["url"]; !ok {
		return fmt.Errorf("url is missing")
	}
	if err := take(members, "url", &read.URL); err != nil {
		return err
	}
	read.Extra = extra(members)
	*m = read
	return nil
}
