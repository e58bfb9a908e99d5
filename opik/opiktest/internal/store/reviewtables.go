package store

// reviewTables hold what people use to look through traces and to steer agents.
type reviewTables struct {
	attachments  map[attachmentKey]*Attachment
	queues       map[string]*Queue              // by id
	definitions  map[string]*FeedbackDefinition // by id
	environments map[string]*Environment        // by id
	guardrails   map[guardrailKey]string        // the results
	configs      map[string]*agentConfig        // by project
	blueprints   map[string]*Blueprint          // by id, masks included
}

func newReviewTables() reviewTables {
	return reviewTables{
		attachments:  map[attachmentKey]*Attachment{},
		queues:       map[string]*Queue{},
		definitions:  map[string]*FeedbackDefinition{},
		environments: map[string]*Environment{},
		guardrails:   map[guardrailKey]string{},
		configs:      map[string]*agentConfig{},
		blueprints:   map[string]*Blueprint{},
	}
}
