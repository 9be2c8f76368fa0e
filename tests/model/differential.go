// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A campaign compares the guard with this reader over many mutants.
type campaign struct {
	judge   string
	seeds   []seed
	run     uint64
	count   uint64
	workers int
	out     string
	next    uint64
	mutex   sync.Mutex
	total   tally
	failed  error
	found   int
	states  string // a folder of QEMU's states

	measured bool // which rules decide alone, too
}

// commandDifferential judges files and mutants twice, and exits with 1 when
// the two opinions differ.
func commandDifferential(args []string) int {
	flags := flag.NewFlagSet("model differential", flag.ExitOnError)
	c := &campaign{total: newTally()}
	flags.StringVar(&c.judge, "judge", "", "the program that asks the guard")
	flags.Uint64Var(&c.run, "seed", 1, "the run's number")
	flags.Uint64Var(&c.count, "count", 20000, "how many mutants")
	flags.IntVar(&c.workers, "workers", 2, "how many at a time")
	flags.StringVar(&c.out, "out", ".", "where disagreements are written")
	flags.StringVar(&ignoredRule, "without", "", "leave this rule out")
	only := flags.Int64("only", -1, "this mutant alone, written to --out")
	report := flags.String("report", "", "a report to write")
	flags.StringVar(&c.states, "states", "", "a folder of QEMU's states")
	corpus := flags.String("corpus", "", "a folder of files to judge first")
	flags.Parse(args)
	c.measured = *report != ""
	if err := c.grow(flags.Args()); err != nil || c.judge == "" {
		fmt.Fprintln(os.Stderr, "model differential:", err)
		return exitUsage
	}
	if *only >= 0 {
		return c.show(uint64(*only))
	}
	fmt.Printf("seed %d, %d mutants of %d streams\n", c.run, c.count,
		len(c.seeds))
	began := time.Now()
	err := c.judgeFiles(flags.Args(), *corpus)
	if err == nil {
		err = c.judgeMutants()
	}
	if err == nil && *report != "" {
		err = os.WriteFile(*report, []byte(c.report(os.Args[1])), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "model differential:", err)
		return 1
	}
	took := time.Since(began).Seconds()
	fmt.Printf("%d files, %d mutants: %d accepted, %d refused, %d of them "+
		"by the same rule; %d disagreements; %.0f a second\n",
		c.total.files, c.count, c.total.all.accepted, c.total.all.refused,
		c.total.all.sameRule, c.total.disagreements,
		float64(c.count)/took)
	if c.total.disagreements > 0 {
		return 1
	}
	return 0
}

// grow makes the seeds out of real streams.  Each has to be accepted.
func (c *campaign) grow(files []string) error {
	if len(files) == 0 {
		return fmt.Errorf("no streams to start from")
	}
	for _, file := range files {
		in, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, refused := judge(in, formatXL); refused != nil {
			return fmt.Errorf("%s: %+v", file, *refused)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".xl")
		c.seeds = append(c.seeds, growSeeds(name, in)...)
	}
	for _, s := range c.seeds {
		if find(s.parts, levelLibxl, libxlEmulator) >= 0 {
			more, err := stateSeeds(s, c.states)
			c.seeds = append(c.seeds, more...)
			return err
		}
	}
	return nil
}

// judgeFiles compares whole files, each in every format, and the seeds.
func (c *campaign) judgeFiles(files []string, corpus string) error {
	if corpus != "" {
		more, err := filepath.Glob(filepath.Join(corpus, "*"))
		if err != nil {
			return err
		}
		files = append(append([]string(nil), files...), more...)
	}
	g, err := startGuard(c.judge)
	if err != nil {
		return err
	}
	for _, file := range files {
		in, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for f := formatXL; f <= formatLibxc; f++ {
			m := mutant{seed: -1, class: file, format: f, stream: in}
			if err := c.compare(g, m, &c.total, 0); err != nil {
				return err
			}
		}
		c.total.files++
	}
	for i, s := range c.seeds {
		out, _ := join(s.parts)
		m := mutant{seed: i, class: "as it is", format: s.format, stream: out}
		if _, refused := judge(out, s.format); refused != nil {
			return fmt.Errorf("seed %s: %+v", s.name, *refused)
		}
		if err := c.compare(g, m, &c.total, 0); err != nil {
			return err
		}
	}
	return g.stop()
}

func (c *campaign) judgeMutants() error {
	var done sync.WaitGroup
	for i := 0; i < c.workers; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			t := newTally()
			err := c.work(&t)
			c.mutex.Lock()
			defer c.mutex.Unlock()
			c.total.add(t)
			if err != nil {
				c.failed = err
			}
		}()
	}
	done.Wait()
	return c.failed
}

func (c *campaign) work(t *tally) error {
	g, err := startGuard(c.judge)
	if err != nil {
		return err
	}
	for {
		index := atomic.AddUint64(&c.next, 1) - 1
		if index >= c.count {
			return g.stop()
		}
		if index > 0 && index%100000 == 0 {
			fmt.Println(index, "mutants")
		}
		m := mutate(c.seeds, c.run, index)
		if err := c.compare(g, m, t, index); err != nil {
			return err
		}
	}
}

// compare asks both about one stream, and keeps count.
func (c *campaign) compare(g *guard, m mutant, t *tally, index uint64) error {
	theirs, ours, err := g.opinion(m)
	if err != nil {
		return err
	}
	if t.count(c, m, theirs, ours) {
		return nil
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.found++
	if c.found > 40 {
		return nil
	}
	where := filepath.Join(c.out, fmt.Sprintf("disagreement-%d-%d", c.run,
		index))
	text := c.describe(m, index) + findings(theirs, ours)
	fmt.Print(text)
	if err := os.WriteFile(where+".txt", []byte(text), 0o644); err != nil {
		return err
	}
	return os.WriteFile(where+".stream", m.stream, 0o644)
}

func (c *campaign) describe(m mutant, index uint64) string {
	if m.seed < 0 {
		return fmt.Sprintf("file %s as format %d\n", m.class, m.format)
	}
	return fmt.Sprintf("run %d, mutant %d: %s, %s, %d octets at a time\n",
		c.run, index, c.seeds[m.seed].name, m.how(), m.piece)
}

func findings(theirs guardAnswer, ours *refusal) string {
	text := fmt.Sprintf("  guard: %s\n", theirs.String())
	if ours == nil {
		return text + "  model: accepted\n"
	}
	return text + fmt.Sprintf("  model: refused at %d, %s: %s [%s]\n",
		ours.offset, ours.record, ours.text, ours.rule)
}

func (a guardAnswer) String() string {
	switch a.verdict {
	case guardAccepted:
		return "accepted"
	case guardRefused:
		return fmt.Sprintf("refused at %d: %s [%s]", a.offset, a.text, a.rule)
	case guardFailed:
		return "failed: " + a.text
	}
	return "ended: " + a.text
}

// show makes one mutant again.
func (c *campaign) show(index uint64) int {
	m := mutate(c.seeds, c.run, index)
	g, err := startGuard(c.judge)
	if err == nil {
		where := filepath.Join(c.out, fmt.Sprintf("mutant-%d-%d.stream", c.run,
			index))
		err = os.WriteFile(where, m.stream, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	theirs, ours, err := g.opinion(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Print(c.describe(m, index), findings(theirs, ours))
	g.stop()
	return 0
}
