// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"bytes"
	"regexp"
)

// readEmulator reads the device model's records, the first of which has its
// header read, and then the header of what follows them.
func (s *stream) readEmulator(kind, length uint32) (uint32, uint32) {
	s.must(s.guest == guestHVM || s.guest == guestHVMorPVH, "S-48",
		"no device model belongs to this guest")
	s.guest = guestHVM
	if kind == libxlXenstore {
		s.libxlLength(length, 12, 32768)
		body := s.body(length, "S-44")
		s.emulatorHead(body)
		s.xenstorePairs(body[8:])
		kind, length = s.libxlFrame()
		s.must(kind == libxlEmulator, "S-42", "no EMULATOR_CONTEXT")
	}
	s.libxlLength(length, 18, 1<<20)
	body := s.body(length, "S-44")
	s.emulatorHead(body)
	s.qemuState(body[8:])
	return s.libxlFrame()
}

func (s *stream) emulatorHead(body []byte) {
	s.must(le.Uint32(body) == 2, "S-45", "emulator %d", le.Uint32(body))
	s.must(le.Uint32(body[4:]) == 0, "S-45", "instance")
}

var physmapKey = regexp.MustCompile(
	`^physmap/[0-9a-f]{1,16}/(start_addr|size|name)$`)

func (s *stream) xenstorePairs(data []byte) {
	s.must(data[len(data)-1] == 0, "S-46", "not NUL-terminated")
	texts := bytes.Split(data[:len(data)-1], []byte{0})
	s.must(len(texts)%2 == 0, "S-46", "a key without a value")
	s.must(len(texts) <= 2*64, "S-46", "%d pairs", len(texts)/2)
	for i := 0; i < len(texts); i += 2 {
		s.must(physmapKey.Match(texts[i]), "S-46", "key %q", texts[i])
		value := texts[i+1]
		s.must(len(value) <= 256, "S-46", "value of %d", len(value))
		for _, c := range value {
			s.must(c >= 32 && c < 127, "S-46", "value %q", value)
		}
	}
}
