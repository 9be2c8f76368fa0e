// SPDX-License-Identifier: LGPL-2.1-only

package main

import "strings"

// A seed is a small accepted stream, in its parts.
type seed struct {
	name   string
	format format
	parts  []part
}

// cut makes a stream small: a first pass of some frames, of which few have
// content, and every frame that another record names brought below that.
func cut(parts []part, frames uint64) []part {
	var out []part
	done := false
	for _, p := range copyParts(parts) {
		switch {
		case p.isXC(xcPageData):
			if !done {
				out = append(out, firstPass(frames)...)
			}
			done = true
			continue
		case p.isXC(xcP2MFrames):
			p.body = p2mFor(frames, 512)
		case p.isXC(xcHVMParams):
			lowerParams(p.body, frames)
		case p.isXC(xcVcpuBasic):
			if len(p.body) > 8 {
				lowerContext(p.body[8:], frames)
			}
		}
		out = append(out, p)
	}
	return out
}

// firstPass lists frames from 0, some with a page and one of them broken.
func firstPass(frames uint64) []part {
	var out []part
	for at := uint64(0); at < frames; at += batch {
		n := frames - at
		if n > batch {
			n = batch
		}
		entries := make([]uint64, n)
		for i := range entries {
			entries[i] = (at + uint64(i)) | 15<<60
		}
		entries[n-1] = at + n - 1
		if n > 2 {
			entries[1] = (at + 1) | 13<<60
		}
		out = append(out, pageRecord(entries))
	}
	return out
}

// pageRecord is a PAGE_DATA of these entries, with pages that say nothing.
func pageRecord(entries []uint64) part {
	body := concat(words(uint32(len(entries)), 0), longs(entries...))
	for _, e := range entries {
		if e>>60 < 13 {
			body = append(body, make([]byte, 4096)...)
		}
	}
	return part{levelLibxc, xcPageData, body}
}

func p2mFor(frames uint64, perPage uint64) []byte {
	body := words(0, uint32(frames-1))
	for i := uint64(0); i <= (frames-1)/perPage; i++ {
		body = append(body, longs(i%frames)...)
	}
	return body
}

func lowerParams(body []byte, frames uint64) {
	for at := 8; at+16 <= len(body); at += 16 {
		index, value := le.Uint64(body[at:]), le.Uint64(body[at+8:])
		switch {
		case paramFrame[index]:
			value %= frames
		case index == 12 || index == 34: // addresses
			value %= frames << 12
		}
		le.PutUint64(body[at+8:], value)
	}
}

// lowerContext brings down what a PV vCPU of width 8 names: the start info,
// the frames of the GDT, cr3 and cr1.
func lowerContext(c []byte, frames uint64) {
	if len(c) < 5168 {
		return
	}
	lower := func(at int, shift uint) {
		v := le.Uint64(c[at:])
		le.PutUint64(c[at:], v>>shift%frames<<shift|v&(1<<shift-1))
	}
	lower(616, 0)
	for i := 0; i < 16; i++ {
		lower(4832+8*i, 0)
	}
	lower(5008, 12)
	lower(4992, 12)
}

func find(parts []part, level partLevel, kind uint32) int {
	for i, p := range parts {
		if p.level == level && p.kind == kind {
			return i
		}
	}
	return -1
}

func insertAt(parts []part, at int, more ...part) []part {
	out := append([]part(nil), parts[:at]...)
	return append(append(out, more...), parts[at:]...)
}

func without(parts []part, drop func(part) bool) []part {
	var out []part
	for _, p := range parts {
		if !drop(p) {
			out = append(out, p)
		}
	}
	return out
}

// version2 is the stream as Xen 4.13 would have written it.
func version2(parts []part) []part {
	out := without(copyParts(parts), func(p part) bool {
		return p.isXC(xcCPUID) || p.isXC(xcMSR) || p.isXC(xcStaticEnd)
	})
	for _, p := range out {
		if p.level == levelHeader && len(p.body) == 24 {
			be.PutUint32(p.body[12:], 2)
		}
	}
	return out
}

// morePasses adds passes of a live migration.
func morePasses(parts []part) []part {
	at := find(parts, levelLibxc, xcTSCInfo)
	return insertAt(copyParts(parts), at, pageRecord([]uint64{3, 5}),
		pageRecord([]uint64{0, 1 | 15<<60}))
}

// moreVcpus gives the guest a second vCPU, like the first.
func moreVcpus(parts []part) []part {
	var out, vcpu []part
	for _, p := range copyParts(parts) {
		switch {
		case p.level == levelConfig:
			p.body = []byte(strings.Replace(string(p.body),
				`"max_vcpus": 1`, `"max_vcpus": 3`, 1))
		case p.isXC(xcHVMContext):
			p.body = secondVcpu(p.body)
		case p.isXC(xcVcpuBasic), p.isXC(xcVcpuExtended), p.isXC(xcVcpuXsave),
			p.isXC(xcVcpuMSRs):
			vcpu = append(vcpu, p)
		case p.isXC(xcEnd):
			for _, v := range copyParts(vcpu) {
				le.PutUint32(v.body, 1)
				if v.kind == xcVcpuExtended {
					le.PutUint32(v.body[8:], 1)
				}
				out = append(out, v)
			}
		}
		out = append(out, p)
	}
	return out
}

// contextEntries splits an HVM_CONTEXT into its entries, with their heads.
func contextEntries(body []byte) [][]byte {
	var out [][]byte
	for at := 0; len(body)-at >= 8; {
		n := int(le.Uint32(body[at+4:]))
		if n > len(body)-at-8 {
			break
		}
		out = append(out, body[at:at+8+n])
		at += 8 + n
	}
	return out
}

func secondVcpu(body []byte) []byte {
	var out []byte
	for _, e := range contextEntries(body) {
		out = append(out, e...)
		if perVcpu(le.Uint16(e)) {
			again := append([]byte(nil), e...)
			le.PutUint16(again[2:], 1)
			out = append(out, again...)
		}
	}
	return out
}

// innerFormat is the stream without the layers above it.
func innerFormat(parts []part, f format) []part {
	switch f {
	case formatLibxl:
		return parts[2:]
	case formatLibxc:
		return without(parts[4:], func(p part) bool {
			return p.level == levelLibxl
		})
	}
	return parts
}
