package jsonenc

import (
	"fmt"
	"reflect"
	"unicode/utf8"
)

// appendPlaceholder appends a string that stands for what JSON cannot hold.
func appendPlaceholder(dst []byte, what string) []byte {
	return AppendString(dst, "<opik: "+what+">")
}

// appendUnsupported stands for a value of a type that has no JSON form.
func appendUnsupported(dst []byte, t reflect.Type) []byte {
	return appendPlaceholder(dst, "unsupported type "+t.String())
}

// maxReason bounds the text of a foreign error or panic inside a placeholder.
const maxReason = 200

// shorten cuts a text at maxReason bytes, not inside a character.
func shorten(s string) string {
	if len(s) <= maxReason {
		return s
	}
	cut := maxReason
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}

// describePanic renders what recover returned. Its own formatting cannot panic:
// fmt catches panics of the value's methods.
func describePanic(r any) string { return shorten(fmt.Sprint(r)) }
