// SPDX-License-Identifier: LGPL-2.1-only

package main

import "strings"

// A mutant is a changed seed; classes says by which kinds of change.
type mutant struct {
	seed   int
	class  string
	steps  []string
	format format
	stream []byte
	piece  uint32 // how the guard is to be fed
}

// A change works on the parts, or on the octets when they are joined.
type change struct {
	class string
	parts func(*random, []part, []part) []part
	bytes func(*random, []byte, []int) []byte
}

// Those that come twice have twice the chance.
var changes = []change{
	{class: "octets", bytes: changeOctets},
	{class: "field", bytes: changeField},
	{class: "field", bytes: changeField},
	{class: "frame", bytes: changeFrame},
	{class: "record", parts: changeRecord},
	{class: "length", parts: changeLength},
	{class: "entry", parts: changeEntry},
	{class: "entry", parts: changeEntry},
	{class: "entry field", parts: changeEntryField},
	{class: "entry field", parts: changeEntryField},
	{class: "judged field", parts: changePlace},
	{class: "judged field", parts: changePlace},
	{class: "memory", parts: changeMemory},
	{class: "memory", parts: changeMemory},
	{class: "CPU policy", parts: changePolicy},
	{class: "page table", parts: changeTable},
	{class: "configuration", parts: changeConfig},
	{class: "member", parts: changeMember},
	{class: "member", parts: changeMember},
	{class: "device model", parts: changeEmulator},
	{class: "QEMU's section", parts: changeSections},
	{class: "QEMU's section", parts: changeSections},
	{class: "splice", parts: changeSplice},
	{class: "cut", bytes: changeCut},
}

// mutate makes the index-th mutant of a run.
func mutate(seeds []seed, run, index uint64) mutant {
	r := &random{run*0x2545f4914f6cdd1d ^ index}
	r.next()
	n := r.below(len(seeds))
	m := mutant{seed: n, format: seeds[n].format}
	parts, other := copyParts(seeds[n].parts), seeds[r.below(len(seeds))].parts
	steps := 1
	for steps < 4 && r.below(4) == 0 {
		steps++
	}
	var late []change
	for i := 0; i < steps; i++ {
		c := changes[r.below(len(changes))]
		m.steps = append(m.steps, c.class)
		if c.parts == nil {
			late = append(late, c)
		} else {
			parts = c.parts(r, parts, other)
		}
	}
	out, starts := join(parts)
	for _, c := range late {
		out = c.bytes(r, out, starts)
	}
	m.class = m.steps[0]
	if steps > 1 {
		m.class = "several"
	}
	m.stream = out
	if r.below(4) == 0 {
		m.piece = uint32(1 + r.below(2000))
	}
	return m
}

func (m mutant) how() string {
	return strings.Join(m.steps, " + ")
}

func changeOctets(r *random, b []byte, starts []int) []byte {
	for n := 1 + r.below(3); n > 0 && len(b) > 0; n-- {
		at := r.below(len(b))
		if r.below(2) == 0 { // near a record's start, where the fields are
			at = (starts[r.below(len(starts))] + r.below(64)) % len(b)
		}
		switch r.below(3) {
		case 0:
			b[at] ^= 1 << uint(r.below(8))
		case 1:
			b[at] = byte(r.next())
		default:
			b[at] = byte(interesting[r.below(len(interesting))])
		}
	}
	return b
}

// putField changes the number of 1, 2, 4 or 8 octets at a place.
func putField(r *random, b []byte, at, width int) {
	if at < 0 || at+width > len(b) {
		return
	}
	var old [8]byte
	copy(old[:], b[at:at+width])
	le.PutUint64(old[:], r.value(le.Uint64(old[:]), width))
	if r.below(8) == 0 { // big-endian headers
		for i, j := 0, width-1; i < j; i, j = i+1, j-1 {
			old[i], old[j] = old[j], old[i]
		}
	}
	copy(b[at:at+width], old[:])
}

// changeField changes a number on its own boundary in a record.
func changeField(r *random, b []byte, starts []int) []byte {
	n := r.below(len(starts))
	end := len(b)
	if n+1 < len(starts) && starts[n+1] < end {
		end = starts[n+1]
	}
	if starts[n] >= end {
		return b
	}
	size := end - starts[n]
	if r.below(2) == 0 && size > 64 {
		size = 64
	}
	width := 1 << uint(r.below(4))
	putField(r, b, starts[n]+r.below(size/width)*width, width)
	return b
}

// changeFrame changes a record's type or its length, or xl's lengths.
func changeFrame(r *random, b []byte, starts []int) []byte {
	at := starts[r.below(len(starts))] + 4*r.below(2)
	if at+4 <= len(b) {
		if r.below(2) == 0 {
			le.PutUint32(b[at:], uint32(r.below(24)))
		} else {
			putField(r, b, at, 4)
		}
	}
	return b
}

func changeCut(r *random, b []byte, starts []int) []byte {
	at := r.below(len(b) + 1)
	if r.below(2) == 0 {
		at = starts[r.below(len(starts))]
	}
	if at > len(b) {
		at = len(b)
	}
	n := 1 + r.below(24)
	switch r.below(4) {
	case 0:
		return b[:at]
	case 1:
		return append(b, make([]byte, n)...)
	case 2:
		return concat(b[:at], make([]byte, n), b[at:])
	}
	if n > len(b)-at {
		n = len(b) - at
	}
	return concat(b[:at], b[at+n:])
}

// changeRecord drops, doubles, swaps, moves or borrows a whole part.
func changeRecord(r *random, parts, other []part) []part {
	n, m := r.below(len(parts)), r.below(len(parts))
	p := parts[n]
	switch r.below(5) {
	case 0:
		return concatParts(parts[:n], parts[n+1:])
	case 1:
		return insertAt(parts, n, p)
	case 2:
		parts[n], parts[m] = parts[m], parts[n]
		return parts
	case 3:
		rest := concatParts(parts[:n], parts[n+1:])
		return insertAt(rest, r.below(len(rest)+1), p)
	}
	return insertAt(parts, n, copyParts(other[r.below(len(other)):])[0])
}

func concatParts(a, b []part) []part {
	return append(append([]part(nil), a...), b...)
}

// changeLength makes a body longer or shorter, and its length with it.
func changeLength(r *random, parts, _ []part) []part {
	p := &parts[r.below(len(parts))]
	n := 1 + r.below(40)
	if r.below(2) == 0 {
		n = 8 * (1 + r.below(4))
	}
	switch {
	case r.below(2) == 0:
		p.body = append(p.body, make([]byte, n)...)
	case n <= len(p.body):
		p.body = p.body[:len(p.body)-n]
	}
	return parts
}

// changeSplice goes on with another seed's parts.
func changeSplice(r *random, parts, other []part) []part {
	at := r.below(len(parts))
	if r.below(2) == 0 { // the same record of the other, where it has one
		if n := find(other, parts[at].level, parts[at].kind); n >= 0 {
			parts[at] = copyParts(other[n : n+1])[0]
		}
		return parts
	}
	return concatParts(parts[:at], copyParts(other[r.below(len(other)):]))
}
