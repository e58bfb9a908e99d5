package templates

// The operations that nobody has decided on. opikgen sync keeps this file in step
// with the contract.
