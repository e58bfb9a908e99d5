// Package ir is the plain model between resolve, which makes every decision,
// and emit, which makes none. It knows neither OpenAPI nor Go syntax trees.
package ir
