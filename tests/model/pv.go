// SPDX-License-Identifier: LGPL-2.1-only

package main

type pvInfo struct {
	width, levels byte
	lastFrame     uint32
}

func (s *stream) pvInfo() {
	b := s.expect(xcPVInfo)
	p := &s.xc.pvinfo
	p.width, p.levels = b[0], b[1]
	s.must(p.width == 4 && p.levels == 3 || p.width == 8 && p.levels == 4,
		"S-80", "width %d, %d levels", p.width, p.levels)
	s.must(allZero(b[2:]), "S-65", "reserved")
}

func (s *stream) p2mFrames() {
	kind, length := s.xcFrame()
	s.must(kind == xcP2MFrames, "S-64", "where P2M_FRAMES belongs")
	head := s.take(8)
	first, last := le.Uint32(head), le.Uint32(head[4:])
	s.must(first == 0, "S-81", "first frame 0x%x", first)
	s.must(last >= 1 && uint64(last) < s.frameBound(), "S-81",
		"last frame 0x%x", last)
	perPage := uint32(512)
	if s.xc.pvinfo.width == 4 {
		perPage = 1024
	}
	s.must(length == 8+8*(last/perPage+1), "S-81", "length %d", length)
	s.xc.pvinfo.lastFrame = last
	for n := 8; n < int(length); n += 8 {
		s.must(le.Uint64(s.take(8)) <= uint64(last), "S-82", "frame")
	}
	s.padding(length, "S-63")
}

func (s *stream) sharedInfo() {
	s.expect(xcSharedInfo)
}

// pvVcpus reads the records of every vCPU.
func (s *stream) pvVcpus() {
	for vcpu := int64(-1); vcpu < 0 || s.peek() == xcVcpuBasic; {
		b := s.expect(xcVcpuBasic)
		n := int64(le.Uint32(b))
		s.must(n > vcpu && (vcpu >= 0 || n == 0) && n < int64(s.max.vcpus),
			"S-84", "vCPU %d", n)
		vcpu = n
		s.vcpuHead(b, uint32(n))
		want := 8 + 5168
		if s.xc.pvinfo.width == 4 {
			want = 8 + 2800
		}
		s.must(len(b) == want, "S-85", "length %d", len(b))
		s.vcpuBasic(b[8:], uint32(n))
		b = s.expect(xcVcpuExtended)
		s.vcpuHead(b, uint32(n))
		s.vcpuExtended(b, uint32(n))
		if s.peek() == xcVcpuXsave {
			s.vcpuXsave(s.expect(xcVcpuXsave), uint32(n))
		} else {
			s.withoutXsave()
		}
		if s.peek() == xcVcpuMSRs {
			s.vcpuMSRs(s.expect(xcVcpuMSRs), uint32(n))
		}
	}
}

func (s *stream) vcpuHead(b []byte, vcpu uint32) {
	s.must(le.Uint32(b) == vcpu, "S-84", "vCPU %d", le.Uint32(b))
	s.must(le.Uint32(b[4:]) == 0, "S-65", "reserved")
}

func (s *stream) withoutXsave() {
	s.begin("record header")
	s.must(!s.xc.policy.known || !bit(s.xc.policy.ecx1, 26), "S-87",
		"no VCPU_XSAVE")
}

func (s *stream) vcpuXsave(b []byte, vcpu uint32) {
	s.vcpuHead(b, vcpu)
	if le.Uint64(b[16:]) == 0 {
		s.must(le.Uint64(b[8:]) == 0 && len(b) == 24, "S-87",
			"%d octets of no state", len(b)-24)
		return
	}
	s.must(len(b) >= 24+576, "S-106", "%d octets", len(b))
	s.xsave(b[8:])
}
