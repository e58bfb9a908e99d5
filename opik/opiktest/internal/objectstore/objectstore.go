// Package objectstore imitates the storage that a server may keep attachments in:
// one that takes objects in parts, at addresses that are signed and expire.
package objectstore

import (
	"cmp"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Prefix begins the paths of all addresses.
const Prefix = "/storage/"

// validity is how long an address is good for.
const validity = time.Hour

// minPart is the least size of all parts of an object but the last.
const minPart = 5 << 20

// Store holds uploads and objects. It is safe for concurrent use.
type Store struct {
	now func() time.Time

	mu      sync.Mutex
	uploads map[string]map[int]part // by id and number
	signed  map[string]address      // by signature
}

type part struct {
	content []byte
	tag     string
}

// address is what a signature allows.
type address struct {
	method, path string
	expires      time.Time
	object       *Object // of a read
}

// Object is stored content.
type Object struct {
	Content   []byte
	MediaType string
}

// Stored says which parts an upload is made of.
type Stored struct {
	Number int
	Tag    string
}

// New returns an empty store.
func New(now func() time.Time) *Store {
	return &Store{now: now, uploads: map[string]map[int]part{}, signed: map[string]address{}}
}

// Begin starts an upload of so many parts and returns its id and the path of each part.
func (s *Store) Begin(parts int) (id string, paths []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id = token()
	s.uploads[id] = map[int]part{}
	for n := range parts {
		paths = append(paths, s.sign(http.MethodPut, Prefix+"uploads/"+id+"/"+strconv.Itoa(n+1), nil))
	}
	return id, paths
}

// Share returns a path at which an object can be read.
func (s *Store) Share(o *Object) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sign(http.MethodGet, Prefix+"objects/"+token(), o)
}

// sign makes an address. The caller holds the lock.
func (s *Store) sign(method, path string, o *Object) string {
	signature := token()
	expires := s.now().Add(validity)
	s.signed[signature] = address{method: method, path: path, expires: expires, object: o}
	return path + "?" + url.Values{
		"X-Amz-Expires": {strconv.Itoa(int(validity / time.Second))}, "X-Amz-Signature": {signature},
	}.Encode()
}

// Complete joins the parts of an upload, which ends it.
func (s *Store) Complete(id string, parts []Stored) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	upload, ok := s.uploads[id]
	if !ok {
		return nil, fmt.Errorf("NoSuchUpload: the upload does not exist")
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("MalformedXML: the list of parts is empty")
	}
	if !slices.IsSortedFunc(parts, func(a, b Stored) int { return cmp.Compare(a.Number, b.Number) }) {
		return nil, fmt.Errorf("InvalidPartOrder: the parts are not in ascending order")
	}
	var content []byte
	for i, p := range parts {
		stored, ok := upload[p.Number]
		switch {
		case !ok || stored.tag != p.Tag:
			return nil, fmt.Errorf("InvalidPart: part %d was not stored with the tag %s", p.Number, p.Tag)
		case i < len(parts)-1 && len(stored.content) < minPart:
			return nil, fmt.Errorf("EntityTooSmall: part %d has %d bytes", p.Number, len(stored.content))
		}
		content = append(content, stored.content...)
	}
	delete(s.uploads, id)
	return content, nil
}

// Answer is what the store says to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Mistake says what a client must never do, if it did.
	Mistake string
}

// foreign are headers that are none of the storage's business.
var foreign = []string{"Authorization", "Comet-Workspace", "Cookie"}

// Serve serves a request to one of the addresses.
func (s *Store) Serve(r *http.Request, body []byte) Answer {
	for _, name := range foreign {
		if r.Header.Get(name) != "" {
			a := refusal(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
			a.Mistake = "the header " + name + " was sent to the storage"
			return a
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	signed, ok := s.signed[r.URL.Query().Get("X-Amz-Signature")]
	switch {
	case !ok || signed.method != r.Method || signed.path != r.URL.Path:
		return refusal(http.StatusForbidden, "SignatureDoesNotMatch", "The signature is not that of the request")
	case !s.now().Before(signed.expires):
		return refusal(http.StatusForbidden, "AccessDenied", "Request has expired")
	case r.Method == http.MethodGet:
		return Answer{
			Status: http.StatusOK, Body: signed.object.Content,
			Header: http.Header{"Content-Type": {signed.object.MediaType}, "ETag": {tag(signed.object.Content)}},
		}
	}
	segments := strings.Split(strings.TrimPrefix(signed.path, Prefix+"uploads/"), "/")
	upload, open := s.uploads[segments[0]]
	number, err := strconv.Atoi(segments[1])
	if !open || err != nil {
		return refusal(http.StatusNotFound, "NoSuchUpload", "The upload does not exist")
	}
	stored := part{content: body, tag: tag(body)}
	upload[number] = stored
	return Answer{Status: http.StatusOK, Header: http.Header{"ETag": {stored.tag}}}
}

// refusal is an error in the storage's format.
func refusal(status int, code, message string) Answer {
	body, err := xml.Marshal(struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: code, Message: message})
	if err != nil {
		panic("opiktest: " + err.Error()) // cannot fail
	}
	return Answer{Status: status, Header: http.Header{"Content-Type": {"application/xml"}}, Body: append([]byte(xml.Header), body...)}
}

// tag identifies content. The quotation marks are part of it.
func tag(content []byte) string {
	sum := md5.Sum(content)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func token() string { return strings.ToLower(rand.Text()) }
