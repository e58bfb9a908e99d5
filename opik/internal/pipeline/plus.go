package pipeline

import (
	"cmp"
	"maps"
)

// Plus returns r together with the receipt of something else that the same caller
// delivers, of kinds of its own.
func (r Receipt) Plus(o Receipt) Receipt {
	r.Kinds = united(r.Kinds, o.Kinds)
	r.Rejections = append(r.Rejections[:len(r.Rejections):len(r.Rejections)], o.Rejections...)
	r.OmittedRejections += o.OmittedRejections
	r.Requests += o.Requests
	r.EncodedBytes += o.EncodedBytes
	r.SentBytes += o.SentBytes
	r.Spool = r.Spool.plus(o.Spool)
	r.LastFailure = cmp.Or(r.LastFailure, o.LastFailure)
	return r
}

// Plus returns s together with the counters of something else, of kinds of its own,
// whose memory s includes already; see [Pipeline.Reserve].
func (s Stats) Plus(o Stats) Stats {
	s.Kinds = united(s.Kinds, o.Kinds)
	s.Drops = maps.Clone(s.Drops)
	if s.Drops == nil {
		s.Drops = make(map[DropReason]int64)
	}
	for reason, n := range o.Drops {
		s.Drops[reason] += n
	}
	s.Requests += o.Requests
	s.Failures += o.Failures
	s.EncodedBytes += o.EncodedBytes
	s.SentBytes += o.SentBytes
	s.Offloaded += o.Offloaded
	s.Truncated += o.Truncated
	s.Spool = s.Spool.plus(o.Spool)
	s.LastFailure = cmp.Or(s.LastFailure, o.LastFailure)
	s.SpoolFailures += o.SpoolFailures
	s.SpoolError = cmp.Or(s.SpoolError, o.SpoolError)
	return s
}

func united(a, b map[string]Counts) map[string]Counts {
	all := make(map[string]Counts, len(a)+len(b))
	maps.Copy(all, a)
	for kind, c := range b {
		all[kind] = all[kind].plus(c)
	}
	return all
}

func (p SpoolPosition) plus(o SpoolPosition) SpoolPosition {
	return SpoolPosition{p.Records + o.Records, p.Bytes + o.Bytes}
}
