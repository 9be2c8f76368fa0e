// SPDX-License-Identifier: LGPL-2.1-only

package main

// contextEntry is one of HVM_CONTEXT's.
type contextEntry struct {
	code, instance uint16
	body           []byte
}

// Codes of xen/include/public/arch-x86/hvm/save.h.
const (
	hvmEnd       = 0
	hvmHeader    = 1
	hvmCPU       = 2
	hvmPIC       = 3
	hvmLAPIC     = 5
	hvmLAPICRegs = 6
	hvmMTRR      = 14
	hvmXsave     = 16
	hvmViridianV = 17
	hvmVMCE      = 18
	hvmTSCAdjust = 19
	hvmMSR       = 20
)

// entryRule is a row of the table of S-110: lengths, or a base and a unit.
type entryRule struct {
	lengths   []uint32
	instances uint32 // 0: one for each vCPU
	check     func(*stream, []byte)
}

var entryRules map[uint16]entryRule

func init() {
	any := func(*stream, []byte) {}
	entryRules = map[uint16]entryRule{
		hvmHeader:    {[]uint32{24}, 1, (*stream).hvmHead},
		hvmCPU:       {[]uint32{1032, 1024}, 0, (*stream).hvmCPU},
		hvmPIC:       {[]uint32{8}, 2, any}, // its instance matters
		4:            {[]uint32{400}, 1, (*stream).hvmIOAPIC},
		hvmLAPIC:     {[]uint32{24, 16}, 0, (*stream).hvmLAPIC},
		hvmLAPICRegs: {[]uint32{1024}, 0, (*stream).hvmLAPICRegs},
		7:            {[]uint32{16}, 1, any},
		8:            {[]uint32{8}, 1, (*stream).hvmISA},
		9:            {[]uint32{8}, 1, (*stream).hvmLink},
		10:           {[]uint32{56}, 1, (*stream).hvmPIT},
		11:           {[]uint32{24, 16}, 1, (*stream).hvmRTC},
		12:           {[]uint32{1048}, 1, (*stream).hvmHPET},
		13:           {[]uint32{8}, 1, any},
		hvmMTRR:      {[]uint32{240}, 0, (*stream).hvmMTRR},
		15:           {[]uint32{32, 24, 16}, 1, any},
		hvmXsave:     {nil, 0, (*stream).hvmXsave},
		hvmViridianV: {[]uint32{216, 152, 24, 16, 8}, 0, (*stream).hvmViridian},
		hvmVMCE:      {[]uint32{32, 24, 8}, 0, (*stream).hvmVMCE},
		hvmTSCAdjust: {[]uint32{8}, 0, any},
		hvmMSR:       {nil, 0, (*stream).hvmMSRs},
	}
}

// perVcpu says whether there is one such entry for each vCPU.
func perVcpu(code uint16) bool {
	rule, ok := entryRules[code]
	return ok && rule.instances == 0
}

func lengthAllowed(code uint16, length uint32) bool {
	switch code {
	case hvmXsave:
		return length >= 600 && length <= 16408
	case hvmMSR:
		return length >= 24 && length <= 264 && length%16 == 8
	}
	for _, l := range entryRules[code].lengths {
		if l == length {
			return true
		}
	}
	return false
}

func (s *stream) hvmContext() {
	b := s.expect(xcHVMContext)
	x := &s.xc
	cpus := 0
	for at := 0; ; {
		s.must(len(b)-at >= 8, "S-95", "no end")
		e := contextEntry{code: le.Uint16(b[at:]), instance: le.Uint16(b[at+2:])}
		length := le.Uint32(b[at+4:])
		at += 8
		s.must(uint64(length) <= uint64(len(b)-at), "S-95", "entry of %d", length)
		e.body = b[at : at+int(length)]
		at += int(length)
		s.must((e.code == hvmHeader) == (len(x.context) == 0), "S-95",
			"header not first")
		if e.code == hvmEnd {
			s.must(length == 0 && e.instance == 0, "S-95", "end")
			s.must(at == len(b), "S-95", "octets behind the end")
			break
		}
		s.hvmEntry(e)
		x.context = append(x.context, e)
		if e.code == hvmCPU {
			cpus++
		}
	}
	s.must(cpus > 0, "S-95", "no vCPU")
}

func (s *stream) hvmEntry(e contextEntry) {
	rule, ok := entryRules[e.code]
	s.must(ok, "S-110", "code %d", e.code)
	instances := rule.instances
	if instances == 0 {
		instances = s.max.vcpus
	}
	s.must(uint32(e.instance) < instances, "S-110", "code %d, instance %d",
		e.code, e.instance)
	s.must(lengthAllowed(e.code, uint32(len(e.body))), "S-110",
		"code %d of %d octets", e.code, len(e.body))
	if n := len(s.xc.context); n > 0 {
		last := s.xc.context[n-1]
		s.must(e.code > last.code || e.code == last.code &&
			e.instance > last.instance, "S-111", "code %d, instance %d",
			e.code, e.instance)
	}
	if e.code == hvmPIC {
		s.hvmPIC(e)
	}
	rule.check(s, e.body)
}

var paramAllowed = map[uint64]bool{
	1: true, 4: true, 5: true, 6: true, 9: true, 12: true, 15: true, 17: true,
	19: true, 27: true, 28: true, 29: true, 32: true, 33: true, 34: true,
	36: true, 37: true, 38: true,
}

// Those whose value is a frame's number.
var paramFrame = map[uint64]bool{
	1: true, 5: true, 6: true, 17: true, 27: true, 28: true, 29: true,
	32: true,
}

func (s *stream) hvmParams() {
	b := s.expect(xcHVMParams)
	count := le.Uint32(b)
	s.must(le.Uint32(b[4:]) == 0, "S-65", "reserved")
	s.must(uint64(len(b)) == 8+16*uint64(count), "S-96", "count %d", count)
	seen := map[uint64]bool{}
	for at := 8; at < len(b); at += 16 {
		index, value := le.Uint64(b[at:]), le.Uint64(b[at+8:])
		s.must(paramAllowed[index], "S-96", "index 0x%x", index)
		s.must(!seen[index], "S-96", "index %d twice", index)
		seen[index] = true
		s.must(!paramFrame[index] || value < s.xc.memory.frames, "S-97",
			"frame 0x%x", value)
		s.must(s.paramValue(index, value), "S-130", "%d: 0x%x", index, value)
	}
}

// paramValue is the table of S-130.
func (s *stream) paramValue(index, value uint64) bool {
	inMemory := value>>12 < s.xc.memory.frames
	switch index {
	case 4, 19, 38:
		return value <= 1
	case 9:
		return value&1 == 1 && value>>16 == 0
	case 12:
		return value&0xfff == 0 && inMemory
	case 15:
		return value < 1<<32
	case 33:
		return value >= 1 && value <= 64
	case 34:
		return inMemory && value&0xfff <= 4080
	case 36:
		return value == 0 || value == 4 || value == 8
	case 37:
		return value>>32 >= 104 && value>>32 <= 8329
	}
	return true
}
