// SPDX-License-Identifier: LGPL-2.1-only

// peer pub|wrap|unwrap: as kem.c, by Go's own ML-KEM-768 (Go 1.24).
package main

import (
	"crypto/mlkem"
	"errors"
	"fmt"
	"io"
	"os"
)

func pub(in []byte) ([]byte, error) {
	key, err := mlkem.NewDecapsulationKey768(in)
	if err != nil {
		return nil, err
	}
	return key.EncapsulationKey().Bytes(), nil
}

func wrap(in []byte) ([]byte, error) {
	key, err := mlkem.NewEncapsulationKey768(in)
	if err != nil {
		return nil, err
	}
	secret, text := key.Encapsulate()
	return append(text, secret...), nil
}

func unwrap(in []byte) ([]byte, error) {
	if len(in) < mlkem.SeedSize {
		return nil, errors.New("no seed")
	}
	key, err := mlkem.NewDecapsulationKey768(in[:mlkem.SeedSize])
	if err != nil {
		return nil, err
	}
	return key.Decapsulate(in[mlkem.SeedSize:])
}

func main() {
	acts := map[string]func([]byte) ([]byte, error){
		"pub": pub, "wrap": wrap, "unwrap": unwrap,
	}
	if len(os.Args) != 2 || acts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: peer pub|wrap|unwrap")
		os.Exit(2)
	}
	in, err := io.ReadAll(os.Stdin)
	if err == nil {
		in, err = acts[os.Args[1]](in)
	}
	if err == nil {
		_, err = os.Stdout.Write(in)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}
