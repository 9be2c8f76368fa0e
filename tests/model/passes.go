// SPDX-License-Identifier: LGPL-2.1-only

package main

// changeMemory changes how memory is listed, with lengths that are right: two
// records made one, one made two, frames moved up or down, a type changed with
// its page, a pass more.
func changeMemory(r *random, parts, other []part) []part {
	var some []int
	for i, p := range parts {
		if p.isXC(xcPageData) && len(p.body) >= 16 {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		return changePlace(r, parts, other)
	}
	at := some[r.below(len(some))]
	p := &parts[at]
	head, e := takeApart(*p)
	if len(e) == 0 {
		return parts
	}
	n := r.below(len(e))
	if r.below(8) == 0 {
		return r.tiny(parts)
	}
	switch r.below(7) {
	case 0:
		if at+1 < len(parts) && parts[at+1].isXC(xcPageData) {
			_, more := takeApart(parts[at+1])
			p.body = putTogether(*p, head, append(e[:len(e):len(e)], more...))
			return concatParts(parts[:at+1], parts[at+2:])
		}
		return appendFrames(r, parts, at, e)
	case 1:
		second := part{p.level, p.kind, putTogether(*p, head, e[n:])}
		p.body = putTogether(*p, head, e[:n])
		return insertAt(parts, at+1, second)
	case 2: // all frames from the n-th on
		by := uint64(r.below(5)) - 2
		for _, one := range e[n:] {
			le.PutUint64(one, le.Uint64(one)+by)
		}
	case 3: // the type, and its page
		entry := le.Uint64(e[n])&^(15<<60) | uint64(r.below(16))<<60
		e[n] = pageEntry(entry)
	case 4:
		return insertAt(parts, at+1, r.laterPasses(len(e))...)
	case 5: // the list again, without pages
		for i := range e {
			e[i] = pageEntry(le.Uint64(e[i]) | 15<<60)
		}
		again := part{p.level, p.kind, putTogether(*p, head, e)}
		return insertAt(parts, at+1, again)
	default:
		return appendFrames(r, parts, at, e)
	}
	p.body = putTogether(*p, head, e)
	return parts
}

// tiny leaves a guest with next to no memory.
func (r *random) tiny(parts []part) []part {
	frames := uint64(1 + r.below(4))
	parts = cut(parts, frames)
	for i := range parts {
		if parts[i].isXC(xcP2MFrames) {
			parts[i].body = p2mFor(frames+uint64(r.below(8)/7), 512)
		}
	}
	return parts
}

// laterPasses are passes of one record each: one of them, or about as many as
// there may be.
func (r *random) laterPasses(frames int) []part {
	passes := 1
	if r.below(4) == 0 {
		passes = maxPasses - 3 + r.below(5)
	}
	var out []part
	for len(out) < passes {
		list := []uint64{uint64(r.below(3)) | 15<<60}
		for i := 3; i < frames && len(list) < 12; i += 1 + r.below(3) {
			list = append(list, uint64(i)|15<<60)
		}
		out = append(out, pageRecord(list))
	}
	return out
}

func pageEntry(entry uint64) []byte {
	out := longs(entry)
	if entry>>60 < 13 {
		out = append(out, make([]byte, 4096)...)
	}
	return out
}

// appendFrames lets a record list more: to its 1024, or beyond.
func appendFrames(r *random, parts []part, at int, e [][]byte) []part {
	p := &parts[at]
	next := le.Uint64(e[len(e)-1])&frameMask + 1
	total := len(e) + r.below(3)
	if r.below(2) == 0 {
		total = batch - 1 + r.below(3)
	}
	for len(e) < total {
		e = append(e, longs(next|15<<60))
		next++
	}
	p.body = putTogether(*p, p.body[:8], e)
	return parts
}
