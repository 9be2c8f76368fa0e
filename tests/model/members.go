// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// names gives an object's members in an order that is always the same.
func (m *member) names() []string {
	var names []string
	for name := range m.members {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// sample writes a value that fits a row, or nearly.
func (r *random) sample(m *member) string {
	if !m.isArray {
		return r.sampleOne(m)
	}
	n := r.below(4)
	if r.below(6) == 0 {
		n = m.atMost - 1 + r.below(3)
	}
	if n > 300 {
		n = 2
	}
	if r.below(12) == 0 { // no array
		return r.sampleOne(m)
	}
	always := r.sampleOne(m)
	return "[" + strings.Join(r.several(n, func() string {
		if n > 4 {
			return always
		}
		return r.sampleOne(m)
	}), ",") + "]"
}

func (r *random) several(n int, one func() string) []string {
	var out []string
	for ; n > 0; n-- {
		out = append(out, one())
	}
	return out
}

var sampleTexts = []string{
	"", "x", "a b", "a,b", "/x/y", "../y", "\\t", "\\n", "\\r", "\\u007f", "\\u001f",
	"\u00e9", "True", "False", "<default>", "true", "00:16:3e:00:00:01",
	"00:16:3e:00:00:0g", "0016.3e00.0001", "c057a47a-592e-446f-8bb0-fa42f9bcae87",
	"xenbr0", "1;2", "[::1]:5900", "a_b-c+d@e%f", "x\\\\y", "\\\"", "0", "1 0",
	"\\ud800", "\\udc00x", "\\ud83d\\ude00", "\\u0000", "\\u0008", "\\/", "\\x41",
	"\\ud800\\u0041", "\\\\ud800", "\u00e9\\n",
}

func (r *random) text() string {
	switch r.below(12) {
	case 0:
		return strings.Repeat("x", 255+r.below(4))
	case 1:
		return strings.Repeat("x", 4095+r.below(3))
	}
	return sampleTexts[r.below(len(sampleTexts))]
}

func (r *random) within(min, max int64) string {
	switch r.below(10) {
	case 0:
		return strconv.FormatInt(min, 10)
	case 1:
		return strconv.FormatInt(max, 10)
	case 2:
		return strconv.FormatInt(min-1, 10)
	case 3:
		return strconv.FormatInt(max+1, 10)
	case 4:
		return strconv.FormatUint(r.value(uint64(max), 8), 10)
	}
	return strconv.FormatInt(min+int64(r.next()>>2)%(max-min+1), 10)
}

func (r *random) sampleOne(m *member) string {
	if r.below(40) == 0 {
		return jsonValues[r.below(len(jsonValues))]
	}
	quoted := func(text string) string { return `"` + text + `"` }
	switch m.kind {
	case "number":
		return r.within(m.min, m.max)
	case "bits":
		var bits []string
		for i := int64(0); i <= m.max && r.state&127 == 0; i++ {
			bits = append(bits, strconv.FormatInt(i, 10)) // all of them
		}
		for n, at := r.below(4), r.below(3); n > 0; n-- {
			bits = append(bits, strconv.Itoa(at))
			at += r.below(9) - r.below(2)
		}
		return "[" + strings.Join(bits, ",") + "]"
	case "words":
		return quoted(r.sampleWord(m))
	case "bool":
		return []string{"true", "false", `"True"`, "1"}[r.below(4)]
	case "flag":
		return quoted([]string{"True", "False", "<default>", "true",
			""}[r.below(5)])
	case "map":
		return r.sampleMap()
	}
	if m.members != nil {
		return r.sampleObject(m)
	}
	if f := maskForm.FindStringSubmatch(m.kind); f != nil {
		n, _ := strconv.Atoi(f[1])
		mask := []byte(strings.Repeat("x", n-1+(r.below(9)+7)/8+r.below(9)/8))
		mask[r.below(len(mask))] = "01xksX2 "[r.below(8)]
		return quoted(string(mask))
	}
	if bytesForm.MatchString(m.kind) {
		return "[" + strings.Join(r.several(15+(r.below(9)+7)/8+r.below(9)/8,
			func() string { return strconv.Itoa(r.below(257)) }), ",") + "]"
	}
	return quoted(r.text())
}

func (r *random) sampleWord(m *member) string {
	var words []string
	for word := range m.words {
		words = append(words, word)
	}
	sort.Strings(words)
	word := words[r.below(len(words))]
	switch r.below(8) {
	case 0:
		return strings.ToUpper(word)
	case 1:
		return word + " "
	}
	return word
}

func (r *random) sampleMap() string {
	n := r.below(3)
	if r.below(6) == 0 {
		n = 255 + r.below(3)
	}
	i := 0
	odd := []string{"é", "", "\\u0000", "\\u0031", "\\n", "\\ud800", "a.b",
		strings.Repeat("x", 254+r.below(4))}
	return "{" + strings.Join(r.several(n, func() string {
		i++
		if r.below(4) == 0 && n < 4 {
			return fmt.Sprintf(`"%s":"x"`, odd[r.below(len(odd))])
		}
		return fmt.Sprintf(`"vm-data/%d":"%s"`, i, r.text())
	}), ",") + "}"
}

func (r *random) sampleObject(m *member) string {
	names := m.names()
	var out []string
	for n := r.below(4); n > 0 && len(names) > 0; n-- {
		at := r.below(len(names))
		name := names[at]
		names = append(names[:at:at], names[at+1:]...)
		out = append(out, `"`+name+`":`+r.sample(m.members[name]))
	}
	return "{" + strings.Join(out, ",") + "}"
}

// changeMember adds a member that the document knows, in place of the one of
// that name where there is one.
func changeMember(r *random, parts, other []part) []part {
	at := find(parts, levelConfig, 0)
	if at < 0 {
		return changePlace(r, parts, other)
	}
	p := &parts[at]
	m, open := configRoot, bytes.IndexByte(p.body, '{')
	for open >= 0 && len(m.members) > 0 {
		names := m.names()
		name := names[r.below(len(names))]
		next := m.members[name]
		head := []byte(`"` + name + `": {`)
		found := bytes.Index(p.body[open+1:], head)
		if found < 0 || next.members == nil || r.below(8) == 0 {
			p.body = putMember(p.body, open+1, name, r.sample(next))
			break
		}
		m, open = next, open+1+found+len(head)-1
	}
	return parts
}

// putMember writes a member where an object begins.  Its old value goes, when
// it is on a line of its own.
func putMember(text []byte, at int, name, value string) []byte {
	old := []byte(`"` + name + `": `)
	if found := bytes.Index(text[at:], old); found >= 0 {
		from := at + found + len(old)
		line := bytes.IndexByte(text[from:], '\n')
		if line >= 0 && bytes.IndexAny(text[from:from+line], "{[") < 0 {
			to := from + line
			if text[to-1] == ',' {
				to--
			}
			return concat(text[:from], []byte(value), text[to:])
		}
	}
	comma := ","
	if rest := bytes.TrimLeft(text[at:], " \n\t\r"); len(rest) > 0 &&
		rest[0] == '}' {
		comma = ""
	}
	return concat(text[:at], []byte(`"`+name+`":`+value+comma), text[at:])
}
