#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# What QEMU itself wrote for its devices (take-emulator) is accepted in a real
# stream; and where the walk goes to the end, one octet more or less is not.
set -eu
dir=${srcdir:-.}
check=${XLS_CHECK:-tests/streams/check}
for tool in python3 xz; do
    command -v "$tool" >/dev/null || { echo "no $tool"; exit 77; }
done
python3 - "$check" "$dir" <<'END'
import glob, lzma, os, struct, subprocess, sys
check, top = sys.argv[1:]
stream = lzma.open(f"{top}/tests/data/streams/hvm.xl.xz").read()
at = stream.rindex(b"QEVM") - 8  # the body
kind, length = struct.unpack_from("<II", stream, at - 8)
assert kind == 3
rest = stream[at + (length + 7) // 8 * 8:]

def judge(state):
    body = struct.pack("<II", 2, 0) + state
    head = struct.pack("<II", 3, len(body))
    done = subprocess.run([check, "--json", "-"], capture_output=True,
                          input=stream[:at - 8] + head + body
                          + bytes(-len(body) % 8) + rest)
    return done.returncode, done.stdout.decode() + done.stderr.decode()

# What these machines have and Xen's have not, and how large their states are.
NOT_XEN = {"kvm-tpr-opt": 144, "i8259": 16, "i8254": 108, "pcspk": 2,
           "vmmouse": 4105}

def xen_only(state):
    for name, size in NOT_XEN.items():
        text = bytes([len(name)]) + name.encode()
        while (at := state.find(text)) >= 0:
            state = state[:at - 5] + state[at + len(text) + 8 + size:]
    return state

wrong = 0
def expect(what, state, want, rules=()):
    global wrong
    status, said = judge(state)
    if status != want or rules and not any(f'"{r}"' in said for r in rules):
        print(f"{what}: {status}, {said}")
        wrong = 1

files = sorted(glob.glob(f"{top}/tests/data/emulator/*.qevm.xz"))
assert len(files) >= 8
for file in files:
    name = os.path.basename(file)
    state = xen_only(lzma.open(file).read())
    expect(name, state, 0)
    if name.startswith("xhci"):
        continue  # is not in the table: the walk ends before it
    expect(f"{name}, longer", state[:-1] + b"\x09\x00", 65, ["S-253"])
    expect(f"{name}, shorter", state[:-2] + b"\x00", 65, ["S-252", "S-253"])
    expect(f"{name}, twice", state[:-1] + state[8:], 65, ["S-246"])
sys.exit(wrong)
END
