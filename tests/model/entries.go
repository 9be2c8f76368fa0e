// SPDX-License-Identifier: LGPL-2.1-only

package main

import "bytes"

// table says where a record has entries of one size; head octets stand
// before them, and the first four may count them.
type table struct {
	head, size int
	counted    bool
}

var tables = map[uint32]table{
	xcCPUID:     {0, 24, false},
	xcMSR:       {0, 16, false},
	xcHVMParams: {8, 16, true},
	xcVcpuMSRs:  {8, 16, false},
	xcP2MFrames: {8, 8, false},
}

// withEntries are the numbers of the parts that have entries.
func withEntries(parts []part) []int {
	var out []int
	for i, p := range parts {
		_, ok := tables[p.kind]
		if p.level == levelLibxc && (ok || p.kind == xcHVMContext ||
			p.kind == xcPageData) {
			out = append(out, i)
		}
		if p.isXC(xcHVMContext) { // it has the most to say
			out = append(out, i, i, i)
		}
	}
	return out
}

// takeApart gives the head and the entries of a record.
func takeApart(p part) (head []byte, entries [][]byte) {
	b := p.body
	if p.kind == xcHVMContext {
		return nil, contextEntries(b)
	}
	t := tables[p.kind]
	if p.kind == xcPageData {
		return pageEntries(b)
	}
	if len(b) < t.head {
		return b, nil
	}
	for at := t.head; at+t.size <= len(b); at += t.size {
		entries = append(entries, b[at:at+t.size])
	}
	return b[:t.head], entries
}

// pageEntries gives PAGE_DATA's entries, each with its page behind it.
func pageEntries(b []byte) (head []byte, entries [][]byte) {
	if len(b) < 8 {
		return b, nil
	}
	count := int(le.Uint32(b))
	page := 8 + 8*count
	for i := 0; i < count && 16+8*i <= len(b); i++ {
		e := append([]byte(nil), b[8+8*i:16+8*i]...)
		if e[7]>>4 < 13 && page+4096 <= len(b) {
			e = append(e, b[page:page+4096]...)
			page += 4096
		}
		entries = append(entries, e)
	}
	return b[:8], entries
}

func putTogether(p part, head []byte, entries [][]byte) []byte {
	out := append([]byte(nil), head...)
	if t := tables[p.kind]; len(out) >= 4 && (t.counted ||
		p.kind == xcPageData) {
		le.PutUint32(out, uint32(len(entries)))
	}
	if p.kind != xcPageData {
		return append(out, bytes.Join(entries, nil)...)
	}
	for _, e := range entries {
		out = append(out, e[:8]...)
	}
	for _, e := range entries {
		out = append(out, e[8:]...)
	}
	return out
}

// changeEntry drops, doubles, swaps, moves, repeats or resizes an entry.
func changeEntry(r *random, parts, other []part) []part {
	some := withEntries(parts)
	if len(some) == 0 {
		return parts
	}
	p := &parts[some[r.below(len(some))]]
	head, e := takeApart(*p)
	if len(e) == 0 {
		return parts
	}
	n, m := r.below(len(e)), r.below(len(e))
	switch r.below(6) {
	case 0:
		e = append(e[:n:n], e[n+1:]...)
	case 1:
		e = append(e[:n+1:n+1], e[n:]...)
	case 2:
		e[n], e[m] = e[m], e[n]
	case 3: // the same again, as another one
		again := append([]byte(nil), e[n]...)
		putField(r, again, 0, 2)
		putField(r, again, 2*r.below(2), 2)
		e = append(e[:m:m], append([][]byte{again}, e[m:]...)...)
	case 4:
		if i := find(other, levelLibxc, p.kind); i >= 0 {
			if _, theirs := takeApart(other[i]); len(theirs) > 0 {
				e[n] = theirs[r.below(len(theirs))]
			}
		}
	default:
		e[n] = resizeEntry(r, p.kind, e[n])
	}
	p.body = putTogether(*p, head, e)
	return parts
}

// resizeEntry gives an entry of HVM_CONTEXT another length.
func resizeEntry(r *random, kind uint32, e []byte) []byte {
	if kind != xcHVMContext || len(e) < 8 {
		return e
	}
	n := 1 + r.below(32)
	if r.below(2) == 0 {
		n = 8 * (1 + r.below(4))
	}
	out := append([]byte(nil), e...)
	if r.below(2) == 0 {
		out = append(out, make([]byte, n)...)
	} else if len(out) >= 8+n {
		out = out[:len(out)-n]
	}
	le.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// changeEntryField changes a number in an entry.
func changeEntryField(r *random, parts, _ []part) []part {
	some := withEntries(parts)
	if len(some) == 0 {
		return parts
	}
	p := &parts[some[r.below(len(some))]]
	head, e := takeApart(*p)
	if len(e) == 0 {
		return parts
	}
	n := r.below(len(e))
	changed := append([]byte(nil), e[n]...)
	for times := 1 + r.below(2); times > 0; times-- {
		width := 1 << uint(r.below(4))
		size := len(changed)
		if r.below(2) == 0 && size > 72 {
			size = 72
		}
		putField(r, changed, r.below(size/width)*width, width)
	}
	e[n] = changed
	p.body = putTogether(*p, head, e)
	return parts
}
