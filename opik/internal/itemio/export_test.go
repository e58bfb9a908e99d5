package itemio

// LowerMaxRecord lowers the limit of an object until the returned function is called.
func LowerMaxRecord(n int) (restore func()) {
	maxRecord = n
	return func() { maxRecord = MaxRecord }
}
