// Package templates says which operations of the contract the SDK offers, and as
// what. Nothing imports it: opikgen reads it. docs/templates.md explains how.
package templates
