// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"bytes"
	"fmt"
	"strings"
)

// What is put in place of a value, or between two.
var jsonValues = []string{
	`0`, `1`, `-1`, `-0`, `00`, `1.0`, `1e3`, `.5`, `+1`, `0x10`, `128`, `129`,
	`8192`, `8193`, `4398046511104`, `4398046511105`, `1073741824`,
	`1073741825`, `9223372036854775807`, `9223372036854775808`,
	`18446744073709551615`, `18446744073709551616`, `-9223372036854775808`,
	`-9223372036854775809`, `true`, `True`, `TRUE`, `false`, `null`, `Null`,
	`NaN`, `Infinity`, `-Infinity`, `nan`, `""`, `"x"`, `"a/b"`, `"\u0000"`,
	`"\u0041"`, `"\ud800"`, `"\udc00"`, `"\ud83d\ude00"`, `"\x41"`, `"\/"`,
	`"\t"`, "\"\t\"", "\"\x7f\"", "\"\xc3\xa9\"", "\"\xc3\"", "\"\xed\xa0\x80\"",
	"\"\xf4\x90\x80\x80\"", "\"\xc0\x80\"", `'x'`, `[]`, `{}`, `[1,]`, `{"a":1,}`, `[,]`,
	`[1 2]`, `{"a" 1}`, `{a:1}`, `{"":1}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`,
	`{"a":{"a":1}}`, `[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]`,
	`[[[[[[[[[[[[[[]]]]]]]]]]]]]]`, `/* x */ 1`, `1 // x`, "\v1", "\f1", "\n1\r",
	`"pv"`, `"pvh"`, `"hvm"`, `"PV"`, `"invalid"`, `"True"`, `"False"`,
	`"c057a47a-592e-446f-8bb0-fa42f9bcae87"`,
	`"C057A47A-592E-446F-8BB0-FA42F9BCAE87"`,
	`"c057a47a592e446f8bb0fa42f9bcae87"`, `"/bin/sh"`, `"../x"`,
	`[{"backend":"x"}]`, `{"type":"pv"}`,
}

var jsonMembers = []string{
	`"c_info":{}`, `"name":"x"`, `"type":"hvm"`, `"type.hvm":{}`,
	`"type.pv":{}`, `"type.pvh":{}`, `"type.x":{}`, `"uuid":"x"`, `"max_memkb":1`,
	`"target_memkb":1`, `"max_vcpus":2`, `"device_model":"/x"`,
	`"kernel":"/etc/shadow"`, `"disks":[]`, `"nics":[]`, `"pcidevs":[]`,
	`"xsdata":{"a":"b"}`, `"a\u0062":1`, `"\u00e9":1`, "\"\xc3\xa9\":1", `"":1`,
	`" ":1`, `"x\n":1`, `"\u0000":1`, `"ssidref":1`, `"poolid":1`,
	`"bootloader":"/bin/sh"`, `"extra":["-x"]`,
}

// A span of a value in a JSON text: a string, a word, a number.
func jsonSpans(text []byte) (spans [][2]int) {
	for at := 0; at < len(text); at++ {
		end := at
		switch c := text[at]; {
		case c == '"':
			for end++; end < len(text) && text[end] != '"'; end++ {
			}
			end++
		case strings.IndexByte("{}[],: \n\t\r", c) < 0:
			for end < len(text) &&
				strings.IndexByte("{}[],: \n\t\r\"", text[end]) < 0 {
				end++
			}
		case c == '[' || c == '{':
			end++
		default:
			continue
		}
		if end > len(text) {
			end = len(text)
		}
		spans = append(spans, [2]int{at, end})
		at = end - 1
	}
	return spans
}

// changeConfig changes the configuration's text.
func changeConfig(r *random, parts, other []part) []part {
	at := find(parts, levelConfig, 0)
	if at < 0 {
		return changeEntryField(r, parts, other)
	}
	p := &parts[at]
	spans := jsonSpans(p.body)
	if len(spans) == 0 {
		return parts
	}
	s := spans[r.below(len(spans))]
	before, old, after := p.body[:s[0]], p.body[s[0]:s[1]], p.body[s[1]:]
	switch r.below(7) {
	case 0, 1:
		v := jsonValues[r.below(len(jsonValues))]
		p.body = concat(before, []byte(v), after)
	case 2: // another of its own spans
		t := spans[r.below(len(spans))]
		p.body = concat(before, p.body[t[0]:t[1]], after)
	case 3:
		p.body = concat(before, after)
	case 4: // a member more, where one begins
		v := jsonMembers[r.below(len(jsonMembers))]
		p.body = concat(before, []byte(v+","), old, after)
	case 5:
		line := bytes.IndexByte(after, '\n')
		p.body = concat(before, old, after[line+1:])
	default:
		p.body = changeOctets(r, append([]byte(nil), p.body...), []int{0})
	}
	return parts
}

var xenstoreTexts = []string{
	"physmap/1/name", "physmap/0123456789abcdefa/name", "physmap/ABCDEF/size",
	"physmap//size", "physmap/1/start_addr", "physmap/1/size", "physmap/1/other",
	"/physmap/1/name", "state", "", "physmap/g/name", "physmap/1/name/x", "x",
	"0", "1000", "fff", "1001", "800000", "fffffffffffff000", "10000000000000000",
	"0000000000001000", "FFFFF000", "0x1000", "14110000000", "\x7f", "vga.vram",
	"10010ffff000", "100110000000", "100110001000",
}

const xenstoreRegion = "physmap/%x/start_addr\x00%x000\x00physmap/%x/size\x00" +
	"1000\x00physmap/%x/name\x00y\x00"

// changeXenstore changes, doubles, drops or adds texts.
func changeXenstore(r *random, body []byte) []byte {
	texts := strings.SplitAfter(string(body[8:]), "\x00")
	n, m := r.below(len(texts)), r.below(len(texts))
	switch r.below(7) {
	case 0:
		texts[n] = ""
	case 6: // a region again, under another name or not
		again := append([]string(nil), texts[:6%len(texts)]...)
		if len(again) == 6 && r.below(2) == 0 {
			again[0] = "physmap/1/start_addr\x00"
			again[2], again[4] = "physmap/1/size\x00", "physmap/1/name\x00"
		}
		texts = append(texts, again...)
	case 1:
		texts[n] += texts[m]
	case 2:
		texts[n], texts[m] = texts[m], texts[n]
	case 3: // more regions
		for n, i := r.below(24), 0; i < n; i++ {
			texts = append(texts, fmt.Sprintf(xenstoreRegion, i, i, i, i))
		}
	case 4:
		texts[n] = strings.Repeat("x", 254+r.below(4)) + "\x00"
	default:
		texts[n] = xenstoreTexts[r.below(len(xenstoreTexts))] + "\x00"
	}
	return append(body[:8:8], strings.Join(texts, "")...)
}

// changeEmulator changes one of the device model's records.
func changeEmulator(r *random, parts, other []part) []part {
	var some []int
	for i, p := range parts {
		if p.level == levelLibxl && (p.kind == libxlXenstore ||
			p.kind == libxlEmulator) && len(p.body) > 8 {
			some = append(some, i)
		}
	}
	if len(some) == 0 {
		return changeEntryField(r, parts, other)
	}
	p := &parts[some[r.below(len(some))]]
	if p.kind == libxlXenstore {
		p.body = changeXenstore(r, p.body)
		return parts
	}
	p.body = changeSection(r, p.body)
	return parts
}

// changeSection works where a section of QEMU's seems to begin.
func changeSection(r *random, b []byte) []byte {
	if len(b) < 32 {
		return b
	}
	at := 16
	for tries := r.below(40); tries > 0; tries-- {
		next := bytes.Index(b[at+1:], []byte{4, 0, 0, 0})
		if next < 0 {
			break
		}
		at += 1 + next
	}
	switch r.below(6) {
	case 0: // one octet about its head
		out := append([]byte(nil), b...)
		if n := at + r.below(40); n < len(out) {
			out[n] = byte(r.value(uint64(out[n]), 1))
		}
		return out
	case 1: // about the end
		out := append([]byte(nil), b...)
		n := len(out) - 1 - r.below(330)%len(out)
		out[n] = byte(r.value(uint64(out[n]), 1))
		return out
	case 2:
		return b[:at]
	case 3:
		return concat(b[:at], []byte{byte(r.below(9))})
	case 4:
		return concat(b[:at], make([]byte, 1+r.below(16)), b[at:])
	}
	end := at + r.below(len(b)-at)
	return concat(b[:at], b[end:])
}
