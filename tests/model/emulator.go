// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"math/bits"
	"regexp"
	"strconv"
	"strings"
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

var (
	physmapKey = regexp.MustCompile(
		`^physmap/([0-9a-f]{1,16})/(start_addr|size|name)$`)
	hexForm       = regexp.MustCompile(`^[0-9a-f]{1,16}$`)
	printableForm = regexp.MustCompile(`^[\x20-\x7e]{1,255}$`)
)

func (s *stream) xenstorePairs(data []byte) {
	s.must(data[len(data)-1] == 0, "S-46", "not NUL-terminated")
	texts := strings.Split(string(data[:len(data)-1]), "\x00")
	s.must(len(texts)%6 == 0 && len(texts) <= 6*21, "S-46", "%d texts",
		len(texts))
	seen := map[string]bool{}
	for ; len(texts) > 0; texts = texts[6:] {
		hex := s.region(texts[:6])
		s.must(!seen[hex], "S-242", "region %s again", hex)
		seen[hex] = true
	}
}

// region judges the three pairs of one, and gives what they are named by.
func (s *stream) region(texts []string) string {
	var hex string
	var numbers [2]uint64
	for i, want := range []string{"start_addr", "size", "name"} {
		key, value := texts[2*i], texts[2*i+1]
		found := physmapKey.FindStringSubmatch(key)
		s.must(found != nil && len(value) <= 256, "S-46", "key %q", key)
		s.must(found[2] == want && (i == 0 || found[1] == hex), "S-241",
			"key %q", key)
		hex = found[1]
		if i == 2 {
			s.must(printableForm.MatchString(value), "S-240", "name")
			break
		}
		n, err := strconv.ParseUint(value, 16, 64)
		s.must(hexForm.MatchString(value) && err == nil && n%4096 == 0 &&
			(i == 0 || n != 0), "S-240", "%s %q", want, value)
		numbers[i] = n
	}
	end, over := bits.Add64(numbers[0], numbers[1], 0)
	s.must(over == 0 && end <= 4096*s.frameBound(), "S-243", "end 0x%x", end)
	return hex
}
