package build_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const filterTemplate = `
// Text is text.
//
//opik:kind "= != contains" column=string
type Text string

//opik:kind "= >" value=number column=number
type Number string

//opik:kind "= in" value=ident
type Enum[T ~string] string

//opik:kind "= > is_empty" value=json key=Path column=dictionary decodes=1
type Note string

//opik:kind columns=Text,Number,Note
type Column string

// BookFilter says which books are meant.
//
//opik:filter "books" schema=BookFilter
type BookFilter struct {
	Title Text ` + "`opik:\"name\"`" + `
	Pages Number
	Genre Enum[rest.BookGenre] ` + "`property:\"Book_Public.genre\"`" + `
	Notes Note
	Data  Column
}

//opik:filter "same" operations=searchBooks,findBooks
type SameFilter struct {
	Name Text
}
`

const filterSchema = `    BookFilter:
      type: object
      required: [field, operator, value]
      properties:
        field: {type: string}
        key: {type: string}
        operator: {type: string, enum: ['=', '!=', '>', contains, in, is_empty]}
        type: {type: string, enum: [string, number, dictionary]}
        value: {type: string}
    BookSearch:
      type: object
      properties:
        filters: {type: array, items: {$ref: '#/components/schemas/BookFilter'}}
`

// Templates of filters in any disorder, and contracts that do not fit them, are
// reported.
func TestGenerateDamagedFilters(t *testing.T) {
	d := readDamaged(t)
	const search = "    BookSearch:\n      type: object\n      properties:\n"
	contract := strings.Replace(string(d.contracts[0]), search, filterSchema, 1)
	if contract == string(d.contracts[0]) {
		t.Fatal("the contract has no BookSearch")
	}
	d.contracts[0] = []byte(contract)
	template := d.templates[0] + filterTemplate
	for seed := range 60 {
		random := rand.New(rand.NewPCG(uint64(seed), 2))
		lines := strings.SplitAfter(template, "\n")
		for range random.IntN(4) {
			words := strings.Split(lines[random.IntN(len(lines))], " ")
			at := random.IntN(len(lines))
			switch random.IntN(3) {
			case 0:
				lines = slices.Delete(lines, at, at+1)
			case 1:
				lines = slices.Insert(lines, at, lines[random.IntN(len(lines))])
			default:
				own := strings.Split(lines[at], " ")
				own[random.IntN(len(own))] = words[random.IntN(len(words))]
				lines[at] = strings.Join(own, " ")
			}
		}
		var program []byte
		if seed%3 == 0 {
			program = []byte{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32())}
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { d.generate(t, 0, program, strings.Join(lines, ""), seed%2 == 0) })
	}
}
