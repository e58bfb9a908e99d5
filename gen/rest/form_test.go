package rest_test

//opik:requires token

import (
	"net/url"
	"reflect"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
)

func TestFormBodies(t *testing.T) {
	b := serve(t, answerJSON(200, `{"access_token":"t"}`))
	answer, err := b.Token(t.Context(), rest.TokenForm{GrantType: "authorization_code", Code: "a+b c&d", RedirectURI: "https://app.example/?x=1"})
	if err != nil || answer.AccessToken != "t" {
		t.Fatalf("got %+v, %v", answer, err)
	}
	got := b.last(t)
	if got.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("content type is %q", got.header.Get("Content-Type"))
	}
	values, err := url.ParseQuery(string(got.body))
	want := url.Values{"grant_type": {"authorization_code"}, "code": {"a+b c&d"}, "redirect_uri": {"https://app.example/?x=1"}}
	if err != nil || !reflect.DeepEqual(values, want) {
		t.Errorf("sent %s", got.body)
	}
}

func TestFormBodiesCanBeSentAgain(t *testing.T) {
	sentTwice(t, func(c *rest.Client) error { return second(c.Token(t.Context(), rest.TokenForm{Code: "a"})) })
}
