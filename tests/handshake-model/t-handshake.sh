#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The handshake with Evidence in Spin: every variant of tests/handshake-model/variants
# has the outcome that stands there.  Searches are complete, or that is a failure.
#   XLS_VARIANTS="full no-h"  only these
#   XLS_TRAIL=1               print what the attacker does
set -eu
dir=$(cd "${srcdir:-.}/tests/handshake-model" && pwd)
# shellcheck source=tests/model/spin.sh
. "$dir/../model/spin.sh"
spin_begin "$dir/handshake.pml"
# -w: Spin's own code is not ours to warn of
gcc -O1 -w -DSAFETY -DCOLLAPSE -DMEMLIM=1900 -o pan pan.c

# settings WORD...: the environment of a variant.
settings() {
    for word in "$@"; do
        case $word in
        -*) echo "DROP_${word#-}=1" ;;
        *) echo "$word=1" ;;
        esac
    done
}

# trail WORD...: the steps of the attack that a search found.
trail() {
    # shellcheck disable=SC2046 # words of ours
    env $(settings "$@") ./pan -r >steps 2>&1 || true
    grep -q 'assertion violated' steps || return 1
    [ -z "${XLS_TRAIL:-}" ] ||
        sed -n '/^ *session /s/^ */    /p; /^ *[AB] is booted/s/^ */    /p' steps
}

# outcome FILE: what a search came to, with what it is that fails.
outcome() {
    came=$(spin_outcome "$1")
    if [ "$came" != fails ]; then
        echo "$came"
    else
        case $(grep 'assertion violated' "$1") in
        *was_evil*) echo second ;;
        *REACH*) echo end ;;
        *made0*) echo evidence ;;
        *'stream[s]==stream['*) echo stream ;;
        *accepted0*) echo memory ;;
        *) echo something ;;
        esac
    fi
}

# search WORD...: run the variant with these; leaves its output in out.
search() {
    rm -f ./*.trail
    # shellcheck disable=SC2046 # words of ours
    env $(settings "$@") ./pan -E -m1000 -w22 >out 2>&1 || true
    got=$(outcome out)
}

bad=0
ran=0
while read -r name want words; do
    case $name in
    '' | '#'*) continue ;;
    esac
    case " ${XLS_VARIANTS:-$name} " in
    *" $name "*) ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086 # several words
    search $words
    states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' out)
    echo "$name: $got, $states states"
    ran=$((ran + 1))
    if [ "$got" != "$want" ]; then
        echo "$name: $want was expected ($words)"
        tail -n 40 out
        bad=1
    elif [ "$got" != holds ]; then
        # shellcheck disable=SC2086 # several words
        trail $words || {
            echo "$name: its trail does not lead there"
            bad=1
        }
    fi
done <"$dir/variants"
[ "$ran" -gt 0 ] || {
    echo "no variant was run"
    exit 1
}

# and the test can fail
spin_can_fail ./pan
exit "$bad"
