// SPDX-License-Identifier: LGPL-2.1-only

package main

import "fmt"

const (
	xcEnd          = 0x00
	xcPageData     = 0x01
	xcPVInfo       = 0x02
	xcP2MFrames    = 0x03
	xcVcpuBasic    = 0x04
	xcVcpuExtended = 0x05
	xcVcpuXsave    = 0x06
	xcSharedInfo   = 0x07
	xcTSCInfo      = 0x08
	xcHVMContext   = 0x09
	xcHVMParams    = 0x0a
	xcToolstack    = 0x0b
	xcVcpuMSRs     = 0x0c
	xcVerify       = 0x0d
	xcCheckpoint   = 0x0e
	xcDirtyList    = 0x0f
	xcStaticEnd    = 0x10
	xcCPUID        = 0x11
	xcMSR          = 0x12
)

// lengths: min, max, and base + n * unit where unit is not 0.
type lengthRule struct{ min, max, base, unit uint32 }

type recordKind struct {
	name    string
	lengths lengthRule
}

var xcRecords = map[uint32]recordKind{
	xcEnd:          {"libxc END", lengthRule{0, 0, 0, 0}},
	xcPageData:     {"PAGE_DATA", lengthRule{16, 4202504, 0, 0}},
	xcPVInfo:       {"X86_PV_INFO", lengthRule{8, 8, 0, 0}},
	xcP2MFrames:    {"X86_PV_P2M_FRAMES", lengthRule{16, 128 << 20, 8, 8}},
	xcVcpuBasic:    {"X86_PV_VCPU_BASIC", lengthRule{2808, 5176, 2808, 2368}},
	xcVcpuExtended: {"X86_PV_VCPU_EXTENDED", lengthRule{16, 136, 8, 8}},
	xcVcpuXsave:    {"X86_PV_VCPU_XSAVE", lengthRule{24, 16408, 8, 8}},
	xcSharedInfo:   {"SHARED_INFO", lengthRule{4096, 4096, 0, 0}},
	xcTSCInfo:      {"X86_TSC_INFO", lengthRule{24, 24, 0, 0}},
	xcHVMContext:   {"HVM_CONTEXT", lengthRule{40, 1 << 20, 0, 0}},
	xcHVMParams:    {"HVM_PARAMS", lengthRule{24, 632, 8, 16}},
	xcVcpuMSRs:     {"X86_PV_VCPU_MSRS", lengthRule{24, 184, 8, 16}},
	xcStaticEnd:    {"STATIC_DATA_END", lengthRule{0, 0, 0, 0}},
	xcCPUID:        {"X86_CPUID_POLICY", lengthRule{24, 6144, 0, 24}},
	xcMSR:          {"X86_MSR_POLICY", lengthRule{16, 1024, 0, 16}},
}

func xcName(kind uint32) string {
	if k, ok := xcRecords[kind]; ok {
		return k.name
	}
	return fmt.Sprintf("libxc record 0x%08x", kind)
}

// libxc is what is remembered of libxc's stream.
type libxc struct {
	version uint32
	pv      bool
	memory  memory
	policy  policy
	pvinfo  pvInfo
	context []contextEntry
}

func (s *stream) readLibxc() {
	s.begin("image header")
	h := s.take(24)
	x := &s.xc
	x.version = be.Uint32(h[12:])
	x.policy.addressBits = 52
	s.must(be.Uint64(h) == 1<<64-1 && string(h[8:12]) == "XENF" &&
		(x.version == 2 || x.version == 3) && be.Uint16(h[16:]) == 0,
		"S-50", "not libxc's version 2 or 3")
	s.must(allZero(h[18:]), "S-65", "reserved")
	s.domainHeader()
	if x.pv {
		s.pvInfo()
	}
	if x.version == 3 {
		s.cpuPolicy()
		s.msrPolicy()
		s.expect(xcStaticEnd)
	}
	if x.pv {
		s.p2mFrames()
	}
	s.pageData()
	s.tscInfo()
	if x.pv {
		s.sharedInfo()
		s.pvVcpus()
	} else {
		s.hvmContext()
		s.hvmParams()
	}
	s.expect(xcEnd)
}

func (s *stream) domainHeader() {
	s.begin("domain header")
	h := s.take(16)
	kind := le.Uint32(h)
	s.must(kind == 1 || kind == 2, "S-51", "type %d", kind)
	s.xc.pv = kind == 1
	s.must(s.guest == guestUnknown || (s.guest == guestPV) == s.xc.pv, "S-51",
		"another type than the configuration's")
	if s.guest == guestUnknown {
		s.guest = guestHVMorPVH
		if s.xc.pv {
			s.guest = guestPV
		}
	}
	s.must(le.Uint16(h[4:]) == 12, "S-52", "page shift")
	s.must(le.Uint16(h[6:]) == 0, "S-65", "reserved")
	major, minor := le.Uint32(h[8:]), le.Uint32(h[12:])
	s.must(major >= 4 && major <= 9 && minor <= 99, "S-53", "Xen %d.%d",
		major, minor)
}

// xcFrame reads a header and judges its type and its length.
func (s *stream) xcFrame() (kind, length uint32) {
	kind, length = s.frame(xcName)
	s.must(kind != xcToolstack && kind != xcVerify && kind != xcCheckpoint &&
		kind != xcDirtyList, "S-61", "type 0x%02x", kind)
	rule, ok := xcRecords[kind]
	s.must(ok, "S-60", "type 0x%08x", kind)
	l := rule.lengths
	s.must(length >= l.min && length <= l.max &&
		(l.unit == 0 || (length-l.base)%l.unit == 0), "S-62",
		"length %d", length)
	return kind, length
}

// peek says what the next record would be, if it is there.
func (s *stream) peek() uint32 {
	if len(s.in)-s.at < 8 {
		return 1<<32 - 1
	}
	return le.Uint32(s.in[s.at:])
}

// expect reads a record that has to be of that type.
func (s *stream) expect(want uint32) []byte {
	kind, length := s.xcFrame()
	s.must(kind == want, "S-64", "where %s belongs", xcName(want))
	return s.body(length, "S-63")
}

func (s *stream) tscInfo() {
	b := s.expect(xcTSCInfo)
	s.must(le.Uint32(b) <= 2, "S-92", "mode")
	s.clockRate(le.Uint32(b[4:]))
	s.must(le.Uint32(b[20:]) == 0, "S-65", "reserved")
}

func (s *stream) clockRate(kHz uint32) {
	s.must(kHz == 0 || kHz >= 10000 && kHz <= 20000000, "S-102", "%d kHz", kHz)
}
