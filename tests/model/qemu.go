// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A shape is how a device's state is read: steps, then subsections.  The
// shapes are the document's own tables.
type shape struct {
	name        string
	version     uint32
	star        bool // older versions are not refused
	steps       []step
	subsections []*shape
}

type step struct {
	kind     string // octets, range, flag, pair, structure
	n        int    // octets; behind a range: for each
	width    int
	min, max uint64
	name     string
}

var (
	sections   map[string][]*shape
	structures map[string]*shape
	stepForm   = regexp.MustCompile(
		`\{([^}]*)\}|u(8|16|32):(\d+)-(\d+)(?: x (\d+))?|(flag|pair):(\d+)|\d+`)
	subsectionForm = regexp.MustCompile("^`([^`]*)` (\\d+): (.*)$")
	sectionForm    = regexp.MustCompile("^`([^`]*)`( \\*)?$")
)

func parseSteps(text string) ([]step, error) {
	var steps []step
	number := func(text string) uint64 {
		n, _ := strconv.ParseUint(text, 10, 32)
		return n
	}
	rest := strings.TrimSpace(stepForm.ReplaceAllString(text, ""))
	if rest != "" {
		return nil, fmt.Errorf("what is %q in %q?", rest, text)
	}
	for _, f := range stepForm.FindAllStringSubmatch(text, -1) {
		switch {
		case f[1] != "":
			steps = append(steps, step{kind: "structure", name: f[1]})
		case f[2] != "":
			steps = append(steps, step{kind: "range", n: int(number(f[5])),
				width: int(number(f[2]) / 8), min: number(f[3]),
				max: number(f[4])})
		case f[6] != "":
			steps = append(steps, step{kind: f[6], n: int(number(f[7]))})
		default:
			steps = append(steps, step{kind: "octets", n: int(number(f[0]))})
		}
	}
	return steps, nil
}

// newShape reads the columns for a state and its subsections.
func newShape(name string, version uint32, state, subs string) (*shape, error) {
	steps, err := parseSteps(state)
	if err != nil {
		return nil, err
	}
	s := &shape{name: name, version: version, steps: steps}
	for _, text := range strings.Split(subs, ";") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		f := subsectionForm.FindStringSubmatch(text)
		if f == nil {
			return nil, fmt.Errorf("%s: what is %q?", name, text)
		}
		n, _ := strconv.ParseUint(f[2], 10, 32)
		sub, err := newShape(f[1], uint32(n), f[3], "")
		if err != nil {
			return nil, err
		}
		s.subsections = append(s.subsections, sub)
	}
	return s, nil
}

func addSection(cells []string) error {
	f := sectionForm.FindStringSubmatch(cells[0])
	version, err := strconv.ParseUint(cells[1], 10, 32)
	if f == nil || err != nil {
		return fmt.Errorf("what is section %q?", cells[0])
	}
	s, err := newShape(f[1], uint32(version), cells[2], cells[3])
	if err != nil {
		return err
	}
	s.star = f[2] != ""
	sections[s.name] = append(sections[s.name], s)
	return nil
}

func addStructure(cells []string) error {
	s, err := newShape(strings.Trim(cells[0], "{}"), 0, cells[1], cells[2])
	if err != nil {
		return err
	}
	structures[s.name] = s
	return nil
}

// A walk goes through sections; end is where the last octet of the record is.
type walk struct {
	q   []byte
	at  int
	end int
}

// What became of a part of a walk.
type outcome struct {
	rule  string // refused by it
	ended bool   // nothing more can be known
}

var kept = outcome{}

func (o outcome) goesOn() bool {
	return o.rule == "" && !o.ended
}

func (w *walk) skip(n int) bool {
	if n > w.end-w.at {
		return false
	}
	w.at += n
	return true
}

func (w *walk) number(width int) (uint64, bool) {
	at := w.at
	if !w.skip(width) {
		return 0, false
	}
	var n uint64
	for _, c := range w.q[at : at+width] {
		n = n<<8 | uint64(c)
	}
	return n, true
}

type sectionHead struct {
	number, instance, version uint32
	name                      string
}

// head reads the head of a section; where there is none, nothing is read.
func (w *walk) head() (h sectionHead, ok bool) {
	start := w.at
	defer func() {
		if !ok {
			w.at = start
		}
	}()
	if kind, ok := w.number(1); !ok || kind != 4 {
		return h, false
	}
	number, _ := w.number(4)
	length, ok := w.number(1)
	at := w.at
	if !ok || length == 0 || !w.skip(int(length)) {
		return h, false
	}
	h.name = string(w.q[at:w.at])
	for _, c := range []byte(h.name) {
		if c < 0x20 || c > 0x7e {
			return h, false
		}
	}
	instance, _ := w.number(4)
	version, ok := w.number(4)
	h.number, h.instance = uint32(number), uint32(instance)
	h.version = uint32(version)
	return h, ok
}

func (w *walk) state(s *shape) outcome {
	for _, st := range s.steps {
		if o := w.step(st); !o.goesOn() {
			return o
		}
	}
	seen := map[*shape]bool{}
	for {
		name, version, ok := w.subsection(s.name)
		if !ok {
			return kept
		}
		var listed *shape
		for _, sub := range s.subsections {
			if sub.name == name && sub.version == version {
				listed = sub
			}
		}
		if listed == nil {
			return outcome{ended: true}
		}
		if seen[listed] {
			return outcome{rule: "S-251"}
		}
		seen[listed] = true
		if o := w.state(listed); !o.goesOn() {
			return o
		}
	}
}

// subsection reads the head of one that is in what has this name.
func (w *walk) subsection(in string) (name string, version uint32, ok bool) {
	start := w.at
	defer func() {
		if !ok {
			w.at = start
		}
	}()
	if kind, ok := w.number(1); !ok || kind != 5 {
		return "", 0, false
	}
	length, ok := w.number(1)
	at := w.at
	if !ok || !w.skip(int(length)) {
		return "", 0, false
	}
	name = string(w.q[at:w.at])
	n, ok := w.number(4)
	return name, uint32(n), ok && len(name) > len(in) &&
		strings.HasPrefix(name, in)
}

func (w *walk) step(st step) outcome {
	short, wrong := outcome{rule: "S-252"}, outcome{rule: "S-251"}
	switch st.kind {
	case "structure":
		return w.state(structures[st.name])
	case "range":
		n, ok := w.number(st.width)
		if !ok {
			return short
		}
		if n < st.min || n > st.max {
			return wrong
		}
		if !w.skip(int(n) * st.n) {
			return short
		}
		return kept
	case "flag":
		n, ok := w.number(4)
		if !ok || n != 0 && !w.skip(st.n) {
			return short
		}
		return kept
	case "pair":
		a, _ := w.number(4)
		b, ok := w.number(4)
		if !ok {
			return short
		}
		if a+b > uint64(st.n) {
			return wrong
		}
		return kept
	}
	if !w.skip(st.n) {
		return short
	}
	return kept
}

// section reads one section's state by a row of the table, and looks at what
// follows.
func (w *walk) section(row *shape) outcome {
	o := w.state(row)
	if !o.goesOn() {
		return o
	}
	at := w.at
	if _, ok := w.head(); !ok && at != w.end {
		return outcome{rule: "S-253"}
	}
	w.at = at
	return kept
}

// qemuState judges QEMU's state, behind the record's own head.
func (s *stream) qemuState(q []byte) {
	s.must(string(q[:4]) == "QEVM" && be.Uint32(q[4:]) == 3, "S-47",
		"not QEMU's version 3")
	s.must(q[len(q)-1] == 0, "S-47", "does not end")
	w := &walk{q, 8, len(q) - 1}
	numbers, names := map[uint32]bool{}, map[string]bool{}
	for w.at < w.end {
		h, ok := w.head()
		s.must(ok, "S-244", "no section")
		s.must(!numbers[h.number], "S-246", "number %d", h.number)
		key := fmt.Sprint(h.instance, " ", h.name)
		s.must(!names[key], "S-246", "%s again", h.name)
		numbers[h.number], names[key] = true, true
		s.must(len(numbers) <= 1024, "S-247", "too many sections")
		s.must(h.name != "ram" && h.name != "block" &&
			h.name != "dirty-bitmap", "S-248", "%s", h.name)
		if s.device(w, h) {
			return
		}
	}
}

// deviceOf gives what stands behind a section's last slash.
func deviceOf(name string) string {
	return name[strings.LastIndexByte(name, '/')+1:]
}

// device judges a section's state; true when the walk ends there.
func (s *stream) device(w *walk, h sectionHead) bool {
	rows := sections[deviceOf(h.name)]
	if len(rows) == 0 {
		return true
	}
	s.must(rows[0].star || h.version >= rows[0].version, "S-249", "%s of %d",
		h.name, h.version)
	if h.version != rows[0].version {
		return true
	}
	start := w.at
	var o outcome
	for _, row := range rows {
		w.at = start
		if o = w.section(row); o.rule == "" {
			return o.ended
		}
	}
	s.must(false, o.rule, "%s", h.name)
	return true
}
