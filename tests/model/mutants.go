// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// commandMutants writes mutants as files, and prints a line for each: its
// file, its format, what the guard says, and by which rule.
func commandMutants(args []string) int {
	flags := flag.NewFlagSet("model mutants", flag.ExitOnError)
	c := &campaign{}
	flags.StringVar(&c.judge, "judge", "", "the program that asks the guard")
	flags.Uint64Var(&c.run, "seed", 1, "the run's number")
	flags.Uint64Var(&c.count, "count", 400, "how many mutants")
	flags.StringVar(&c.out, "out", ".", "where they are written")
	flags.Parse(args)
	err := c.grow(flags.Args())
	if err == nil {
		err = c.writeMutants()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "model mutants:", err)
		return 1
	}
	return 0
}

func (c *campaign) writeMutants() error {
	names := map[format]string{}
	for name, f := range formatNames {
		names[f] = name
	}
	g, err := startGuard(c.judge)
	if err != nil {
		return err
	}
	for i := uint64(0); i < c.count; i++ {
		m := mutate(c.seeds, c.run, i)
		file := filepath.Join(c.out, fmt.Sprintf("%d.stream", i))
		if err := os.WriteFile(file, m.stream, 0o644); err != nil {
			return err
		}
		theirs, _, err := g.opinion(m)
		if err != nil {
			return err
		}
		said := "accepted -"
		if theirs.verdict != guardAccepted {
			said = "refused " + theirs.rule
		}
		fmt.Println(file, names[m.format], said)
	}
	return g.stop()
}
