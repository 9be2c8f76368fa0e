// SPDX-License-Identifier: LGPL-2.1-only

// A strict reader of Xen's migration streams, written from doc/STREAM.md and
// from Xen's public headers, and from nothing of the guard's own code: the two
// are compared, stream by stream (see README.md).
package main

import (
	"encoding/binary"
	"fmt"
	"runtime"
)

var le, be = binary.LittleEndian, binary.BigEndian

// A format is where a stream begins: with xl's header, libxl's or libxc's.
type format int

const (
	formatXL format = iota + 1
	formatLibxl
	formatLibxc
)

var formatNames = map[string]format{
	"xl": formatXL, "libxl": formatLibxl, "libxc": formatLibxc,
}

// A refusal says which rule a record broke, and where the record starts.
type refusal struct {
	rule   string
	offset int
	record string
	text   string
	site   uintptr // the check that failed
}

// What the guest may have; from the configuration, or the library's ceilings.
type limits struct {
	pages uint64
	vcpus uint32
}

const (
	ceilingKiB   = 1 << 30
	ceilingVcpus = 128
)

type guestType int

const (
	guestUnknown guestType = iota
	guestPV
	guestHVM
	guestPVH
	guestHVMorPVH
)

// A stream is a whole one in memory, and how far it has been read.
type stream struct {
	in     []byte
	at     int
	record string
	start  int // where the record in hand begins
	guest  guestType
	max    limits
	xc     libxc
	deaf   uintptr // a check that is passed over, see decidesAlone
}

// ignoredRule is left out on purpose, so that a test can see that it is missed.
var ignoredRule string

// judge reads one stream to its end; nil is "accepted".
func judge(in []byte, f format) (seen *stream, verdict *refusal) {
	return judgeWithout(in, f, 0)
}

// decidesAlone says whether a stream that is refused would be accepted if the
// check that refused it were not there.  It is the measure of what a mutant is
// worth: a reader that lacks this check, and no other, shows itself by it.
func decidesAlone(in []byte, f format, verdict *refusal) (alone bool) {
	defer func() {
		if r := recover(); r != nil { // later code relies on it
			alone = true
		}
	}()
	_, other := judgeWithout(in, f, verdict.site)
	return other == nil
}

func judgeWithout(in []byte, f format, deaf uintptr) (seen *stream,
	verdict *refusal) {
	s := &stream{in: in, max: limits{ceilingKiB / 4, ceilingVcpus}, deaf: deaf}
	defer func() {
		if r := recover(); r != nil {
			refused, ok := r.(*refusal)
			if !ok {
				panic(r)
			}
			seen, verdict = s, refused
		}
	}()
	switch f {
	case formatXL:
		s.readXL()
		s.readLibxl()
	case formatLibxl:
		s.readLibxl()
	case formatLibxc:
		s.readLibxc()
	}
	s.begin("trailer")
	s.must(s.at == len(s.in), "S-4", "octets behind the end")
	return s, nil
}

func (s *stream) begin(record string) {
	s.record, s.start = record, s.at
}

func (s *stream) must(ok bool, rule, text string, args ...interface{}) {
	if !ok {
		s.refuse(2, rule, text, args...)
	}
}

// refuse ends the reading, for the check that stands so many callers above.
func (s *stream) refuse(above int, rule, text string, args ...interface{}) {
	site, _, _, _ := runtime.Caller(above)
	if site == s.deaf || rule == ignoredRule {
		return
	}
	panic(&refusal{rule, s.start, s.record, fmt.Sprintf(text, args...), site})
}

// take gives the next n octets.
func (s *stream) take(n int) []byte {
	s.must(n <= len(s.in)-s.at, "S-4", "the stream ends here")
	b := s.in[s.at : s.at+n]
	s.at += n
	return b
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

const xlMagic = "Xen saved domain, xl format\n \x00 \r"

func (s *stream) readXL() {
	s.begin("xl header")
	head := s.take(48)
	s.must(string(head[:32]) == xlMagic, "S-10", "magic")
	s.must(le.Uint32(head[32:]) == 0x01020304, "S-11", "byte order")
	s.must(le.Uint32(head[36:]) == 3, "S-12", "mandatory flags")
	s.must(le.Uint32(head[40:]) == 0, "S-13", "optional flags")
	size := le.Uint32(head[44:])
	s.must(size >= 7 && size <= 1048581, "S-14", "optional data of %d", size)
	s.begin("CONFIG")
	inner := le.Uint32(s.take(4))
	s.must(inner == size-4, "S-15", "length %d in %d", inner, size)
	text := s.take(int(inner))
	for i, c := range text {
		s.must((c == 0) == (i == len(text)-1), "S-16", "NUL at %d", i)
	}
	s.readConfig(text[:len(text)-1])
}

// frame reads a record's header.
func (s *stream) frame(name func(uint32) string) (kind, length uint32) {
	s.begin("record header")
	head := s.take(8)
	kind, length = le.Uint32(head), le.Uint32(head[4:])
	s.record = name(kind)
	return kind, length
}

// body takes a record's body, and its padding.
func (s *stream) body(length uint32, paddingRule string) []byte {
	body := s.take(int(length))
	s.padding(length, paddingRule)
	return body
}

func (s *stream) padding(length uint32, rule string) {
	s.must(allZero(s.take(int(-length&7))), rule, "padding")
}

const (
	libxlEnd             = 0
	libxlLibxc           = 1
	libxlXenstore        = 2
	libxlEmulator        = 3
	libxlCheckpointEnd   = 4
	libxlCheckpointState = 5
)

func libxlName(kind uint32) string {
	switch kind {
	case libxlEnd:
		return "libxl END"
	case libxlLibxc:
		return "LIBXC_CONTEXT"
	case libxlXenstore:
		return "EMULATOR_XENSTORE_DATA"
	case libxlEmulator:
		return "EMULATOR_CONTEXT"
	}
	return fmt.Sprintf("libxl record 0x%08x", kind)
}

// libxlFrame reads the header of a record of libxl's.
func (s *stream) libxlFrame() (kind, length uint32) {
	kind, length = s.frame(libxlName)
	s.must(kind <= libxlEmulator, "S-41", "type %d", kind)
	return kind, length
}

func (s *stream) libxlLength(length, min, max uint32) {
	s.must(length >= min && length <= max, "S-43", "length %d", length)
}

func (s *stream) readLibxl() {
	s.begin("libxl header")
	head := s.take(16)
	s.must(string(head[:8]) == "LibxlFmt" && be.Uint32(head[8:]) == 2 &&
		be.Uint32(head[12:]) == 0, "S-40", "not libxl's version 2")
	kind, length := s.libxlFrame()
	s.must(kind == libxlLibxc, "S-42", "before LIBXC_CONTEXT")
	s.libxlLength(length, 0, 0)
	s.readLibxc()
	kind, length = s.libxlFrame()
	if kind == libxlXenstore || kind == libxlEmulator {
		kind, length = s.readEmulator(kind, length)
	} else {
		s.must(s.guest != guestHVM || kind != libxlEnd, "S-48",
			"an HVM guest without its device model")
		if s.guest == guestHVMorPVH {
			s.guest = guestPVH
		}
	}
	s.must(kind == libxlEnd, "S-42", "instead of END")
	s.libxlLength(length, 0, 0)
}
