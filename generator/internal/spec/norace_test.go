//go:build !race

package spec

// underRace says that the race detector slows the tests down.
const underRace = false
