package uploader

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// TestRejectionsAreBounded names the latest ones, and counts the others.
func TestRejectionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.setFail(always(status(400)))
		u := start1(t, Options{Server: srv})
		for i := range maxRejections + 10 {
			add(t, u, fmt.Sprint(i), []byte("x"))
		}
		r, err := u.Flush(t.Context())
		if err != nil || r.Total().Rejected != maxRejections+10 || r.OmittedRejections != 10 || len(r.Rejections) != maxRejections {
			t.Errorf("%v, %d rejections, %d omitted", err, len(r.Rejections), r.OmittedRejections)
		}
		add(t, u, "last", []byte("x"))
		r, err = u.Flush(t.Context())
		if err != nil || len(r.Rejections) != 1 || r.Rejections[0].Key != "t/last" || r.OmittedRejections != 0 {
			t.Errorf("%v, %+v", err, r)
		}
		closeFully(t, u)
	})
}
