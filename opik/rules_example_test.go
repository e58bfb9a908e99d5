package opik_test

import (
	"context"
	"log"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// An alert calls a webhook when a prompt gets a new version.
func ExampleAlertsService_Create() {
	ctx := context.Background()
	client, err := opik.New()
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Alerts.Create(ctx, "new prompts", rest.Webhook{URL: "https://example.com/hook"}, opik.AlertCreateParams{
		Enabled:  opik.Ptr(true),
		Triggers: []rest.AlertTrigger{{EventType: rest.AlertTriggerEventTypePromptCommitted}},
	})
	if err != nil {
		log.Fatal(err)
	}
}

// A rule lets a language model score a tenth of the traces of a project.
func ExampleAutomationRulesService_Create() {
	ctx := context.Background()
	client, err := opik.New()
	if err != nil {
		log.Fatal(err)
	}
	project, err := client.Projects.Retrieve(ctx, "support", opik.ProjectRetrieveParams{})
	if err != nil {
		log.Fatal(err)
	}
	var rule rest.AutomationRuleEvaluator
	err = rule.FromAutomationRuleEvaluatorLLMAsJudge(rest.AutomationRuleEvaluatorLLMAsJudge{
		Name:         "helpful",
		Action:       rest.AutomationRuleEvaluatorActionEvaluator,
		ProjectIDs:   []string{project.ID},
		SamplingRate: opik.Ptr(0.1),
		Code: rest.LLMAsJudgeCode{
			Model:     rest.LLMAsJudgeModelParameters{Name: "gpt-4o-mini"},
			Messages:  []rest.LLMAsJudgeMessage{{Role: rest.LLMAsJudgeMessageRoleUSER, Content: "Does this help? {{answer}}"}},
			Variables: map[string]string{"answer": "output"},
			Schema: []rest.LLMAsJudgeOutputSchema{{
				Name: "helpful", Type: rest.LLMAsJudgeOutputSchemaTypeBOOLEAN, Description: "whether the answer helps",
			}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.AutomationRules.Create(ctx, rule); err != nil {
		log.Fatal(err)
	}
}
