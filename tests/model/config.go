// SPDX-License-Identifier: LGPL-2.1-only

package main

import "regexp"

var uuidForm = regexp.MustCompile(
	`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// readConfig judges the domain's configuration.
func (s *stream) readConfig(text []byte) {
	s.must(len(text) >= 1 && len(text) <= 1<<20, "S-20", "size")
	s.countConfig(text)
	root := s.parseJSON(text)
	cinfo, binfo := root.get("c_info"), root.get("b_info")
	s.must(cinfo.is(jsonObject) && binfo.is(jsonObject), "S-25",
		"no c_info or b_info")
	name := cinfo.get("name")
	s.must(name.is(jsonString) && len(name.text) >= 1 &&
		len(name.text) <= 255, "S-25", "no name")
	for _, c := range []byte(name.text) {
		s.must(c >= 32 && c < 127 && c != '/', "S-25", "name %q", name.text)
	}
	s.configType(cinfo, binfo)
	if uuid := cinfo.get("uuid"); uuid != nil {
		s.must(uuid.is(jsonString) && uuidForm.MatchString(uuid.text), "S-27",
			"uuid")
	}
	s.fits(configRoot, root)
	s.configSizes(binfo)
}

func (s *stream) configType(cinfo, binfo *json) {
	kind := cinfo.get("type")
	s.must(kind.is(jsonString), "S-26", "no type")
	types := map[string]guestType{
		"pv": guestPV, "hvm": guestHVM, "pvh": guestPVH,
	}
	s.guest = types[kind.text]
	s.must(s.guest != guestUnknown, "S-26", "type %q", kind.text)
	for other := range types {
		s.must(other == kind.text || binfo.get("type."+other) == nil, "S-26",
			"settings of %s", other)
	}
}

// number gives a member's, or what stands for it when it is not there.
func (s *stream) number(in *json, name, rule string, absent uint64) uint64 {
	v := in.get(name)
	if v == nil {
		return absent
	}
	s.must(v.is(jsonNumber) && !v.negative, rule, "%s", name)
	return v.number
}

func (s *stream) configSizes(binfo *json) {
	memory := s.number(binfo, "max_memkb", "S-28", 0)
	s.must(memory >= 1 && memory <= 1<<42, "S-28", "max_memkb %d", memory)
	target := s.number(binfo, "target_memkb", "S-28", 0)
	s.must(target <= memory, "S-28", "target_memkb %d", target)
	vcpus := s.number(binfo, "max_vcpus", "S-29", 1)
	s.must(vcpus >= 1 && vcpus <= 8192, "S-29", "max_vcpus %d", vcpus)
	s.must(memory <= ceilingKiB && vcpus <= ceilingVcpus, "S-30",
		"%d KiB, %d vCPUs", memory, vcpus)
	s.max = limits{(memory + 3) / 4, uint32(vcpus)}
}
