//go:build race

package pipeline

func init() { *sequences = 300 }
