// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
)

// A score is how the two judged some of the mutants.
type score struct {
	accepted, refused, sameRule, sameOffset, disagreed uint64
}

func (s *score) add(o score) {
	s.accepted += o.accepted
	s.refused += o.refused
	s.sameRule += o.sameRule
	s.sameOffset += o.sameOffset
	s.disagreed += o.disagreed
}

type tally struct {
	files         uint64
	disagreements uint64
	all           score
	seeds         map[string]score
	classes       map[string]score
	rules         map[string]uint64 // as the guard names them
	pairs         map[string]uint64 // the guard's rule and the model's
	alone         map[string]uint64 // refused by this rule and by no other
}

func newTally() tally {
	return tally{seeds: map[string]score{}, classes: map[string]score{},
		rules: map[string]uint64{}, pairs: map[string]uint64{},
		alone: map[string]uint64{}}
}

// count keeps one pair of opinions; false when they differ.
func (t *tally) count(c *campaign, m mutant, theirs guardAnswer,
	ours *refusal) bool {
	var s score
	agree := theirs.verdict == guardAccepted && ours == nil ||
		theirs.verdict == guardRefused && ours != nil
	switch {
	case !agree:
		s.disagreed = 1
		t.disagreements++
	case ours == nil:
		s.accepted = 1
	default:
		s.refused = 1
		if theirs.rule == ours.rule {
			s.sameRule = 1
		} else if m.seed >= 0 {
			t.pairs[theirs.rule+" "+ours.rule]++
		}
		if theirs.offset == uint64(ours.offset) {
			s.sameOffset = 1
		}
	}
	if m.seed < 0 || m.steps == nil {
		return agree
	}
	if theirs.verdict == guardRefused {
		t.rules[theirs.rule]++
		if c.measured && ours != nil &&
			decidesAlone(m.stream, m.format, ours) {
			t.alone[ours.rule]++
		}
	}
	for table, key := range map[*map[string]score]string{
		&t.seeds: c.seeds[m.seed].name, &t.classes: m.class,
	} {
		old := (*table)[key]
		old.add(s)
		(*table)[key] = old
	}
	t.all.add(s)
	return agree
}

func (t *tally) add(o tally) {
	t.files += o.files
	t.disagreements += o.disagreements
	t.all.add(o.all)
	for _, pair := range []struct{ to, from map[string]score }{
		{t.seeds, o.seeds}, {t.classes, o.classes},
	} {
		for key, s := range pair.from {
			old := pair.to[key]
			old.add(s)
			pair.to[key] = old
		}
	}
	for key, n := range o.rules {
		t.rules[key] += n
	}
	for key, n := range o.pairs {
		t.pairs[key] += n
	}
	for key, n := range o.alone {
		t.alone[key] += n
	}
}

func scoreTable(title string, scores map[string]score) string {
	var keys []string
	for key := range scores {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	text := fmt.Sprintf("\n| %s | mutants | accepted | refused | same rule | "+
		"same record | disagreements |\n|---|---|---|---|---|---|---|\n", title)
	for _, key := range keys {
		text += scoreRow(key, scores[key])
	}
	return text
}

func scoreRow(name string, s score) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d |\n", name,
		s.accepted+s.refused+s.disagreed, s.accepted, s.refused, s.sameRule,
		s.sameOffset, s.disagreed)
}

// byNumber sorts keys, those with the largest numbers first.
func byNumber(numbers map[string]uint64) []string {
	var keys []string
	for key := range numbers {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := numbers[keys[i]], numbers[keys[j]]
		return a > b || a == b && keys[i] < keys[j]
	})
	return keys
}

var labelForm = regexp.MustCompile(`\*\*\[(S-\d+)\]\*\*`)

// silentRules are those of the document that no mutant was refused by.
func silentRules(doc string, rules map[string]uint64) string {
	text, err := os.ReadFile(doc)
	if err != nil {
		return "(no document was given)"
	}
	var silent []string
	for _, found := range labelForm.FindAllStringSubmatch(string(text), -1) {
		if rules[found[1]] == 0 {
			silent = append(silent, found[1])
		}
	}
	if len(silent) == 0 {
		return "none"
	}
	return strings.Join(silent, ", ")
}

// report is doc/DIFFERENTIAL.md.
func (c *campaign) report(doc string) string {
	t := &c.total
	text := fmt.Sprintf(`# Two readers, one verdict

Written by `+"`make differential COUNT=%d SEED=%d`"+`; nothing in it is written by
hand. The guard (C, by libxlsec's public interface) and the reader in
tests/model (Go, written from STREAM.md and not from the C) judge the same
streams: %d files, each as xl's, libxl's and libxc's format, and %d mutants of
%d small streams cut from real ones. How mutants are made, and how one of them
is made again: tests/model/README.md.

Disagreements on "accepted" or "refused": **%d**.
`, c.count, c.run, t.files, c.count, len(c.seeds), t.disagreements)
	text += scoreTable("by seed", t.seeds) + scoreTable("by kind of change",
		t.classes) + scoreRow("all", t.all)
	text += fmt.Sprintf(`
Where both refuse, the rule that each names need not be the same: a stream that
breaks two rules is refused by the one that is looked at first, and the
document leaves the order open. The commonest pairs:

| the guard | the model | mutants |
|---|---|---|
`)
	for i, key := range byNumber(t.pairs) {
		if i == 20 {
			break
		}
		names := strings.Fields(key + " - -")
		text += fmt.Sprintf("| %s | %s | %d |\n", names[0], names[1],
			t.pairs[key])
	}
	text += `
A rule *decides alone* where the model without the one check that refused the
mutant would have accepted it: a reader that lacks this check and no other
would have shown itself.

| rule | mutants that the guard refused by it | that the model's check of it decided alone |
|---|---|---|
`
	for _, key := range byNumber(t.rules) {
		text += fmt.Sprintf("| %s | %d | %d |\n", key, t.rules[key],
			t.alone[key])
	}
	text += fmt.Sprintf("\nRules that refused no mutant: %s.\n",
		silentRules(doc, t.rules))
	return text + fmt.Sprintf("\nRules that decided none alone: %s.\n",
		silentRules(doc, t.alone))
}
