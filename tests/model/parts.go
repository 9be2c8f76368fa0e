// SPDX-License-Identifier: LGPL-2.1-only

package main

// A part is a header, the configuration or a record, without what only frames
// it: lengths and padding follow from the body when parts are joined.
type part struct {
	level partLevel
	kind  uint32
	body  []byte
}

type partLevel int

const (
	levelHeader partLevel = iota // octets as they are
	levelConfig                  // the text, without its NUL
	levelLibxl
	levelLibxc
)

func (p part) isXC(kind uint32) bool {
	return p.level == levelLibxc && p.kind == kind
}

// split takes an accepted stream apart.
func split(in []byte, f format) []part {
	var parts []part
	at := 0
	header := func(n int) {
		parts = append(parts, part{levelHeader, 0, in[at : at+n]})
		at += n
	}
	record := func(level partLevel) part {
		kind, n := le.Uint32(in[at:]), int(le.Uint32(in[at+4:]))
		p := part{level, kind, in[at+8 : at+8+n]}
		parts = append(parts, p)
		at += 8 + (n+7)/8*8
		return p
	}
	if f == formatXL {
		n := int(le.Uint32(in[44:]))
		header(48)
		parts = append(parts, part{levelConfig, 0, in[52 : 48+n-1]})
		at = 48 + n
	}
	if f != formatLibxc {
		header(16)
		record(levelLibxl)
	}
	header(24)
	header(16)
	for record(levelLibxc).kind != xcEnd {
	}
	for at < len(in) {
		record(levelLibxl)
	}
	return parts
}

// join gives the stream of these parts, and where each begins.
func join(parts []part) (out []byte, starts []int) {
	size := 0
	for _, p := range parts {
		size += len(p.body) + 16
	}
	out = make([]byte, 0, size)
	for _, p := range parts {
		starts = append(starts, len(out))
		n := uint32(len(p.body))
		switch p.level {
		case levelHeader:
			out = append(out, p.body...)
		case levelConfig:
			if len(out) == 48 {
				le.PutUint32(out[44:], n+5)
			}
			out = le.AppendUint32(out, n+1)
			out = append(append(out, p.body...), 0)
		default:
			out = le.AppendUint32(le.AppendUint32(out, p.kind), n)
			out = append(out, p.body...)
			out = append(out, make([]byte, -n&7)...)
		}
	}
	return out, starts
}

// copyParts copies the list and the bodies, so that both can be changed.
func copyParts(parts []part) []part {
	out := make([]part, len(parts))
	for i, p := range parts {
		out[i] = p
		out[i].body = append([]byte(nil), p.body...)
	}
	return out
}

func words(values ...uint32) []byte {
	var b []byte
	for _, v := range values {
		b = le.AppendUint32(b, v)
	}
	return b
}

func longs(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = le.AppendUint64(b, v)
	}
	return b
}

func concat(pieces ...[]byte) []byte {
	var b []byte
	for _, p := range pieces {
		b = append(b, p...)
	}
	return b
}
