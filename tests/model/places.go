// SPDX-License-Identifier: LGPL-2.1-only

package main

// Where the document has rules for single fields: offsets in the bodies of
// records, and of HVM_CONTEXT's entries by their codes.
type fieldPlace struct{ at, width int }

var recordPlaces = map[uint32][]fieldPlace{
	xcPVInfo:  {{0, 1}, {1, 1}, {2, 1}, {7, 1}},
	xcTSCInfo: {{0, 4}, {4, 4}, {20, 4}},
	xcVcpuBasic: {{0, 4}, {4, 4}, {32, 4}, {624, 8}, {656, 8}, {680, 8},
		{736, 8}, {4816, 8}, {4824, 8}, {4832, 8}, {4840, 8}, {4848, 8},
		{4952, 8}, {4960, 8}, {4968, 8}, {4984, 8}, {5000, 8}, {5016, 8},
		{5120, 8}, {5128, 8}, {5136, 8}, {5152, 8}, {5160, 8}, {5168, 8},
		{532, 4}, {2640, 4}, {2644, 4}, {2648, 4}, {2708, 4}, {2712, 4},
		{2736, 4}},
	xcVcpuExtended: {{0, 4}, {4, 4}, {8, 4}, {12, 4}, {16, 8}, {24, 8},
		{36, 1}, {37, 1}, {38, 1}, {40, 8}, {40, 1}, {43, 1}},
	xcVcpuXsave: {{0, 4}, {8, 8}, {16, 8}, {48, 4}, {536, 8}, {544, 8},
		{552, 8}, {592, 8}},
}

var entryPlaces = map[uint16][]fieldPlace{
	hvmHeader: {{0, 4}, {4, 4}, {20, 4}},
	hvmCPU: {{24, 4}, {656, 8}, {672, 8}, {680, 8}, {720, 8}, {728, 8},
		{736, 4}, {764, 4}, {800, 4}, {804, 4}, {888, 4}, {916, 4}, {944, 8},
		{960, 8}, {976, 8}, {984, 8}, {992, 8}, {1000, 8}, {1016, 4},
		{1020, 4}, {1024, 4}, {1028, 4}},
	hvmPIC:       {{4, 1}, {5, 1}, {6, 1}, {7, 1}},
	4:            {{0, 8}, {8, 4}, {12, 4}},
	hvmLAPIC:     {{0, 8}, {8, 4}, {12, 4}},
	hvmLAPICRegs: {{0x100, 4}, {0x200, 4}, {0x100, 2}, {0x202, 2}},
	8:            {{0, 8}, {2, 1}},
	9:            {{0, 1}, {1, 1}, {3, 1}, {4, 1}, {7, 1}},
	10: {{0, 4}, {6, 1}, {9, 1}, {10, 1}, {12, 1}, {13, 1}, {14, 1}, {15, 1},
		{16, 4}, {31, 1}, {32, 4}, {47, 1}, {48, 4}, {52, 4}},
	11: {{13, 1}, {14, 1}, {15, 1}},
	12: {{0, 8}, {8, 8}, {16, 8}, {24, 8}, {40, 8}, {232, 8}, {240, 8},
		{248, 8}, {280, 8}, {312, 8}, {344, 8}, {352, 8}, {1016, 8}},
	hvmMTRR:      {{0, 8}, {0, 1}, {7, 1}, {224, 8}, {224, 1}},
	hvmXsave:     {{0, 8}, {8, 8}, {16, 8}, {48, 4}, {536, 8}, {544, 8}, {592, 8}},
	hvmViridianV: {{8, 1}, {9, 1}, {15, 1}, {152, 8}, {176, 8}, {184, 8}, {208, 8}},
	hvmVMCE:      {{0, 8}, {0, 1}, {1, 1}, {3, 1}},
	hvmMSR:       {{0, 4}, {4, 4}, {8, 4}, {12, 4}, {24, 4}},
}

// choice is a field and what it may become, where a rule is about several
// fields together.
type choice struct {
	at, width int
	values    []uint64
}

var xsaveWords = []uint64{0, 1, 2, 3, 4, 5, 7, 0x1f, 0xf, 0x67, 0xe7, 0xff,
	0x207, 7 | 3<<17, 7 | 1<<17, 7 | 1<<62, 7 | 1<<63, 0x107}

var together = map[uint16][][]choice{
	hvmPIC: {{{4, 1, []uint64{0, 1, 2, 4, 8, 15, 16, 0xf0}},
		{7, 1, []uint64{0, 1, 2}}}},
	hvmCPU: {
		{{656, 8, []uint64{0x80050033, 0x10, 0x11, 0x80000010, 0x80000011}},
			{992, 8, []uint64{0, 0xd01, 0x501, 0x400, 0x100, 0x401, 0x800,
				0x1000, 0x4000, 1 << 21}}},
		{{1016, 4, []uint64{0x80000000, 0x80000100, 0x80000200, 0x80000700,
			0x80000b0e, 0x80001b0e, 0x00000b0e, 0x80000600, 0xc0000300}},
			{1020, 4, []uint64{0, 0xffff, 0x10000, 1 << 31}}}},
	hvmLAPIC: {{{0, 8, []uint64{0xfee00400, 0xfee00800, 0xfee00c00, 0}},
		{12, 4, []uint64{1, 2, 3, 64, 128, 256}}}},
	10: {{{15, 1, []uint64{0, 1, 2}}, {47, 1, []uint64{0, 1, 2}}}},
	hvmViridianV: {{{152, 8, []uint64{0, 1, 0x10001, 0x30000, 0xf0001}},
		{184, 8, []uint64{0, 1}}},
		{{176, 8, []uint64{0, 1, 0x10001, 0x30000, 0xf0001}},
			{208, 8, []uint64{0, 1}}}},
	hvmXsave: {{{8, 8, xsaveWords}, {16, 8, xsaveWords}, {536, 8, xsaveWords}}},
}

var togetherPV = map[uint32][][]choice{
	xcVcpuBasic: {
		{{4968, 8, []uint64{0, 1, 511, 512, 513, 1024, 7168, 7169}},
			{4840, 8, []uint64{0, 39, 40, 1 << 32}},
			{4848, 8, []uint64{0, 39, 40}}},
		{{2712, 4, []uint64{0, 1, 512, 513, 7168, 7169}},
			{2648, 4, []uint64{0, 39, 40}}, {2652, 4, []uint64{0, 39, 40}}},
		{{4824, 8, []uint64{0, 0x1000, 1 << 47, 0xffff800000000000, 1}},
			{4832, 8, []uint64{0, 1, 8192, 8193}}},
		{{0, 4, []uint64{0, 1}}, {624, 8, []uint64{0, 39, 40, 1 << 32}}}},
	xcVcpuXsave: {{{8, 8, xsaveWords}, {16, 8, xsaveWords},
		{536, 8, xsaveWords}}},
}

// changeTogether sets the fields of one rule; false when none is there.
func changeTogether(r *random, body []byte, rules [][]choice) bool {
	if len(rules) == 0 {
		return false
	}
	for _, c := range rules[r.below(len(rules))] {
		if c.at+c.width <= len(body) && r.below(6) > 0 {
			var octets [8]byte
			le.PutUint64(octets[:], c.values[r.below(len(c.values))])
			copy(body[c.at:c.at+c.width], octets[:])
		}
	}
	return true
}

// changePolicy changes a register of a leaf that later rules look at.
func changePolicy(r *random, parts, other []part) []part {
	at := find(parts, levelLibxc, xcCPUID)
	if at < 0 {
		return changePlace(r, parts, other)
	}
	body := parts[at].body
	var leaves []int
	for n := 0; n+24 <= len(body); n += 24 {
		switch le.Uint32(body[n:]) {
		case 0xd:
			leaves = append(leaves, n, n)
		case 1, 7, 0x80000001, 0x80000008:
			leaves = append(leaves, n)
		}
	}
	if len(leaves) == 0 {
		return parts
	}
	leaf := leaves[r.below(len(leaves))]
	register := body[leaf+8+4*r.below(4):]
	sizes := []uint32{0, 1, 64, 256, 512, 576, 832, 1024, 8192, 16383, 16384,
		16385, 1 << 31}
	switch {
	case le.Uint32(body[leaf:]) == 0xd && r.below(2) == 0:
		le.PutUint32(register, sizes[r.below(len(sizes))])
	case le.Uint32(body[leaf:]) == 0x80000008:
		body[leaf+8] = byte(30 + r.below(26))
	default:
		le.PutUint32(register, le.Uint32(register)^1<<uint(r.below(32)))
	}
	return parts
}

// changePlace changes a field that has a rule of its own.
func changePlace(r *random, parts, other []part) []part {
	var some []int
	for i, p := range parts {
		_, ok := recordPlaces[p.kind]
		if p.level == levelLibxc && (ok || p.kind == xcHVMContext) {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		return changeEntryField(r, parts, other)
	}
	p := &parts[some[r.below(len(some))]]
	where, body := recordPlaces[p.kind], p.body
	rules := togetherPV[p.kind]
	if p.kind == xcHVMContext {
		e := contextEntries(body)
		if len(e) == 0 {
			return parts
		}
		body = e[r.below(len(e))]
		where, rules = entryPlaces[le.Uint16(body)], together[le.Uint16(body)]
		body = body[8:]
	}
	if r.below(3) == 0 && changeTogether(r, body, rules) {
		return parts
	}
	for times := 1 + r.below(4); times > 0 && len(where) > 0; times-- {
		f := where[r.below(len(where))]
		putField(r, body, f.at, f.width)
	}
	return parts
}

// changeTable changes an entry of a PV guest's page table, or an octet of any
// page.
func changeTable(r *random, parts, other []part) []part {
	at := find(parts, levelLibxc, xcPageData)
	if at < 0 || len(parts[at].body) < 8 {
		return changeEntryField(r, parts, other)
	}
	body := parts[at].body
	first := 8 + 8*int(le.Uint32(body))
	if pages := (len(body) - first) / 4096; pages > 0 {
		page := body[first+4096*r.below(pages):]
		slot := []int{0, 1, 3, 4, 255, 256, 271, 272, 511}[r.below(9)]
		if r.below(2) == 0 { // within memory, now and then
			le.PutUint64(page[8*slot:], uint64(r.below(50))<<12|r.next()&0xfff)
		} else {
			putField(r, page, 8*slot, 8)
		}
	}
	return parts
}
