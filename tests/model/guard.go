// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
)

// A guard is a process of judge.c's: the C library's opinion.
type guard struct {
	path string
	cmd  *exec.Cmd
	to   *bufio.Writer
	from io.Reader
	pipe io.Closer
}

type guardVerdict int

const (
	guardAccepted guardVerdict = iota
	guardRefused
	guardFailed
	guardEnded // the process did
)

type guardAnswer struct {
	verdict guardVerdict
	offset  uint64
	rule    string
	text    string
}

func startGuard(path string) (*guard, error) {
	cmd := exec.Command(path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &guard{path, cmd, bufio.NewWriterSize(in, 1<<16),
		bufio.NewReader(out), in}, nil
}

// ask sends a stream; the answer is fetched later, so that both can read it
// at the same time.
func (g *guard) ask(m mutant) error {
	head := words(uint32(m.format), m.piece, uint32(len(m.stream)))
	if _, err := g.to.Write(head); err != nil {
		return err
	}
	if _, err := g.to.Write(m.stream); err != nil {
		return err
	}
	return g.to.Flush()
}

func (g *guard) answer() guardAnswer {
	var b [1 + 8 + 16 + 160]byte
	if _, err := io.ReadFull(g.from, b[:]); err != nil {
		return guardAnswer{verdict: guardEnded, text: err.Error()}
	}
	text := func(b []byte) string {
		return string(b[:bytes.IndexByte(append(b[:len(b):len(b)], 0), 0)])
	}
	return guardAnswer{guardVerdict(b[0]), le.Uint64(b[1:]), text(b[9:25]),
		text(b[25:])}
}

func (g *guard) stop() error {
	if err := g.pipe.Close(); err != nil {
		return err
	}
	return g.cmd.Wait()
}

// opinion asks both; a guard that ended is started again.
func (g *guard) opinion(m mutant) (guardAnswer, *refusal, error) {
	asked := g.ask(m)
	_, refused := judge(m.stream, m.format)
	answer := guardAnswer{verdict: guardEnded}
	if asked == nil {
		answer = g.answer()
	}
	if answer.verdict != guardEnded {
		return answer, refused, nil
	}
	g.pipe.Close()
	if err := g.cmd.Wait(); err != nil {
		answer.text = err.Error()
	}
	again, err := startGuard(g.path)
	if err == nil {
		*g = *again
	}
	return answer, refused, err
}
