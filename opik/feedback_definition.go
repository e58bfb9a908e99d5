package opik

import (
	"fmt"

	"github.com/opik-go/sdk/gen/rest"
)

// NewFeedbackDefinition makes a feedback definition that
// [FeedbackDefinitionsService.Create] and Update take of one of its kinds: a number
// from a range, a category of at least two, or yes and no with words of one's own.
// The Type of the definition is set by this. Its error says that a number is none.
//
// What the server returns is taken apart with the method Value of [rest.Feedback].
func NewFeedbackDefinition[T rest.NumericalFeedbackDefinition | rest.CategoricalFeedbackDefinition | rest.BooleanFeedbackDefinition](definition T) (rest.Feedback, error) {
	var f rest.Feedback
	var err error
	switch definition := any(definition).(type) {
	case rest.NumericalFeedbackDefinition:
		err = f.FromNumericalFeedbackDefinition(definition)
	case rest.CategoricalFeedbackDefinition:
		err = f.FromCategoricalFeedbackDefinition(definition)
	case rest.BooleanFeedbackDefinition:
		err = f.FromBooleanFeedbackDefinition(definition)
	}
	if err != nil {
		return f, fmt.Errorf("feedback definition: %w", err)
	}
	return f, nil
}
