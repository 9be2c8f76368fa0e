// SPDX-License-Identifier: LGPL-2.1-only

package main

// What is inside the entries of HVM_CONTEXT.  Offsets are the document's.

// full gives an entry at its newest length: older ones lack their ends.
func full(b []byte, n int) []byte {
	return append(b[:len(b):len(b)], make([]byte, n-len(b))...)
}

func (s *stream) hvmHead(b []byte) {
	s.must(le.Uint32(b) == 0x54381286 && le.Uint32(b[4:]) == 1, "S-112",
		"magic or version")
	s.clockRate(le.Uint32(b[20:]))
}

func (s *stream) hvmCPU(b []byte) {
	b = full(b, 1032)
	cr0 := le.Uint64(b[656:])
	const cr0Known = 0x3f | 1<<16 | 1<<18 | 1<<29 | 1<<30 | 1<<31
	s.must(cr0&^cr0Known == 0 && cr0>>4&1 == 1 &&
		(cr0>>31&1 == 0 || cr0&1 == 1), "S-113", "cr0 0x%x", cr0)
	p := &s.xc.policy
	cr3 := le.Uint64(b[672:])
	s.must(cr3>>p.addressBits == 0, "S-113", "cr3 0x%x", cr3)
	s.must(le.Uint64(b[680:])&^p.cr4() == 0, "S-113", "cr4 0x%x",
		le.Uint64(b[680:]))
	efer := le.Uint64(b[992:])
	s.must(efer&^p.efer() == 0 && (efer>>10&1 == 0 || efer>>8&1 == 1 &&
		cr0>>31&1 == 1), "S-113", "efer 0x%x", efer)
	for _, at := range []int{720, 728, 984, 1000} {
		s.must(le.Uint64(b[at:])>>32 == 0, "S-113", "high half at %d", at)
	}
	for _, at := range []int{944, 960, 976} {
		s.must(canonical(le.Uint64(b[at:])), "S-113", "address at %d", at)
	}
	s.hvmSegments(b)
	s.hvmEvent(b)
	s.must(le.Uint32(b[1024:]) <= 1 && le.Uint32(b[1028:]) == 0, "S-113",
		"flags")
	s.mxcsr(b)
}

// cr4 gives the bits that the policy allows.
func (p *policy) cr4() uint64 {
	features := []struct {
		bit uint
		has bool
	}{
		{0, bit(p.edx1, 1)}, {1, bit(p.edx1, 1)}, {2, bit(p.edx1, 4)},
		{3, bit(p.edx1, 2)}, {4, bit(p.edx1, 3)}, {5, bit(p.edx1, 6)},
		{6, bit(p.edx1, 7) || bit(p.edx1, 14)}, {7, bit(p.edx1, 13)},
		{8, true}, {9, bit(p.edx1, 24)}, {10, bit(p.edx1, 25)},
		{11, bit(p.ecx7, 2)}, {13, bit(p.ecx1, 5)}, {16, bit(p.ebx7, 0)},
		{17, bit(p.ecx1, 17)}, {18, bit(p.ecx1, 26)}, {20, bit(p.ebx7, 7)},
		{21, bit(p.ebx7, 20)}, {22, bit(p.ecx7, 3)},
		{23, bit(p.ecx7, 7) || bit(p.edx7, 20)}, {24, bit(p.ecx7, 31)},
	}
	var allowed uint64
	for _, f := range features {
		if f.has || !p.known {
			allowed |= 1 << f.bit
		}
	}
	return allowed
}

func (p *policy) efer() uint64 {
	if !p.known {
		return 1 | 1<<8 | 1<<10 | 1<<11 | 1<<12 | 1<<14 | 1<<21
	}
	allowed := uint64(1 << 21)
	for to, from := range map[uint]uint{0: 11, 8: 29, 10: 29, 11: 20, 14: 25} {
		allowed |= uint64(p.edx81>>from&1) << to
	}
	return allowed | uint64(p.ecx81>>2&1)<<12
}

func (s *stream) hvmSegments(b []byte) {
	for i := 0; i < 8; i++ {
		s.must(le.Uint32(b[736+4*i:]) < 1<<16, "S-113", "selector %d", i)
		s.must(le.Uint32(b[888+4*i:]) < 1<<17, "S-113", "rights %d", i)
	}
	s.must(le.Uint32(b[800:]) < 1<<16 && le.Uint32(b[804:]) < 1<<16, "S-113",
		"limit of IDT or GDT")
}

func (s *stream) hvmEvent(b []byte) {
	event, code := le.Uint32(b[1016:]), le.Uint32(b[1020:])
	kind := event >> 8 & 7
	s.must(!bit(event, 31) || kind != 1 && kind != 7 &&
		event>>12&0x7ffff == 0 && (!bit(event, 11) || code < 1<<16), "S-113",
		"event 0x%x", event)
}

func (s *stream) hvmPIC(e contextEntry) {
	b, elcr := e.body, byte(0xfc)
	if e.instance == 1 {
		elcr = 0xde
	}
	s.must(b[5]>>6&1 == 1-byte(e.instance), "S-114", "is_master")
	s.must(b[7] == 0 || b[7] == 1 && b[4]&15 == 0, "S-114", "int_output")
	s.must(b[6]&^elcr == 0, "S-114", "elcr 0x%x", b[6])
}

func (s *stream) hvmIOAPIC(b []byte) {
	s.must(le.Uint64(b) == 0xfec00000 && le.Uint32(b[12:]) < 256, "S-115",
		"base or id")
}

func (s *stream) hvmLAPIC(b []byte) {
	base, divisor := le.Uint64(b), le.Uint32(b[12:])
	s.must(base>>10&3 != 1, "S-116", "x2APIC and off")
	s.must(le.Uint32(b[8:]) <= 3, "S-116", "disabled")
	s.must(divisor >= 1 && divisor <= 128 && divisor&(divisor-1) == 0,
		"S-116", "divisor %d", divisor)
}

func (s *stream) hvmLAPICRegs(b []byte) {
	s.must(le.Uint16(b[0x100:]) == 0 && le.Uint16(b[0x200:]) == 0, "S-117",
		"vector below 16")
}

func (s *stream) hvmISA(b []byte) {
	s.must(le.Uint64(b)>>16 == 0, "S-118", "wires")
}

func (s *stream) hvmLink(b []byte) {
	for i, route := range b {
		s.must(route == 0 || i < 4 && route <= 15, "S-119", "route %d", i)
	}
}

func (s *stream) hvmPIT(b []byte) {
	for i := 0; i < 3; i++ {
		c := b[16*i:]
		s.must(le.Uint32(c) <= 0x10000 && c[6] <= 4 && c[9] <= 4 &&
			c[10] <= 4 && c[12] <= 3 && c[14] <= 1 && c[15] <= 1 &&
			(i == 2 || c[15] == 1), "S-120", "channel %d", i)
	}
	s.must(le.Uint32(b[48:]) <= 1 && le.Uint32(b[52:]) == 0, "S-120",
		"speaker")
}

func (s *stream) hvmRTC(b []byte) {
	s.must(b[14] <= 0x7f && b[15] == 0, "S-121", "index %d", b[14])
}

func (s *stream) hvmHPET(b []byte) {
	s.must(le.Uint64(b)>>8&31 == 2, "S-122", "timers")
	reserved := [][2]int{{8, 16}, {24, 32}, {40, 240}, {248, 256}, {352, 1024}}
	for i := 0; i < 3; i++ {
		reserved = append(reserved, [2]int{256 + 32*i + 24, 256 + 32*i + 32})
	}
	for _, r := range reserved {
		s.must(allZero(b[r[0]:r[1]]), "S-122", "octets from %d", r[0])
	}
}

func (s *stream) hvmMTRR(b []byte) {
	for _, memoryType := range b[:8] {
		s.must(memoryType <= 7 && memoryType != 2 && memoryType != 3, "S-123",
			"PAT")
	}
	s.must(b[224] <= 8, "S-123", "%d ranges", b[224])
}

func (s *stream) hvmXsave(b []byte) {
	s.xsave(b[8:])
}

func (s *stream) hvmViridian(b []byte) {
	b = full(b, 216)
	s.must(b[8] <= 1 && allZero(b[9:16]), "S-126", "assist page")
	for i := 0; i < 4; i++ {
		config, count := le.Uint64(b[152+8*i:]), le.Uint64(b[184+8*i:])
		s.must(config&1 == 0 || config>>16&15 != 0 && count != 0, "S-126",
			"timer %d", i)
	}
}

func (s *stream) hvmVMCE(b []byte) {
	s.machineCheck(le.Uint64(b), "S-127")
}

var hvmMSRAllowed = map[uint32]bool{
	0x48: true, 0x140: true, 0x6e1: true, 0xd90: true, 0xda0: true,
	0xc0011019: true, 0xc001101a: true, 0xc001101b: true, 0xc001011f: true,
	0xc0011027: true,
}

func (s *stream) hvmMSRs(b []byte) {
	count := le.Uint32(b)
	s.must(count >= 1 && count <= 16 && len(b) == 8+16*int(count), "S-128",
		"count %d", count)
	seen := map[uint32]bool{}
	for at := 8; at < len(b); at += 16 {
		index := le.Uint32(b[at:])
		s.must(hvmMSRAllowed[index] && !seen[index], "S-128", "MSR 0x%x", index)
		seen[index] = true
		s.must(le.Uint32(b[at+4:]) == 0, "S-128", "reserved")
	}
}
