// Package genversion ties generated code to the hand-written code that it calls.
// Every generated file of packages opik and message refers to the constant for
// the version of the conventions it was generated for. A file of another version
// does not compile, and its comment says why.
package genversion

// V1 is the present version. When the conventions between generated and
// hand-written code change, it is replaced by V2, here and in the generator.
const V1 = true
