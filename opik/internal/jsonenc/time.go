package jsonenc

import "sync/atomic"

// digitPairs holds "00" to "99".
const digitPairs = "00010203040506070809" + "10111213141516171819" + "20212223242526272829" + "30313233343536373839" + "40414243444546474849" +
	"50515253545556575859" + "60616263646566676869" + "70717273747576777879" + "80818283848586878889" + "90919293949596979899"

const secondsPerDay = 24 * 60 * 60

// appendUTC appends a moment as time.RFC3339Nano has it in UTC, in quotes. A record
// has three of them, and the general formatter of package time takes more than twice
// as long. The moment must be after 1970 and before the year 10000.
func appendUTC(dst []byte, seconds int64, nanos int) []byte {
	days, rest := uint32(seconds/secondsPerDay), uint32(seconds%secondsPerDay)
	year, month, day := date(days)
	var b [len(`"2006-01-02T15:04:05.999999999Z"`)]byte
	b[0] = '"'
	putPair(b[1:], year/100)
	putPair(b[3:], year%100)
	b[5] = '-'
	putPair(b[6:], month)
	b[8] = '-'
	putPair(b[9:], day)
	b[11] = 'T'
	putPair(b[12:], rest/3600)
	b[14] = ':'
	putPair(b[15:], rest/60%60)
	b[17] = ':'
	putPair(b[18:], rest%60)
	n := 20
	if nanos != 0 {
		b[20] = '.'
		f := uint32(nanos)
		putPair(b[21:], f/10_000_000)
		putPair(b[23:], f/100_000%100)
		putPair(b[25:], f/1000%100)
		putPair(b[27:], f/10%100)
		b[29] = byte('0' + f%10)
		for n = 30; b[n-1] == '0'; n-- {
		}
	}
	b[n], b[n+1] = 'Z', '"'
	return append(dst, b[:n+2]...)
}

func putPair(b []byte, v uint32) {
	_ = b[1]
	b[0], b[1] = digitPairs[2*v], digitPairs[2*v+1]
}

// today is the latest day that was asked for and its date: year, month and day in 23
// bits below the number of the day. Most times are of the present day.
var today atomic.Uint64

// date is civil with a memory.
func date(days uint32) (year, month, day uint32) {
	known := today.Load()
	if known == 0 || uint32(known>>32) != days {
		year, month, day = civil(days)
		known = uint64(days)<<32 | uint64(year<<9|month<<5|day)
		today.Store(known)
	}
	return uint32(known) >> 9, uint32(known) >> 5 & 15, uint32(known) & 31
}

// civil returns the date of a day that is counted from 1970-01-01. It counts from
// the first of March, so that a leap day is the last of its year, in years of 4
// centuries, each of 146097 days (Howard Hinnant, chrono-compatible low-level date
// algorithms).
func civil(days uint32) (year, month, day uint32) {
	z := days + 719468
	era := z / 146097
	ofEra := z % 146097
	yearOfEra := (ofEra - ofEra/1460 + ofEra/36524 - ofEra/146096) / 365
	ofYear := ofEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	fromMarch := (5*ofYear + 2) / 153
	day = ofYear - (153*fromMarch+2)/5 + 1
	year = yearOfEra + era*400
	if fromMarch < 10 {
		return year, fromMarch + 3, day
	}
	return year + 1, fromMarch - 9, day
}
