package spool

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"time"
)

// A segment is a header and records. All numbers of fixed size are little-endian.
//
//	header   magic 8, format version 4, time of creation 8 (Unix ns),
//	         destination 16, zero 8, CRC-32C of all that 4
//	record   magic 2, format version 1, zero 1, length of the payload 4, index in
//	         the segment 4, CRC-32C 4, payload
//	payload  kind, group, time (Unix ns), weight, key, path, data
//
// In the payload, strings have their length before them and numbers are varints;
// data is the rest. The CRC of a record begins with the destination, so a record of
// another one is no record. The index tells how many records a damaged stretch held.
const (
	formatVersion = 1
	headerSize    = 48
	headSize      = 16
	minPayload    = 6
	minFrame      = headSize + minPayload

	// maxRecord bounds the payload of a record, maxName each of kind and group.
	maxRecord = 64 << 20
	maxName   = 1 << 10
	// maxFile bounds what is read as a segment: a full one and one more batch.
	maxFile = maxSegmentBytes + maxRecord + 2*maxBatch
)

var (
	headerMagic = [8]byte{0x89, 'O', 'P', 'S', 'P', 'L', '\r', '\n'}
	// No byte of UTF-8 text is 0xFE, so this is not found within data.
	frameMagic = [2]byte{0xFE, 0xED}

	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

type destination [16]byte

func newDestination(name string) (d destination) {
	sum := sha256.Sum256([]byte(name))
	copy(d[:], sum[:])
	return d
}

// seed begins the CRC of records.
func (d destination) seed() uint32 { return crc32.Checksum(d[:], castagnoli) }

var (
	errHeader  = errors.New("spool: damaged header")
	errVersion = errors.New("spool: unknown format version")
	errForeign = errors.New("spool: for another destination")
)

func appendHeader(b []byte, created int64, d destination) []byte {
	start := len(b)
	b = append(b, headerMagic[:]...)
	b = binary.LittleEndian.AppendUint32(b, formatVersion)
	b = binary.LittleEndian.AppendUint64(b, uint64(created))
	b = append(b, d[:]...)
	b = append(b, make([]byte, 8)...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

// parseHeader returns when the segment was begun.
func parseHeader(b []byte, d destination) (created int64, err error) {
	const body = headerSize - 4
	if len(b) < headerSize || [8]byte(b) != headerMagic || crc32.Checksum(b[:body], castagnoli) != binary.LittleEndian.Uint32(b[body:]) {
		return 0, errHeader
	}
	if binary.LittleEndian.Uint32(b[8:]) != formatVersion {
		return 0, errVersion
	}
	if destination(b[20:]) != d {
		return 0, errForeign
	}
	return int64(binary.LittleEndian.Uint64(b[12:])), nil
}

// head is the fixed part of a record.
type head struct {
	version byte
	length  int // of the payload
	index   uint32
	crc     uint32
}

func (h head) frame() int64 { return headSize + int64(h.length) }

// parseHead says whether b, of at least headSize bytes, may begin a record.
func parseHead(b []byte) (head, bool) {
	h := head{version: b[2], index: binary.LittleEndian.Uint32(b[8:]), crc: binary.LittleEndian.Uint32(b[12:])}
	length := binary.LittleEndian.Uint32(b[4:])
	if [2]byte(b) != frameMagic || b[3] != 0 || length < minPayload || length > maxRecord {
		return h, false
	}
	h.length = int(length)
	return h, true
}

// appendFrame appends a record that has neither index nor CRC yet.
func appendFrame(b []byte, r *Record) []byte {
	start := len(b)
	b = append(b, frameMagic[0], frameMagic[1], formatVersion, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = appendString(b, r.Kind)
	b = appendString(b, r.Group)
	b = binary.AppendVarint(b, r.Time.UnixNano())
	b = binary.AppendUvarint(b, uint64(r.Weight))
	b = appendString(b, r.Key)
	b = appendString(b, r.Path)
	b = append(b, r.Data...)
	binary.LittleEndian.PutUint32(b[start+4:], uint32(len(b)-start-headSize))
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// payloadBound returns what the payload of a record takes at most.
func payloadBound(r *Record) int {
	return len(r.Kind) + len(r.Group) + len(r.Key) + len(r.Path) + len(r.Data) + 6*binary.MaxVarintLen64
}

// seal gives the record at the start of b its index and CRC and returns the rest.
func seal(b []byte, index, seed uint32) (rest []byte) {
	n := headSize + int(binary.LittleEndian.Uint32(b[4:]))
	binary.LittleEndian.PutUint32(b[8:], index)
	binary.LittleEndian.PutUint32(b[12:], checksum(seed, b[:12], b[headSize:n]))
	return b[n:]
}

func checksum(seed uint32, head, payload []byte) uint32 {
	return crc32.Update(crc32.Update(seed, castagnoli, head), castagnoli, payload)
}

// parsePayload returns a record whose strings and data are parts of b, or false.
func parsePayload(b []byte) (r rawRecord, ok bool) {
	var when int64
	var weight uint64
	var n int
	if r.kind, b, ok = cutString(b); !ok || len(r.kind) > maxName {
		return r, false
	}
	if r.group, b, ok = cutString(b); !ok || len(r.group) > maxName {
		return r, false
	}
	if when, n = binary.Varint(b); n <= 0 {
		return r, false
	}
	b = b[n:]
	if weight, n = binary.Uvarint(b); n <= 0 || weight < 1 || weight > math.MaxInt32 {
		return r, false
	}
	b = b[n:]
	if r.key, b, ok = cutString(b); !ok {
		return r, false
	}
	if r.path, b, ok = cutString(b); !ok {
		return r, false
	}
	r.time, r.weight, r.data = when, int64(weight), b
	return r, true
}

func cutString(b []byte) (s, rest []byte, ok bool) {
	length, n := binary.Uvarint(b)
	if n <= 0 || length > uint64(len(b)-n) {
		return nil, nil, false
	}
	b = b[n:]
	return b[:length], b[length:], true
}

// rawRecord is a record within the memory of a reader.
type rawRecord struct {
	kind, group, key, path, data []byte
	time, weight                 int64
}

// copied returns a record of its own.
func (r rawRecord) copied(kind string) Record {
	return Record{
		Kind: kind, Key: string(r.key), Path: string(r.path), Group: string(r.group),
		Time: time.Unix(0, r.time), Weight: r.weight, Data: append([]byte(nil), r.data...),
	}
}
