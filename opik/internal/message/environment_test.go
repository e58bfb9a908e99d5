package message_test

//opik:requires TraceUpdate.environment

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/message"
)

// Of the limits of a text, characters are counted and not bytes.
func TestValidateCountsCharacters(t *testing.T) {
	record := message.TraceUpdate{ID: traceID, Environment: strings.Repeat("é", 150)}
	if err := record.Validate(); err != nil {
		t.Error(err)
	}
	record.Environment += "é"
	const want = "Environment has 151 characters; at most 150 are allowed"
	if err := record.Validate(); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
