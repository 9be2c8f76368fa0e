// SPDX-License-Identifier: LGPL-2.1-only

package main

// memory is what is remembered of the passes over it.
type memory struct {
	passes  int
	next    uint64 // the frame that would go on
	short   bool   // the last record had fewer than 1024 frames
	frames  uint64 // of the first pass
	content uint64 // pages, in all

	lastFirst uint64 // of the first pass's last record
}

const (
	batch     = 1024
	frameMask = 1<<52 - 1
	maxPasses = 16
)

func (s *stream) frameBound() uint64 {
	return s.max.pages + 1<<20 + 1<<16
}

func (s *stream) pageData() {
	for first := true; first || s.peek() == xcPageData; first = false {
		kind, length := s.xcFrame()
		s.must(kind == xcPageData, "S-64", "where PAGE_DATA belongs")
		s.pageRecord(length)
	}
	if s.xc.memory.passes == 1 {
		s.firstPassEnds()
	}
}

func (s *stream) pageRecord(length uint32) {
	head := s.take(8)
	count := le.Uint32(head)
	s.must(count >= 1 && count <= batch, "S-70", "count %d", count)
	s.must(le.Uint32(head[4:]) == 0, "S-65", "reserved")
	s.must(uint64(length) >= 8+8*uint64(count), "S-74", "length %d", length)
	list := s.take(int(8 * count))
	content := s.entries(list)
	s.must(uint64(length) == 8+8*uint64(count)+4096*content, "S-74",
		"length %d for %d frames, %d pages", length, count, content)
	s.pass(list)
	m := &s.xc.memory
	m.content += content
	s.must(m.content <= 8*(s.max.pages+16384), "S-78", "too many pages")
	pages := s.take(int(4096 * content))
	s.padding(length, "S-63")
	s.pageTables(list, pages)
}

// entries judges each entry by itself, and counts those with content.
func (s *stream) entries(list []byte) (content uint64) {
	var last uint64
	for at := 0; at < len(list); at += 8 {
		e := le.Uint64(list[at:])
		s.must(e>>52&0xff == 0, "S-71", "entry 0x%x", e)
		s.must(s.typeAllowed(e>>60), "S-72", "type %d", e>>60)
		frame := e & frameMask
		s.must(frame < s.frameBound(), "S-73", "frame 0x%x", frame)
		s.must(at == 0 || frame > last, "S-75", "frame 0x%x", frame)
		last = frame
		if e>>60 < 13 {
			content++
		}
	}
	return content
}

func (s *stream) typeAllowed(t uint64) bool {
	switch {
	case t == 0 || t == 13 || t == 15:
		return true
	case !s.xc.pv:
		return false
	case t == 4 || t == 12:
		return s.xc.pvinfo.levels == 4
	}
	return t >= 1 && t <= 3 || t >= 9 && t <= 11
}

// pass puts a record into its pass over memory.
func (s *stream) pass(list []byte) {
	m := &s.xc.memory
	first := le.Uint64(list) & frameMask
	last := le.Uint64(list[len(list)-8:]) & frameMask
	count := uint64(len(list) / 8)
	goesOn := !m.short && first >= m.next
	if m.passes == 0 {
		s.must(first == 0, "S-76", "memory starts at frame 0x%x", first)
		m.passes = 1
	} else if m.passes == 1 && !(goesOn && first == m.next) {
		s.must(m.short || first < m.next, "S-76", "gap before 0x%x", first)
		s.firstPassEnds()
		s.must(count < 8 || first != m.lastFirst || last != m.next-1 ||
			last-first != count-1, "S-79", "the last record again")
		m.passes = 2
	} else if !goesOn {
		m.passes++
		s.must(m.passes <= maxPasses, "S-77", "pass %d", m.passes)
	}
	if m.passes == 1 {
		s.must(last-first == count-1, "S-76", "gap after 0x%x", first)
		m.frames, m.lastFirst = last+1, first
	}
	s.must(last < m.frames, "S-77", "frame 0x%x was not there", last)
	m.next, m.short = last+1, count < batch
}

func (s *stream) firstPassEnds() {
	if s.xc.pv {
		s.must(s.xc.memory.frames == uint64(s.xc.pvinfo.lastFrame)+1, "S-83",
			"memory ends before 0x%x", s.xc.memory.frames)
	}
}
