// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// A member is a row of the document's table of the configuration's members:
// the table itself is what this reader goes by.
type member struct {
	path     string
	kind     string // without "up to n: "
	isArray  bool
	atMost   int
	words    map[string]bool
	min, max int64
	members  map[string]*member
}

var (
	rangeForm = regexp.MustCompile(`^(?:bits )?(-?\d+)\.\.(-?\d+)$`)
	upToForm  = regexp.MustCompile(`^up to (\d+): `)
	wordForm  = regexp.MustCompile("`([^`]*)`")
	maskForm  = regexp.MustCompile(`^mask of (\d+)$`)
	bytesForm = regexp.MustCompile(`^(\d+) bytes$`)
)

// configRoot is the configuration as a whole.
var configRoot *member

// loadDocument reads the tables that this reader goes by from STREAM.md.
func loadDocument(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	configRoot = &member{kind: "object", members: map[string]*member{}}
	sections, structures = map[string][]*shape{}, map[string]*shape{}
	rows := map[string]*member{"": configRoot}
	tables := map[string]func([]string) error{
		"member":    func(cells []string) error { return addMember(rows, cells) },
		"section":   addSection,
		"structure": addStructure,
	}
	var add func([]string) error
	lines := bufio.NewScanner(file)
	for lines.Scan() && err == nil {
		cells := strings.Split(strings.Trim(lines.Text(), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case len(cells) < 3:
			add = nil
		case add == nil:
			add = tables[cells[0]]
			if add == nil {
				add = func([]string) error { return nil }
			}
		case cells[0] != "---":
			err = add(cells)
		}
	}
	if err == nil && (len(rows) < 2 || len(sections) == 0 ||
		len(structures) == 0) {
		err = fmt.Errorf("%s lacks a table", path)
	}
	if err != nil {
		return err
	}
	return lines.Err()
}

func addMember(rows map[string]*member, cells []string) error {
	m, err := newMember(cells[0], cells[1])
	if err == nil {
		parent, name := parentOf(rows, m.path)
		parent.members[name], rows[m.path] = m, m
	}
	return err
}

// parentOf finds the object that a path's member is in.
func parentOf(rows map[string]*member, path string) (*member, string) {
	for at := len(path) - 1; at > 0; at-- {
		if path[at] != '.' {
			continue
		}
		up, ok := rows[path[:at]]
		if ok && up.members != nil {
			return up, strings.TrimSuffix(path[at+1:], "[]")
		}
	}
	return rows[""], strings.TrimSuffix(path, "[]")
}

func newMember(path, kind string) (*member, error) {
	m := &member{path: path, isArray: strings.HasSuffix(path, "[]")}
	kind = strings.TrimSuffix(kind, ", secret")
	if found := upToForm.FindStringSubmatch(kind); found != nil {
		m.atMost, _ = strconv.Atoi(found[1])
		kind = kind[len(found[0]):]
	}
	m.kind = kind
	if strings.HasPrefix(kind, "object") {
		m.members = map[string]*member{}
	}
	if found := rangeForm.FindStringSubmatch(kind); found != nil {
		m.min, _ = strconv.ParseInt(found[1], 10, 64)
		m.max, _ = strconv.ParseInt(found[2], 10, 64)
		m.kind = "number"
		if strings.HasPrefix(kind, "bits") {
			m.kind = "bits"
		}
	}
	if strings.HasPrefix(kind, "`") {
		m.kind, m.words = "words", map[string]bool{}
		for _, found := range wordForm.FindAllStringSubmatch(kind, -1) {
			m.words[found[1]] = true
		}
	}
	known := map[string]bool{"number": true, "bits": true, "words": true,
		"object": true, "object, or the array that is its cpuid": true,
		"bool": true, "flag": true, "text": true, "word": true, "list": true,
		"uuid": true, "mac": true, "map": true}
	if !known[m.kind] && !maskForm.MatchString(kind) &&
		!bytesForm.MatchString(kind) || m.isArray != (m.atMost > 0) {
		return nil, fmt.Errorf("%s: what is %q?", path, kind)
	}
	return m, nil
}

// fits judges a value against its row.
func (s *stream) fits(m *member, v *json) {
	if !m.isArray {
		s.fitsOne(m, v)
		return
	}
	s.must(v.is(jsonArray), "S-32", "%s is no array", m.path)
	s.must(len(v.values) <= m.atMost, "S-34", "%s: %d", m.path, len(v.values))
	for _, e := range v.values {
		s.fitsOne(m, e)
	}
}

func (s *stream) fitsOne(m *member, v *json) {
	wanted := jsonString
	switch m.kind {
	case "number":
		wanted = jsonNumber
	case "bool":
		wanted = jsonBool
	case "object", "map":
		wanted = jsonObject
	case "bits":
		wanted = jsonArray
	case "object, or the array that is its cpuid":
		if v.is(jsonArray) {
			s.fits(m.members["cpuid"], v)
			return
		}
		wanted = jsonObject
	}
	if found := bytesForm.FindStringSubmatch(m.kind); found != nil {
		s.must(v.is(jsonArray), "S-32", "%s", m.path)
		s.must(strconv.Itoa(len(v.values)) == found[1], "S-33", "%s", m.path)
		for _, e := range v.values {
			s.fitsNumber(m.path, e, 0, 255)
		}
		return
	}
	s.must(v.is(wanted), "S-32", "%s is of another kind", m.path)
	switch wanted {
	case jsonNumber:
		s.fitsNumber(m.path, v, m.min, m.max)
	case jsonArray:
		s.fitsBits(m, v)
	case jsonObject:
		s.fitsObject(m, v)
	case jsonString:
		s.fitsString(m, v.text)
	}
}

func (s *stream) fitsNumber(path string, v *json, min, max int64) {
	s.must(v.is(jsonNumber), "S-32", "%s is no number", path)
	s.must(v.number <= 1<<63-1 || v.negative && v.number == 1<<63, "S-33",
		"%s: %d", path, v.number)
	n := int64(v.number)
	if v.negative {
		n = -n
	}
	s.must(n >= min && n <= max, "S-33", "%s: %d", path, n)
}

func (s *stream) fitsBits(m *member, v *json) {
	for i, e := range v.values {
		s.fitsNumber(m.path, e, m.min, m.max)
		s.must(i == 0 || e.number > v.values[i-1].number, "S-33",
			"%s does not rise", m.path)
	}
}

func (s *stream) fitsObject(m *member, v *json) {
	if m.kind == "map" {
		s.must(len(v.values) <= 256, "S-34", "%s", m.path)
		for _, e := range v.values {
			s.must(e.is(jsonString), "S-32", "%s", m.path)
			s.must(textForm(e.text), "S-35", "%s", m.path)
		}
		return
	}
	dotted := 0
	for i, name := range v.names {
		row, ok := m.members[name]
		s.must(ok, "S-31", "%s.%s", m.path, name)
		if strings.Contains(name, ".") {
			dotted++
		}
		s.fits(row, v.values[i])
	}
	s.must(dotted <= 1, "S-36", "%s", m.path)
}

var stringForms = map[string]*regexp.Regexp{
	"word": regexp.MustCompile(`^[A-Za-z0-9._:+%@[\]-]{0,256}$`),
	"list": regexp.MustCompile(`^[A-Za-z0-9._:+%@[\], /-]{0,256}$`),
	"uuid": uuidForm,
	"mac":  regexp.MustCompile(`^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$`),
}

func textForm(text string) bool {
	for _, c := range []byte(text) {
		if c < 9 || c > 10 && c < 32 || c == 127 {
			return false
		}
	}
	return len(text) <= 4096
}

func (s *stream) fitsString(m *member, text string) {
	if m.kind == "words" {
		s.must(m.words[text], "S-33", "%s: %q", m.path, text)
		return
	}
	if m.kind == "flag" {
		s.must(text == "True" || text == "False" || text == "<default>",
			"S-33", "%s: %q", m.path, text)
		return
	}
	fits := textForm(text)
	if form, ok := stringForms[m.kind]; ok {
		fits = form.MatchString(text)
	}
	if found := maskForm.FindStringSubmatch(m.kind); found != nil {
		fits = strconv.Itoa(len(text)) == found[1] &&
			strings.Trim(text, "01xks") == ""
	}
	s.must(fits, "S-35", "%s", m.path)
}
