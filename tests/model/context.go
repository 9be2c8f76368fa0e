// SPDX-License-Identifier: LGPL-2.1-only

package main

// What is inside the records of a PV guest's vCPUs, and its page tables.

var pvMSRs = map[uint32]bool{
	0x48: true, 0x140: true, 0xc0000103: true, 0xc0011019: true,
	0xc001101a: true, 0xc001101b: true, 0xc0011027: true,
}

func (s *stream) vcpuMSRs(b []byte, vcpu uint32) {
	s.vcpuHead(b, vcpu)
	seen := map[uint32]bool{}
	for at := 8; at < len(b); at += 16 {
		index := le.Uint32(b[at:])
		s.must(pvMSRs[index] && !seen[index], "S-88", "MSR 0x%x", index)
		seen[index] = true
		s.must(le.Uint32(b[at+4:]) == 0, "S-65", "reserved")
	}
}

// inside says whether a frame is one of the guest's.
func (s *stream) inside(frame uint64) bool {
	return frame <= uint64(s.xc.pvinfo.lastFrame)
}

func canonical(address uint64) bool {
	return address>>47 == 0 || address>>47 == 1<<17-1
}

func (s *stream) vcpuBasic(c []byte, vcpu uint32) {
	s.mxcsr(c)
	if s.xc.pvinfo.width == 8 {
		s.context64(c, vcpu)
	} else {
		s.context32(c, vcpu)
	}
}

func (s *stream) context64(c []byte, vcpu uint32) {
	u64 := func(at int) uint64 { return le.Uint64(c[at:]) }
	s.must(vcpu != 0 || s.inside(u64(616)), "S-140", "start info")
	s.must(u64(4960) <= 7168, "S-141", "GDT of %d", u64(4960))
	for i := uint64(0); i < (u64(4960)+511)/512; i++ {
		s.must(s.inside(u64(4832+8*int(i))), "S-141", "GDT's frame")
	}
	s.must(u64(4824) <= 8192 && u64(4816)%4096 == 0, "S-141", "LDT")
	s.must(u64(5008)&0xfff == 0 && s.inside(u64(5008)>>12), "S-142", "cr3")
	cr1 := u64(4992)
	s.must(cr1 == 0 || cr1&0xfff == 1 && s.inside(cr1>>12), "S-143", "cr1")
	for _, at := range []int{648, 672, 4976, 5112, 5120, 5128, 5144, 5152,
		5160} {
		s.must(canonical(u64(at)), "S-144", "address at %d", at)
	}
	for i := 0; i < 256; i++ {
		s.must(canonical(u64(728+16*i)), "S-144", "trap %d", i)
	}
	s.must(u64(4824) == 0 || canonical(u64(4816)), "S-144", "LDT")
}

func (s *stream) context32(c []byte, vcpu uint32) {
	u32 := func(at int) uint64 { return uint64(le.Uint32(c[at:])) }
	s.must(vcpu != 0 || s.inside(u32(524)), "S-140", "start info")
	s.must(u32(2704) <= 7168, "S-141", "GDT of %d", u32(2704))
	for i := uint64(0); i < (u32(2704)+511)/512; i++ {
		s.must(s.inside(u32(2640+4*int(i))), "S-141", "GDT's frame")
	}
	s.must(u32(2636) <= 8192 && u32(2632)%4096 == 0, "S-141", "LDT")
	cr3 := le.Uint32(c[2728:])
	s.must(s.inside(uint64(cr3>>12|cr3<<20)), "S-142", "cr3")
}

func (s *stream) vcpuExtended(b []byte, vcpu uint32) {
	body := b[8:]
	s.must(len(body) >= 8 && le.Uint32(body) == vcpu &&
		int(le.Uint32(body[4:])) == len(body), "S-86", "vCPU or length")
	s.must(len(body) == 40 || len(body) == 56 || len(body) == 64, "S-145",
		"length %d", len(body))
	s.must(canonical(le.Uint64(body[8:])) && canonical(le.Uint64(body[16:])),
		"S-145", "address")
	s.must(body[28] <= 1 && body[29] <= 1, "S-145", "flags")
	s.machineCheck(le.Uint64(body[32:]), "S-145")
}

func (s *stream) machineCheck(capability uint64, rule string) {
	const known = 0xff | 1<<8 | 1<<10 | 1<<11 | 1<<24 | 1<<27
	s.must(capability&^known == 0 && capability&0xff <= 32, rule,
		"machine check capability 0x%x", capability)
}

// pageTables judges a record's pages that are tables.
func (s *stream) pageTables(list, pages []byte) {
	for ; len(list) > 0; list = list[8:] {
		kind := le.Uint64(list) >> 60
		if kind >= 13 {
			continue
		}
		if kind != 0 {
			s.pageTable(kind&7, pages[:4096])
		}
		pages = pages[4096:]
	}
}

func (s *stream) pageTable(level uint64, table []byte) {
	for i := 0; i < 512; i++ {
		e := le.Uint64(table[8*i:])
		xens := level == 4 && i >= 256 && i <= 271 ||
			level == 3 && s.xc.pvinfo.width == 4 && i >= 4
		s.must(!xens || e == 0, "S-152", "slot %d of level %d", i, level)
		if e&1 == 0 {
			continue
		}
		s.must(s.inside(e>>12&(1<<40-1)), "S-150", "entry 0x%x", e)
		s.must(level == 1 || e&0x80 == 0, "S-151", "entry 0x%x", e)
	}
}
