// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"strconv"
	"unicode/utf8"
)

type jsonKind int

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonArray
	jsonObject
)

// json is a value.  Members and elements stand in their order.
type json struct {
	kind     jsonKind
	text     string // of a string
	number   uint64 // the magnitude
	negative bool
	names    []string
	values   []*json
}

func (j *json) is(kind jsonKind) bool {
	return j != nil && j.kind == kind
}

// get gives a member of an object, or nil.
func (j *json) get(name string) *json {
	if j.is(jsonObject) {
		for i, n := range j.names {
			if n == name {
				return j.values[i]
			}
		}
	}
	return nil
}

const (
	jsonDepth = 16
	jsonMarks = 16384
)

// countConfig counts what the text would cost, before it is parsed.
func (s *stream) countConfig(text []byte) {
	depth, marks, inString, escaped := 0, 0, false, false
	for _, c := range text {
		switch {
		case escaped:
			escaped = false
		case inString:
			inString, escaped = c != '"', c == '\\'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
			marks++
		case c == '}' || c == ']':
			depth--
		case c == ',' || c == ':':
			marks++
		}
		s.must(depth <= jsonDepth && marks <= jsonMarks, "S-21",
			"%d deep, %d marks", depth, marks)
	}
}

// A jsonReader reads one text; ok turns false for good at the first fault.
type jsonReader struct {
	s  *stream
	in []byte
	at int
}

func (s *stream) parseJSON(text []byte) *json {
	r := jsonReader{s: s, in: text}
	s.must(utf8.Valid(text), "S-22", "not UTF-8")
	r.blanks()
	root := r.value()
	r.blanks()
	s.must(r.at == len(text), "S-22", "text behind the object")
	s.must(root.kind == jsonObject, "S-22", "no object")
	return root
}

func (r *jsonReader) must(ok bool, text string) {
	if !ok {
		r.s.refuse(2, "S-22", "%s at octet %d", text, r.at)
	}
}

// peek gives the next octet, 0 at the end.
func (r *jsonReader) peek() byte {
	if r.at < len(r.in) {
		return r.in[r.at]
	}
	return 0
}

func (r *jsonReader) blanks() {
	for c := r.peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; {
		r.at++
		c = r.peek()
	}
}

func (r *jsonReader) skip(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *jsonReader) value() *json {
	switch c := r.peek(); {
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '"':
		return &json{kind: jsonString, text: r.str()}
	case c == '-' || c >= '0' && c <= '9':
		return r.num()
	}
	for word, kind := range map[string]jsonKind{
		"true": jsonBool, "false": jsonBool, "null": jsonNull,
	} {
		end := r.at + len(word)
		if end <= len(r.in) && string(r.in[r.at:end]) == word {
			r.at = end
			return &json{kind: kind}
		}
	}
	r.must(false, "no value")
	return nil
}

func (r *jsonReader) array() *json {
	j := &json{kind: jsonArray}
	r.at++
	r.blanks()
	for !r.skip(']') {
		if len(j.values) > 0 {
			r.must(r.skip(','), "no comma")
			r.blanks()
		}
		j.values = append(j.values, r.value())
		r.blanks()
	}
	return j
}

func (r *jsonReader) object() *json {
	j := &json{kind: jsonObject}
	r.at++
	r.blanks()
	for !r.skip('}') {
		if len(j.values) > 0 {
			r.must(r.skip(','), "no comma")
			r.blanks()
		}
		r.must(r.peek() == '"', "no name")
		name := r.str()
		r.nameAllowed(name)
		r.s.must(j.get(name) == nil, "S-23", "%q twice", name)
		r.blanks()
		r.must(r.skip(':'), "no colon")
		r.blanks()
		j.names = append(j.names, name)
		j.values = append(j.values, r.value())
		r.blanks()
	}
	return j
}

func (r *jsonReader) nameAllowed(name string) {
	ok := len(name) >= 1 && len(name) <= 255
	for _, c := range []byte(name) {
		ok = ok && c >= 32 && c < 127
	}
	r.s.must(ok, "S-24", "name %q", name)
}

func (r *jsonReader) num() *json {
	j := &json{kind: jsonNumber, negative: r.skip('-')}
	start := r.at
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	digits := string(r.in[start:r.at])
	r.must(len(digits) > 0, "no digit")
	r.must(len(digits) == 1 || digits[0] != '0', "a leading zero")
	c := r.peek()
	r.must(c != '.' && c != 'e' && c != 'E', "not whole")
	n, err := strconv.ParseUint(digits, 10, 64)
	r.must(err == nil && (!j.negative || n <= 1<<63), "too large")
	j.number, j.negative = n, j.negative && n != 0
	return j
}

var jsonEscapes = map[byte]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n',
	'r': '\r', 't': '\t',
}

func (r *jsonReader) str() string {
	r.at++
	var out []byte
	for !r.skip('"') {
		r.must(r.at < len(r.in), "an open string")
		c := r.peek()
		r.must(c >= 32, "a control character")
		r.at++
		if c != '\\' {
			out = append(out, c)
			continue
		}
		c = r.peek()
		r.at++
		if c == 'u' {
			out = utf8.AppendRune(out, r.escapedRune())
			continue
		}
		plain, ok := jsonEscapes[c]
		r.must(ok, "an escape")
		out = append(out, plain)
	}
	return string(out)
}

func (r *jsonReader) hex4() rune {
	r.must(r.at+4 <= len(r.in), "an escape")
	n, err := strconv.ParseUint(string(r.in[r.at:r.at+4]), 16, 16)
	r.must(err == nil, "an escape")
	r.at += 4
	return rune(n)
}

// escapedRune reads what stands behind \u, and a high surrogate's escape with
// its low one's.
func (r *jsonReader) escapedRune() rune {
	c := r.hex4()
	r.s.must(c != 0, "S-24", "a NUL in a string")
	if c < 0xd800 || c > 0xdfff {
		return c
	}
	r.must(c < 0xdc00 && r.skip('\\') && r.skip('u'), "half a surrogate")
	low := r.hex4()
	r.must(low >= 0xdc00 && low <= 0xdfff, "half a surrogate")
	return 0x10000 + (c-0xd800)<<10 + low - 0xdc00
}
