package store

import (
	"hash/fnv"
	"strconv"
)

// The server calls an experiment without a name by two words and a number.
var (
	adjectives = [...]string{"bright", "calm", "eager", "gentle", "happy", "lucky", "quick", "silent"}
	nouns      = [...]string{"cloud", "falcon", "forest", "harbor", "meadow", "otter", "river", "stone"}
)

// experimentName returns the name of an experiment that was given none. It depends
// on the id alone.
func experimentName(id string) string {
	h := fnv.New32a()
	h.Write([]byte(id))
	n := h.Sum32()
	return adjectives[n%8] + "_" + nouns[n/8%8] + "_" + strconv.Itoa(int(n/64%10000))
}
