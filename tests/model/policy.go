// SPDX-License-Identifier: LGPL-2.1-only

package main

// policy is what later rules need of the CPU policy.
type policy struct {
	known            bool
	ecx1, edx1       uint32
	ebx7, ecx7, edx7 uint32
	ecx81, edx81     uint32 // leaf 0x80000001
	addressBits      uint
	enabled          uint64
	end              [63]uint64 // of a component of XSAVE's state; 0 is none
}

const (
	noSubleaf    = 1<<32 - 1
	componentMax = 16384
)

func leafAllowed(leaf, sub uint32) bool {
	known := leaf <= 0x1f || leaf >= 0x80000000 && leaf <= 0x8000003f ||
		leaf == 0x40000000 || leaf == 0x40000100
	switch {
	case leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd:
		return sub <= 62
	case leaf >= 0xe && leaf <= 0x1f:
		return sub <= 62 || sub == noSubleaf
	}
	return known && sub == noSubleaf
}

func (s *stream) cpuPolicy() {
	b := s.expect(xcCPUID)
	p := &s.xc.policy
	p.known = true
	var last uint64
	for at := 0; at < len(b); at += 24 {
		leaf, sub := le.Uint32(b[at:]), le.Uint32(b[at+4:])
		key := uint64(leaf)<<32 | uint64(sub)
		s.must(at == 0 || key > last, "S-90", "leaf 0x%x.%x", leaf, sub)
		last = key
		s.must(leafAllowed(leaf, sub), "S-100", "leaf 0x%x.%x", leaf, sub)
		if leaf == 0xd && sub >= 2 {
			size, offset := le.Uint32(b[at+8:]), le.Uint32(b[at+12:])
			s.must(size <= componentMax && offset <= componentMax, "S-100",
				"component %d", sub)
		}
		p.keep(leaf, sub, b[at+8:])
	}
}

// keep remembers a leaf's registers: eax, ebx, ecx, edx.
func (p *policy) keep(leaf, sub uint32, regs []byte) {
	eax, ebx := le.Uint32(regs), le.Uint32(regs[4:])
	ecx, edx := le.Uint32(regs[8:]), le.Uint32(regs[12:])
	switch {
	case leaf == 1:
		p.ecx1, p.edx1 = ecx, edx
	case leaf == 7 && sub == 0:
		p.ebx7, p.ecx7, p.edx7 = ebx, ecx, edx
	case leaf == 0x80000001:
		p.ecx81, p.edx81 = ecx, edx
	case leaf == 0x80000008:
		if bits := uint(eax & 0xff); bits >= 32 && bits <= 52 {
			p.addressBits = bits
		}
	case leaf == 0xd && sub == 0:
		p.enabled = uint64(edx)<<32 | uint64(eax)
	case leaf == 0xd && sub >= 2 && eax != 0:
		p.end[sub] = uint64(eax) + uint64(ebx)
	}
}

func bit(n uint32, i uint) bool {
	return n>>i&1 == 1
}

func (s *stream) msrPolicy() {
	b := s.expect(xcMSR)
	for at := 0; at < len(b); at += 16 {
		index := le.Uint32(b[at:])
		s.must(at == 0 || index > le.Uint32(b[at-16:]), "S-91", "order")
		s.must(le.Uint32(b[at+4:]) == 0, "S-65", "flags")
		s.must(index == 0xce && le.Uint64(b[at+8:]) < 1<<32 ||
			index == 0x10a, "S-101", "MSR 0x%x", index)
	}
}

// componentsFit says whether xcr0 or accum makes sense by itself.
func componentsFit(x uint64) bool {
	has := func(i uint) bool { return x>>i&1 == 1 }
	const known = 0xff | 1<<9 | 3<<17 | 1<<62
	avx512 := x >> 5 & 7
	return x&^known == 0 && has(0) && (!has(2) || has(1)) &&
		(avx512 == 0 || avx512 == 7 && has(2)) && has(3) == has(4) &&
		has(17) == has(18)
}

// xsave judges xcr0, accum and the area behind them.
func (s *stream) xsave(b []byte) {
	xcr0, accum, area := le.Uint64(b), le.Uint64(b[8:]), b[16:]
	p := &s.xc.policy
	s.must(componentsFit(xcr0) && componentsFit(accum) && xcr0&^accum == 0 &&
		(!p.known || accum&^p.enabled == 0), "S-103",
		"xcr0 0x%x of 0x%x", xcr0, accum)
	want := uint64(576)
	if p.known {
		for i := uint(2); i < 63; i++ {
			if accum>>i&1 == 1 && p.end[i] > want {
				want = p.end[i]
			}
		}
	}
	size := uint64(len(area))
	s.must(size >= want && (size == want || !p.known), "S-106",
		"%d octets for 0x%x", size, accum)
	s.must(le.Uint64(area[512:])&^accum == 0 && allZero(area[520:576]),
		"S-104", "area's header")
	s.mxcsr(area)
}

func (s *stream) mxcsr(area []byte) {
	s.must(le.Uint32(area[24:]) < 1<<16, "S-105", "MXCSR")
}
