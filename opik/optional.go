package opik

import "reflect"

// setOptional sets a field that the REST layer's struct has in newer versions of the
// contract. In an SDK for an older one the value is not sent, which the server of that
// version would not understand either.
func setOptional[R any](record *R, field string, value any) {
	if f := reflect.ValueOf(record).Elem().FieldByName(field); f.IsValid() {
		f.Set(reflect.ValueOf(value))
	}
}
