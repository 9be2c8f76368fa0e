// SPDX-License-Identifier: LGPL-2.1-only

package main

// sectionStarts gives where QEMU's sections begin in an EMULATOR_CONTEXT, and
// where their last one's state ends, as far as they can be walked.
func sectionStarts(body []byte) (starts []int) {
	if len(body) < 18 {
		return nil
	}
	w := &walk{body[8:], 8, len(body) - 9}
	for w.at < w.end {
		at := w.at
		h, ok := w.head()
		if !ok {
			break
		}
		starts = append(starts, 8+at)
		ended := true
		from := w.at
		for _, row := range sections[deviceOf(h.name)] {
			w.at = from
			if o := w.section(row); o.goesOn() {
				ended = false
				break
			}
		}
		if ended {
			return starts
		}
	}
	return append(starts, 8+w.at)
}

var oddHeads = []string{"ram", "block", "dirty-bitmap", "x", "a/timer", "timer",
	"cpu", "0000:00:04.0/e1000", "0000:00:05.0/rtl8139", "usb-ptr", "serial", ""}

func oddHead(r *random) []byte {
	name := oddHeads[r.below(len(oddHeads))]
	out := []byte{byte(4 + r.below(16)/15)}
	out = be.AppendUint32(out, uint32(r.below(60)))
	out = append(append(out, byte(len(name))), name...)
	out = be.AppendUint32(out, uint32(r.below(3)))
	return be.AppendUint32(out, uint32(r.below(6)))
}

// subsectionOf writes one that is listed for some device, or is not.
func subsectionOf(r *random, body []byte, start int) []byte {
	w := &walk{body, start, len(body)}
	h, _ := w.head()
	name, version := deviceOf(h.name)+"/x", uint32(1)
	var steps []step
	var all []*shape
	for _, row := range sections[deviceOf(h.name)] {
		all = append(all, row.subsections...)
	}
	if len(all) > 0 && r.below(4) > 0 {
		sub := all[r.below(len(all))]
		name, version, steps = sub.name, sub.version, sub.steps
	}
	if r.below(8) == 0 {
		version = uint32(r.below(4))
	}
	out := append([]byte{5, byte(len(name))}, name...)
	out = be.AppendUint32(out, version)
	for _, st := range steps {
		out = append(out, make([]byte, st.n+st.width)...)
	}
	return append(out, make([]byte, r.below(9)/8)...)
}

// manySections are some of one small device, each of another instance.
func manySections(n int) []byte {
	var out []byte
	for i := 0; i < n; i++ {
		out = be.AppendUint32(append(out, 4), uint32(1000+i))
		out = append(append(out, 6), "port92"...)
		out = be.AppendUint32(out, uint32(100+i))
		out = append(be.AppendUint32(out, 1), 0)
	}
	return out
}

// changeSections drops, doubles, swaps, moves or inserts sections of QEMU's,
// adds a subsection, or changes a section's head or a number in its state.
func changeSections(r *random, parts, other []part) []part {
	at := find(parts, levelLibxl, libxlEmulator)
	if at < 0 {
		return changePlace(r, parts, other)
	}
	p := &parts[at]
	starts := sectionStarts(p.body)
	if len(starts) < 2 {
		return changeEmulator(r, parts, other)
	}
	n := r.below(len(starts) - 1)
	m := r.below(len(starts) - 1)
	b, from, to := p.body, starts[n], starts[n+1]
	whole := append([]byte(nil), b[from:to]...)
	if r.below(100) == 0 {
		p.body = concat(b[:from], manySections(1020+r.below(12)), b[from:])
		return parts
	}
	switch r.below(9) {
	case 0:
		p.body = concat(b[:from], b[to:])
	case 1:
		le.PutUint32(whole[1:], uint32(r.next()))
		p.body = concat(b[:to], whole, b[to:])
	case 2:
		p.body = concat(b[:to], whole, b[to:])
	case 3:
		rest := concat(b[:from], b[to:])
		to := starts[m]
		if m > n {
			to -= len(whole)
		}
		p.body = concat(rest[:to], whole, rest[to:])
	case 4:
		p.body = concat(b[:from], oddHead(r), b[from:])
	case 5:
		p.body = concat(b[:to], subsectionOf(r, b, from), b[to:])
	case 6: // the head: number, name, instance, version
		putField(r, b[from:to], r.below(24), 1)
	case 7: // a large number in the state, as QEMU writes it
		width := 1 << uint(r.below(3))
		putField(r, b[from:to], r.below(to-from), width)
	default: // where ranges are: behind the head
		head := 14 + int(b[from+5])
		if to-from > head+4 {
			be.PutUint32(b[from+head+r.below(to-from-head-3):],
				uint32(r.value(uint64(r.below(70000)), 4)))
		}
	}
	return parts
}
