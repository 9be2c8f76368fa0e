// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Devices of machines without Xen, which come in the states that QEMU wrote
// for tests/data/emulator; and how many octets each takes.
var notXens = map[string]int{"kvm-tpr-opt": 144, "i8259": 16, "i8254": 108,
	"pcspk": 2, "vmmouse": 4105}

// xenOnly cuts these out.
func xenOnly(state []byte) []byte {
	for name, size := range notXens {
		name = string(rune(len(name))) + name
		for {
			at := bytes.Index(state, []byte(name))
			if at < 5 || at+len(name)+8+size > len(state) {
				break
			}
			state = concat(state[:at-5], state[at+len(name)+8+size:])
		}
	}
	return state
}

// stateSeeds puts each of QEMU's states into an HVM guest's stream.
func stateSeeds(guest seed, folder string) ([]seed, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.qevm"))
	if err != nil || folder == "" {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no states of QEMU's", folder)
	}
	var out []seed
	for _, file := range files {
		state, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		parts := copyParts(guest.parts)
		at := find(parts, levelLibxl, libxlEmulator)
		parts[at].body = append(words(2, 0), xenOnly(state)...)
		name := strings.TrimSuffix(filepath.Base(file), ".qevm")
		out = append(out, seed{"QEMU, " + name, guest.format, parts})
	}
	return out, nil
}
