// SPDX-License-Identifier: LGPL-2.1-only

// peer: the other end of a Noise handshake, by an implementation that is not
// ours, on standard input and output.
//
//	peer initiator|responder PSK-SLOT PSK-HEX PROLOGUE-HEX MESSAGES
//
// PSK-SLOT is 0 to 3, or - for none.  Every message is u16be length and octets.
// After the handshake each side sends, sealed, its handshake hash, and then
// this side gives back, sealed, each of MESSAGES sealed messages.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/flynn/noise"
)

func send(message []byte) error {
	head := make([]byte, 2)
	binary.BigEndian.PutUint16(head, uint16(len(message)))
	_, err := os.Stdout.Write(append(head, message...))
	return err
}

func receive() ([]byte, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(os.Stdin, head); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(head))
	_, err := io.ReadFull(os.Stdin, message)
	return message, err
}

func config(args []string) (noise.Config, error) {
	suite := noise.NewCipherSuite(noise.DH25519, noise.CipherChaChaPoly,
		noise.HashSHA512)
	key, err := suite.GenerateKeypair(rand.Reader)
	if err != nil {
		return noise.Config{}, err
	}
	c := noise.Config{
		CipherSuite:   suite,
		Pattern:       noise.HandshakeXX,
		Initiator:     args[0] == "initiator",
		StaticKeypair: key,
	}
	if args[1] != "-" {
		if c.PresharedKeyPlacement, err = strconv.Atoi(args[1]); err != nil {
			return c, err
		}
		if c.PresharedKey, err = hex.DecodeString(args[2]); err != nil {
			return c, err
		}
	}
	c.Prologue, err = hex.DecodeString(args[3])
	return c, err
}

// The three messages; each payload names its number.  Gives the ciphers for
// sending and receiving.
func handshake(hs *noise.HandshakeState, initiator bool) (*noise.CipherState,
	*noise.CipherState, error) {
	var first, second *noise.CipherState
	for i := 0; i < 3; i++ {
		want := []byte(fmt.Sprintf("payload %d", i))
		if (i%2 == 0) == initiator {
			message, a, b, err := hs.WriteMessage(nil, want)
			if err != nil {
				return nil, nil, err
			}
			if err = send(message); err != nil {
				return nil, nil, err
			}
			first, second = a, b
			continue
		}
		message, err := receive()
		if err != nil {
			return nil, nil, err
		}
		payload, a, b, err := hs.ReadMessage(nil, message)
		if err != nil {
			return nil, nil, err
		}
		if !bytes.Equal(payload, want) {
			return nil, nil, errors.New("a payload differs")
		}
		first, second = a, b
	}
	if initiator {
		return first, second, nil
	}
	return second, first, nil
}

func echo(out, in *noise.CipherState) error {
	message, err := receive()
	if err != nil {
		return err
	}
	plain, err := in.Decrypt(nil, nil, message)
	if err != nil {
		return err
	}
	if message, err = out.Encrypt(nil, nil, plain); err != nil {
		return err
	}
	return send(message)
}

func run(args []string) error {
	c, err := config(args)
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(args[4])
	if err != nil {
		return err
	}
	hs, err := noise.NewHandshakeState(c)
	if err != nil {
		return err
	}
	out, in, err := handshake(hs, c.Initiator)
	if err != nil {
		return err
	}
	sealed, err := out.Encrypt(nil, nil, hs.ChannelBinding())
	if err != nil {
		return err
	}
	if err = send(sealed); err != nil {
		return err
	}
	if sealed, err = receive(); err != nil {
		return err
	}
	hash, err := in.Decrypt(nil, nil, sealed)
	if err != nil {
		return err
	}
	if !bytes.Equal(hash, hs.ChannelBinding()) {
		return errors.New("the handshake hash differs")
	}
	for i := 0; i < count; i++ {
		if err = echo(out, in); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "peer: five arguments are needed")
		os.Exit(2)
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peer:", err)
		os.Exit(1)
	}
}
