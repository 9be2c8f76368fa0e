// SPDX-License-Identifier: LGPL-2.1-only

package main

// growSeeds makes the seeds of one real stream.
func growSeeds(name string, in []byte) []seed {
	real := split(in, formatXL)
	small := cut(real, 40)
	type variant struct {
		name  string
		parts []part
	}
	variants := []variant{
		{"small", small},
		{"two records", cut(real, batch+20)},
		{"version 2", version2(small)},
		{"passes", morePasses(small)},
		{"rare", rareRecords(small)},
		{"rare, version 2", version2(rareRecords(small))},
	}
	if find(small, levelLibxc, xcPVInfo) >= 0 {
		variants = append(variants, variant{"width 4",
			width4(rareRecords(small))})
	}
	if seen, _ := judge(in, formatXL); seen.max.vcpus == 1 {
		variants = append(variants, variant{"vCPUs", moreVcpus(small)})
	}
	var out []seed
	for _, v := range variants {
		out = append(out, seed{name + ", " + v.name, formatXL, v.parts})
	}
	return append(out,
		seed{name + ", libxl", formatLibxl, innerFormat(small, formatLibxl)},
		seed{name + ", libxc", formatLibxc, innerFormat(small, formatLibxc)})
}

// rareRecords adds what senders seldom send.
func rareRecords(parts []part) []part {
	parts = copyParts(parts)
	if at := find(parts, levelLibxc, xcVcpuXsave); at >= 0 {
		parts = withTables(parts)
		msrs := concat(words(0, 0, 0xc0000103, 0), longs(1),
			words(0xc0011027, 0), longs(0))
		return insertAt(parts, at+1, part{levelLibxc, xcVcpuMSRs, msrs})
	}
	if at := find(parts, levelLibxc, xcHVMContext); at >= 0 {
		parts[at].body = rareEntries(parts[at].body)
	}
	if at := find(parts, levelLibxc, xcHVMParams); at >= 0 {
		parts[at].body = rareParams(parts[at].body)
	}
	if at := find(parts, levelLibxl, libxlEmulator); at >= 0 {
		pairs := concat(words(2, 0), []byte("physmap/f0000000/start_addr\x00"+
			"f0000000\x00physmap/f0000000/size\x00800000\x00"+
			"physmap/f0000000/name\x00vga.vram\x00"))
		parts = insertAt(parts, at, part{levelLibxl, libxlXenstore, pairs})
	}
	return parts
}

// withTables gives a PV guest's memory page tables of every kind.
func withTables(parts []part) []part {
	at := find(parts, levelLibxc, xcPageData)
	count := le.Uint32(parts[at].body)
	entries := make([]uint64, count)
	for i := range entries {
		entries[i] = uint64(i) | 15<<60
	}
	kinds := []uint64{0, 1, 2, 3, 4, 9, 10, 11, 12}
	for i, kind := range kinds {
		entries[i] = uint64(i) | kind<<60
	}
	parts[at] = pageRecord(entries)
	for i := range kinds[1:] {
		table := parts[at].body[8+8*int(count)+4096*(i+1):]
		le.PutUint64(table, 5<<12|0x67)
		le.PutUint64(table[8*3:], uint64(count-1)<<12|1|1<<63)
		le.PutUint64(table[8*2:], 1<<40|0x80) // not present
	}
	return parts
}

// width4 is the guest as one of 32 bits.
func width4(parts []part) []part {
	parts = copyParts(parts)
	for i := range parts {
		p := &parts[i]
		switch {
		case p.isXC(xcPVInfo):
			p.body[0], p.body[1] = 4, 3
		case p.isXC(xcPageData): // there is no level 4
			for at := 8; at < 8+8*int(le.Uint32(p.body)); at += 8 {
				if kind := p.body[at+7] >> 4; kind == 4 || kind == 12 {
					p.body[at+7] -= 1 << 4
				}
			}
		case p.isXC(xcVcpuBasic):
			c := append(p.body[:8:8], make([]byte, 2800)...)
			copy(c[8:], p.body[8:8+512])
			le.PutUint32(c[8+524:], 7)
			le.PutUint32(c[8+2640:], 9)
			le.PutUint32(c[8+2704:], 20)
			le.PutUint32(c[8+2728:], 3<<12)
			p.body = c
		}
	}
	return parts
}

// entry is one of HVM_CONTEXT's, zero but for its head.
func entry(code, instance uint16, length uint32) []byte {
	head := words(uint32(code)|uint32(instance)<<16, length)
	return append(head, make([]byte, length)...)
}

// rareEntries adds those of Viridian and the MSRs, and shortens others to what
// older senders sent.
func rareEntries(body []byte) []byte {
	viridian := entry(hvmViridianV, 0, 216)
	le.PutUint64(viridian[8+152:], 1|3<<16)
	le.PutUint64(viridian[8+184:], 1000)
	msrs := entry(hvmMSR, 0, 8+2*16)
	le.PutUint32(msrs[8:], 2)
	le.PutUint32(msrs[16:], 0xda0)
	le.PutUint32(msrs[32:], 0xc0011027)
	shorter := map[uint16]int{hvmCPU: 1024, hvmLAPIC: 16, 11: 16, hvmVMCE: 24}
	before := map[uint16][]byte{hvmXsave: entry(15, 0, 32),
		hvmVMCE: viridian, hvmEnd: msrs}
	for _, e := range contextEntries(body) { // not those that are there
		for code, more := range before {
			if le.Uint16(e) == le.Uint16(more) {
				delete(before, code)
			}
		}
	}
	var out []byte
	for _, e := range contextEntries(body) {
		code := le.Uint16(e)
		if n, ok := shorter[code]; ok {
			e = append([]byte(nil), e[:8+n]...)
			le.PutUint32(e[4:], uint32(n))
		}
		out = append(append(out, before[code]...), e...)
		delete(before, code)
	}
	return out
}

func rareParams(body []byte) []byte {
	there := map[uint64]bool{}
	for at := 8; at < len(body); at += 16 {
		there[le.Uint64(body[at:])] = true
	}
	out := append([]byte(nil), body...)
	for _, p := range [][]byte{longs(4, 1), longs(9, 0x3f), longs(15, 0x1000),
		longs(34, 0x1010), longs(36, 8), longs(38, 1)} {
		if !there[le.Uint64(p)] {
			out = append(out, p...)
		}
	}
	le.PutUint32(out, uint32(len(out)/16))
	return out
}
