//go:build generate

// This file tells go generate what to run, in this order. It imports nothing: the
// tools and their versions are in generator/go.mod, and never reach users of the SDK.

package sdk

//go:generate go -C generator run ./cmd/opikgen generate
