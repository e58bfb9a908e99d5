package opik

// ScoreOption says more about a feedback score.
type ScoreOption func(*scoreDetails)

type scoreDetails struct{ reason, category string }

// WithReason says why the score is what it is. The default is no reason.
func WithReason(reason string) ScoreOption {
	return func(d *scoreDetails) { d.reason = reason }
}

// WithCategory names the category that the value stands for, for scores that are a
// choice rather than a number. The default is none.
func WithCategory(name string) ScoreOption {
	return func(d *scoreDetails) { d.category = name }
}

func scoreOptions(opts []ScoreOption) scoreDetails {
	var d scoreDetails
	for _, opt := range opts {
		if opt != nil {
			opt(&d)
		}
	}
	return d
}
