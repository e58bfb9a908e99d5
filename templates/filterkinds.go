package templates

// Text is text, compared without regard to upper and lower case.
//
//opik:kind "= != contains not_contains starts_with ends_with > <" column=string
type Text string

// Exact is text, such as an id, in which upper and lower case are different.
//
//opik:kind "= != contains not_contains starts_with ends_with > <"
type Exact string

// Match is text that has no order for the server, compared without regard to upper
// and lower case.
//
//opik:kind "= != contains not_contains starts_with ends_with" decodes=1
type Match string

// Enum is one of a few words, of the type T. The server may know more of them than
// T has constants.
//
//opik:kind "= != in not_in" value=ident
type Enum[T ~string] string

// Source is what made an entity, of the type T. That it is sdk is also true of
// entities that say nothing about it.
//
//opik:kind "= != in not_in" value=ident decodes=1
type Source[T ~string] string

// Label is one of a few words that users choose, or none.
//
//opik:kind "= != in not_in is_empty is_not_empty" value=ident
type Label string

// OneOf is an id that is one of several.
//
//opik:kind "in not_in" value=ident
type OneOf string

// Time is an instant. The server compares it with the precision that it stores.
//
//opik:kind "= != > >= < <=" value=time
type Time string

// Number is a number.
//
//opik:kind "= != > >= < <=" value=number column=number
type Number string

// Score is the value of a feedback score, found by its name in upper or lower case.
// An average counts where several people have scored.
//
//opik:kind "= != > >= < <= is_empty is_not_empty" value=number key=Name
type Score string

// List is a list of texts. Equal means that one of them is the value, and Contains
// that one has it in it, in upper or lower case.
//
//opik:kind "= != contains not_contains is_empty is_not_empty" column=list decodes=1
type List string

// JSON is a value in free-form JSON, found by its path. GreaterThan and LessThan
// compare numbers, the others text without regard to upper and lower case. The path
// begins at the root; $ before it may be left out: model, steps[0].name.
//
//opik:kind "= != contains not_contains starts_with ends_with > < is_empty is_not_empty" value=json key=Key column=dictionary decodes=1
type JSON string

// OrderedJSON is JSON that the server compares in more ways.
//
//opik:kind "= != contains not_contains starts_with ends_with > >= < <= is_empty is_not_empty" value=json key=Key decodes=1
type OrderedJSON string

// Map is the value of a column, found by its name and compared as text without
// regard to upper and lower case.
//
//opik:kind "= != contains not_contains starts_with ends_with" value=json key=Key decodes=1
type Map string

// Path is a value of an entity, found by its path, which begins with the name of
// input, output or metadata: output.answer.text.
//
//opik:kind "= != contains not_contains starts_with ends_with > < is_empty is_not_empty" value=json key=Key decodes=2
type Path string

// Presence is something that is there or not.
//
//opik:kind "is_empty is_not_empty"
type Presence string

// Column is a column of free data, compared as what it has.
//
//opik:kind columns=Text,Number,List,JSON
type Column string
