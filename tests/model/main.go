// SPDX-License-Identifier: LGPL-2.1-only

package main

import (
	encoding "encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

const (
	exitUsage   = 2
	exitRefused = 65
	exitNoInput = 66
)

func main() {
	commands := map[string]func([]string) int{
		"check":        commandCheck,
		"contexts":     commandContexts,
		"differential": commandDifferential,
		"mutants":      commandMutants,
	}
	if len(os.Args) > 2 {
		if run, ok := commands[os.Args[2]]; ok {
			if err := loadDocument(os.Args[1]); err != nil {
				fmt.Fprintln(os.Stderr, "model:", err)
				os.Exit(exitUsage)
			}
			os.Exit(run(os.Args[3:]))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: model STREAM.md check|contexts|mutants|"+
		"differential [OPTIONS] FILE...")
	os.Exit(exitUsage)
}

func readInput(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

type checkReport struct {
	File     string `json:"file"`
	Accepted bool   `json:"accepted"`
	Offset   *int   `json:"offset,omitempty"`
	Record   string `json:"record,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Text     string `json:"text,omitempty"`
}

// commandCheck is `xlsec check` in small.
func commandCheck(args []string) int {
	flags := flag.NewFlagSet("model check", flag.ExitOnError)
	name := flags.String("format", "xl", "xl, libxl or libxc")
	asJSON := flags.Bool("json", false, "the verdict as a JSON object")
	flags.Parse(args)
	f, ok := formatNames[*name]
	if !ok || flags.NArg() != 1 {
		flags.Usage()
		return exitUsage
	}
	in, err := readInput(flags.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return exitNoInput
	}
	_, refused := judge(in, f)
	report := checkReport{File: flags.Arg(0), Accepted: refused == nil}
	text := "accepted"
	if refused != nil {
		report.Offset, report.Record = &refused.offset, refused.record
		report.Rule, report.Text = refused.rule, refused.text
		text = fmt.Sprintf("refused at octet %d, %s: %s [%s]", refused.offset,
			refused.record, refused.text, refused.rule)
	}
	if *asJSON {
		line, err := encoding.Marshal(report)
		if err != nil {
			panic(err)
		}
		text = string(line)
	}
	fmt.Println(text)
	if refused != nil {
		return exitRefused
	}
	return 0
}
