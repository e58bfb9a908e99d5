package opiktest_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest"
)

// A server outside of a test, and a client that is not the SDK.
func ExampleStart() {
	srv, err := opiktest.Start("127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	body := `{"name":"answer","start_time":"2025-01-02T03:04:05Z","end_time":"2025-01-02T03:04:06Z",
		"project_name":"demo","input":{"q":"What is Go?"},"output":{"a":"A language."}}`
	resp, err := http.Post(srv.URL+"/v1/private/traces", "application/json", strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()

	fmt.Println(resp.Status)
	fmt.Print(opiktest.FormatTraceTrees(srv.TraceTrees()))
	// Output:
	// 201 Created
	// trace "answer" project="demo"
	//   input: {"q":"What is Go?"}
	//   output: {"a":"A language."}
}

// The first two searches fail, and tell the client to come back in three seconds.
func ExampleBackend_Inject() {
	srv, err := opiktest.Start("127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	trouble := srv.Inject(opiktest.RetryAfter(503, 3e9).On("searchTraces").Times(2))
	for range 3 {
		resp, err := http.Post(srv.URL+"/v1/private/traces/search", "application/json", strings.NewReader(`{"project_name":"demo"}`))
		if err != nil {
			log.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(resp.StatusCode, resp.Header.Get("Retry-After"), string(text))
	}
	fmt.Println(trouble.Hits())
	// Output:
	// 503 3 {"code":503,"message":"Service Unavailable"}
	// 503 3 {"code":503,"message":"Service Unavailable"}
	// 404  {"errors":["Project not found"]}
	// 2
}

func ExampleDiff() {
	fmt.Print(opiktest.Diff("one\ntwo\nthree", "one\n2\nthree"))
	// Output:
	//  one
	// -two
	// +2
	//  three
}
