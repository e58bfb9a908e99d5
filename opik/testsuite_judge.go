package opik

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/gen/rest"
)

// judgeType is the type of evaluators that are language models.
const judgeType rest.EvaluatorItemType = "llm_judge"

// judgeName is the name of the evaluator that judges the assertions of test suites.
const judgeName = "llm_judge"

// judgeConfig is the configuration of a judge. Its schema has the assertions; the
// messages are only there because the server wants some, runs of a suite have their
// own.
type judgeConfig struct {
	Version   string            `json:"version"`
	Name      string            `json:"name"`
	Model     judgeModel        `json:"model"`
	Messages  []judgeMessage    `json:"messages"`
	Variables map[string]string `json:"variables"`
	Schema    []judgeAssertion  `json:"schema"`
}

type judgeModel struct {
	Name             string            `json:"name"`
	CustomParameters map[string]string `json:"customParameters"`
}

type judgeMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type judgeAssertion struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description"`
}

// judges returns the evaluators of assertions, which are one or, without assertions,
// none. The list is not nil.
func judges(assertions []string) []Evaluator {
	if len(assertions) == 0 {
		return []Evaluator{}
	}
	config := judgeConfig{
		Version: "1.0.0", Name: judgeName,
		Model: judgeModel{Name: "gpt-5-nano", CustomParameters: map[string]string{"reasoning_effort": "low"}},
		Messages: []judgeMessage{
			{"SYSTEM", "You decide of each assertion whether it is true of the output of an application. Look at nothing but the input and the output, and give a short reason."},
			{"USER", "Input:\n{{input}}\n\nOutput:\n{{output}}"},
		},
		Variables: map[string]string{"input": "input", "output": "output"},
	}
	for _, text := range assertions {
		config.Schema = append(config.Schema, judgeAssertion{Name: text, Type: "BOOLEAN", Description: text})
	}
	encoded, _ := json.Marshal(config) // texts can be encoded
	return []Evaluator{{Name: judgeName, Type: judgeType, Config: encoded}}
}

// assertionsOf returns the assertions that the judges among evaluators have, each
// once.
func assertionsOf(evaluators []Evaluator) ([]string, error) {
	var assertions []string
	for _, e := range evaluators {
		if e.Type != judgeType {
			continue
		}
		var config struct {
			Schema []judgeAssertion `json:"schema"`
		}
		if err := json.Unmarshal(e.Config, &config); err != nil {
			return nil, fmt.Errorf("opik: configuration of the evaluator %q: %w", e.Name, err)
		}
		for _, assertion := range config.Schema {
			text := assertion.Description
			if text == "" {
				text = assertion.Name
			}
			if !slices.Contains(assertions, text) {
				assertions = append(assertions, text)
			}
		}
	}
	return assertions, nil
}

// otherEvaluators returns those that judge no assertions.
func otherEvaluators(evaluators []Evaluator) []Evaluator {
	return slices.DeleteFunc(slices.Clone(evaluators), func(e Evaluator) bool { return e.Type == judgeType })
}
