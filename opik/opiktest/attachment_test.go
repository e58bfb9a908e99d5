package opiktest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

// encoded is the path with which a client says how it reaches the server.
func (c *client) encoded() string { return base64.URLEncoding.EncodeToString([]byte(c.srv.URL)) }

// startOf is the body that starts an upload for the trace id1.
func (c *client) startOf(name string, parts int) object {
	return object{
		"file_name": name, "num_of_file_parts": parts, "mime_type": "text/plain", "entity_type": "trace", "entity_id": id1,
		"path": c.encoded(), "project_name": "demo",
	}
}

// send sends a request to an address that the server named.
func (c *client) send(method, address, body string, header http.Header) (status int, answer string, got http.Header) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header
}

// project returns the id of the project "demo".
func (c *client) project() string {
	c.t.Helper()
	return c.do("POST", "/projects/retrieve", object{"name": "demo"}).must(200).json()["id"].(string)
}

// attachments returns the list for the trace id1.
func (c *client) attachments() []object {
	c.t.Helper()
	return c.do("GET", "/attachment/list"+query("project_id", c.project(), "entity_type", "trace", "entity_id", id1, "path", c.encoded()), nil).content()
}

func texts(list any) (out []string) {
	for _, e := range list.([]any) {
		out = append(out, e.(string))
	}
	return out
}

func TestAttachmentsOfTheServer(t *testing.T) {
	c := newClient(t, lenient)
	started := c.do("POST", "/attachment/upload-start", c.startOf("a b&c.txt", 1)).must(200).json()
	if started["upload_id"] != "BEMinIO" {
		t.Fatalf("upload %v", started)
	}
	address := texts(started["pre_sign_urls"])[0]
	if status, answer, _ := c.send("PUT", address, "hello", nil); status != 204 {
		t.Fatalf("status %d: %s", status, answer)
	}
	c.do("POST", "/attachment/upload-complete", object{
		"file_name": "a b&c.txt", "file_size": 5, "entity_type": "trace", "entity_id": id1, "upload_id": "BEMinIO", "uploaded_file_parts": []object{},
	}).must(204)

	list := c.attachments()
	if len(list) != 1 || list[0]["file_name"] != "a b&c.txt" || list[0]["mime_type"] != "text/plain" {
		t.Fatalf("attachments %v", list)
	}
	link := list[0]["link"].(string)
	if !strings.HasPrefix(link, c.srv.URL+"/v1/private/attachment/download?") {
		t.Errorf("link %s", link)
	}
	status, answer, header := c.send("GET", link, "", nil)
	if status != 200 || answer != "hello" || header.Get("Content-Type") != "text/plain" || !strings.Contains(header.Get("Content-Disposition"), `"a b&c.txt"`) {
		t.Errorf("status %d, %q, %v", status, answer, header)
	}
	c.do("POST", "/attachment/delete", object{"file_names": []string{"a b&c.txt", "lost"}, "entity_type": "trace", "entity_id": id1, "container_id": c.project()}).must(204)
	if list := c.attachments(); len(list) != 0 {
		t.Errorf("attachments %v", list)
	}
	if status, answer, _ := c.send("GET", link, "", nil); status != 404 {
		t.Errorf("status %d: %s", status, answer)
	}
}

func TestAttachmentsGoWithTheirTrace(t *testing.T) {
	c := newClient(t, lenient)
	c.do("POST", "/traces", trace(id1, object{"project_name": "demo"})).must(201)
	address := texts(c.do("POST", "/attachment/upload-start", c.startOf("a.txt", 1)).must(200).json()["pre_sign_urls"])[0]
	c.send("PUT", address, "hello", nil)
	if len(c.attachments()) != 1 {
		t.Fatal("no attachment")
	}
	c.do("DELETE", "/traces/"+id1, nil).must(204)
	if list := c.attachments(); len(list) != 0 {
		t.Errorf("attachments %v", list)
	}
}

func TestBadAttachments(t *testing.T) {
	c := newClient(t, lenient)
	change := func(name string, v any) object {
		body := c.startOf("a.txt", 1)
		body[name] = v
		return body
	}
	c.do("POST", "/attachment/upload-start", change("path", "%%")).refused(400, "A", "Invalid base URL format")
	c.do("POST", "/attachment/upload-start", change("file_name", " ")).refused(422, "B", "fileName must not be blank")
	c.do("POST", "/attachment/upload-start", change("entity_type", "thread")).refused(400, "A", "entityType")
	c.do("POST", "/attachment/upload-start", change("entity_id", "x")).refused(400, "A", "entityId")
	c.do("PUT", "/attachment/upload"+query("entity_type", "trace", "entity_id", id1), "x").refused(400, "B", "file_name")
	c.do("GET", "/attachment/list"+query("entity_type", "trace", "entity_id", id1, "path", c.encoded()), nil).refused(400, "B", "project_id")
	c.do("GET", "/attachment/list"+query("entity_type", "thread", "entity_id", id1), nil).refused(400, "B", "entity_type")
	c.do("GET", "/attachment/list"+query("entity_type", "trace"), nil).refused(400, "B", "entity_id")
	c.do("GET", "/attachment/download"+query("entity_type", "trace", "entity_id", id1, "container_id", id2, "file_name", "a", "mime_type", "b"), nil).refused(404, "A", "'a'")
}

func TestObjectStorage(t *testing.T) {
	now := time.Now()
	c := newClient(t, lenient, opiktest.WithObjectStorage(), opiktest.WithClock(func() time.Time { return now }))
	if c.srv.StorageURL == "" || strings.HasPrefix(c.srv.URL, c.srv.StorageURL) {
		t.Fatalf("storage %s, server %s", c.srv.StorageURL, c.srv.URL)
	}
	started := c.do("POST", "/attachment/upload-start", c.startOf("big.bin", 2)).must(200).json()
	addresses := texts(started["pre_sign_urls"])
	if len(addresses) != 2 || !strings.HasPrefix(addresses[0], c.srv.StorageURL+"/storage/") {
		t.Fatalf("addresses %v", addresses)
	}
	put := func(address, body string) string {
		t.Helper()
		status, answer, header := c.send("PUT", address, body, nil)
		if status != 200 || !strings.HasPrefix(header.Get("ETag"), `"`) {
			t.Fatalf("status %d: %s, %v", status, answer, header)
		}
		return header.Get("ETag")
	}
	complete := func(parts ...object) *answer {
		t.Helper()
		return c.do("POST", "/attachment/upload-complete", object{
			"file_name": "big.bin", "file_size": 1, "project_name": "demo", "entity_type": "trace", "entity_id": id1,
			"upload_id": started["upload_id"], "uploaded_file_parts": parts,
		})
	}
	part := func(n int, tag string) object { return object{"part_number": n, "e_tag": tag} }
	first, last := put(addresses[0], "small"), put(addresses[1], "end")
	complete().refused(422, "B", "uploadedFileParts must not be null") // there is no list
	complete(part(1, first), part(2, last)).refused(400, "A", "EntityTooSmall")
	large := strings.Repeat("x", 5<<20)
	first = put(addresses[0], large)
	complete(part(1, first), part(2, strings.Trim(last, `"`))).refused(400, "A", "InvalidPart")
	complete(part(2, last), part(1, first)).refused(400, "A", "InvalidPartOrder")
	complete(part(1, first), part(2, last)).must(204)
	complete(part(1, first), part(2, last)).refused(400, "A", "NoSuchUpload")
	if status, answer, _ := c.send("PUT", addresses[0], large, nil); status != 404 || !strings.Contains(answer, "<Code>NoSuchUpload</Code>") {
		t.Errorf("status %d: %s", status, answer)
	}

	list := c.attachments()
	link := list[0]["link"].(string)
	if status, answer, _ := c.send("GET", link, "", nil); status != 200 || answer != large+"end" {
		t.Errorf("status %d, %d bytes", status, len(answer))
	}
	for name, change := range map[string]func(*url.URL){
		"another path":      func(u *url.URL) { u.Path += "x" },
		"without signature": func(u *url.URL) { u.RawQuery = "" },
	} {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		if status, answer, _ := c.send("GET", u.String(), "", nil); status != 403 || !strings.Contains(answer, "SignatureDoesNotMatch") {
			t.Errorf("%s: status %d: %s", name, status, answer)
		}
	}
	if status, answer, _ := c.send("GET", link, "", http.Header{"Comet-Workspace": {"default"}}); status != 400 || !strings.Contains(answer, "Only one auth mechanism allowed") {
		t.Errorf("status %d: %s", status, answer)
	}
	if v := c.srv.Violations(); len(v) != 1 || !strings.Contains(v[0].Reason, "the header Comet-Workspace was sent to the storage") {
		t.Errorf("violations %v", v)
	}
	now = now.Add(time.Hour)
	if status, answer, _ := c.send("GET", link, "", nil); status != 403 || !strings.Contains(answer, "Request has expired") {
		t.Errorf("status %d: %s", status, answer)
	}
	c.do("PUT", "/attachment/upload"+query("entity_type", "trace", "entity_id", id1, "file_name", "a"), "x").refused(403, "A", "not kept")
	c.do("GET", "/attachment/download"+query("entity_type", "trace", "entity_id", id1, "container_id", id2, "file_name", "a", "mime_type", "b"), nil).refused(403, "A", "not kept")
	c.do("POST", "/attachment/upload-start", c.startOf("big.bin", 10001)).refused(400, "A", "number of parts")
}

// Faults concern the storage as well.
func TestFaultsOfTheStorage(t *testing.T) {
	c := newClient(t, lenient, opiktest.WithObjectStorage())
	injected := c.srv.Inject(opiktest.FailWith(503).On("PUT /storage/...").Times(1))
	address := texts(c.do("POST", "/attachment/upload-start", c.startOf("a.txt", 1)).must(200).json()["pre_sign_urls"])[0]
	for _, want := range []int{503, 200} {
		if status, answer, _ := c.send("PUT", address, "x", nil); status != want {
			t.Errorf("status %d, want %d: %s", status, want, answer)
		}
	}
	if injected.Hits() != 1 || len(c.srv.RequestsTo("PUT /storage/...")) != 2 {
		t.Errorf("%d hits, requests %v", injected.Hits(), c.srv.RequestsTo("PUT /storage/..."))
	}
}
