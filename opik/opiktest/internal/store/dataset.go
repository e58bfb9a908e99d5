package store

// Dataset is a dataset of the workspace.
type Dataset struct {
	ID string
	stamp
}

// Export is a job that writes a dataset as CSV.
type Export struct{ ID string }
