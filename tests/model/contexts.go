// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"flag"
	"fmt"
	"os"
)

// commandContexts prints what is in a stream's HVM_CONTEXT: each entry, and
// the values that Xen's xen-hvmctx prints too, under its names for them.
func commandContexts(args []string) int {
	flags := flag.NewFlagSet("model contexts", flag.ExitOnError)
	blob := flags.String("blob", "", "where HVM_CONTEXT's octets are put")
	flags.Parse(args)
	in, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitNoInput
	}
	seen, refused := judge(in, formatXL)
	if refused != nil || seen.xc.pv {
		fmt.Fprintln(os.Stderr, flags.Arg(0), "has no context")
		return exitRefused
	}
	var out []byte
	for i, e := range seen.xc.context {
		head := words(uint32(e.code)|uint32(e.instance)<<16,
			uint32(len(e.body)))
		out = append(append(out, head...), e.body...)
		fmt.Printf("entry %d %d %d %d\n", i, e.code, e.instance, len(e.body))
		printValues(e)
	}
	out = append(out, entry(hvmEnd, 0, 0)...)
	fmt.Printf("entry %d 0 0 0\n", len(seen.xc.context))
	if *blob == "" {
		return 0
	}
	if err := os.WriteFile(*blob, out, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A place of a number: its name, where it is, and how many octets it has.
type place struct {
	name      string
	at, width int
}

var printed = map[uint16][]place{
	hvmHeader: {{"magic", 0, 4}},
	hvmCPU: {{"rip", 640, 8}, {"cr0", 656, 8}, {"cr3", 672, 8},
		{"cr4", 680, 8}, {"dr6", 720, 8}, {"dr7", 728, 8}, {"efer", 992, 8},
		{"event", 1016, 4}, {"mxcsr", 24, 4}},
	4:        {{"base_address", 0, 8}, {"id", 12, 4}},
	hvmLAPIC: {{"base_msr", 0, 8}, {"disabled", 8, 4}, {"timer_divisor", 12, 4}},
	10: {{"count", 0, 4}, {"rw_mode", 12, 1}, {"bcd", 14, 1}, {"gate", 15, 1},
		{"count", 16, 4}, {"rw_mode", 28, 1}, {"bcd", 30, 1}, {"gate", 31, 1}},
	11:      {{"index", 14, 1}},
	12:      {{"capability", 0, 8}},
	hvmMTRR: {{"PAT", 0, 8}, {"cap", 224, 8}},
	hvmVMCE: {{"caps", 0, 8}},
}

func printValues(e contextEntry) {
	if e.code == hvmPIC {
		fmt.Printf("is_master %x\nelcr %x\nint_output %x\n", e.body[5]>>6&1,
			e.body[6], e.body[7])
	}
	for _, p := range printed[e.code] {
		var number [8]byte
		copy(number[:], e.body[p.at:p.at+p.width])
		fmt.Printf("%s %x\n", p.name, le.Uint64(number[:]))
	}
}
