package opik

// datasetState is what a [Dataset] keeps besides its record.
type datasetState struct{}
