#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The handover in Spin: every variant of tests/model/handover-variants has the
# outcome that stands there.  Searches are complete, or that is a failure.
#   XLS_VARIANTS="full no-taking"  only these
#   XLS_LONG=1                     those marked LONG as well
#   XLS_TRAIL=1                    print what goes wrong, step by step
set -eu
dir=$(cd "${srcdir:-.}/tests/model" && pwd)
# shellcheck source=tests/model/spin.sh
. "$dir/spin.sh"
spin_begin "$dir/handover.pml" "$dir/tables.pml"
# -w: Spin's own code is not ours to warn of
gcc -O2 -w -DSAFETY -DMEMLIM=4000 -o states pan.c
gcc -O2 -w -DNP -DNOFAIR -DMEMLIM=4000 -o cycles pan.c
claims=$(sed -n 's/^ *assert(\([a-z_]*\) || .*/\1/p' handover.pml | sort -u)

# settings CLAIM WORD...: the environment of a variant of which CLAIM fails.
settings() {
    if [ "$1" != holds ] && [ "$1" != cycle ]; then
        for claim in $claims; do
            [ "$claim" = "$1" ] || echo "$claim=1"
        done
    fi
    shift
    for word in "$@"; do
        case $word in
        *=*) echo "$word" ;;
        *) echo "$word=1" ;;
        esac
    done
}

# outcome FILE: what a search came to, with what it is that fails.
outcome() {
    came=$(spin_outcome "$1")
    if [ "$came" != fails ]; then
        echo "$came"
    elif grep -q 'non-progress cycle (at' "$1"; then
        echo cycle
    else
        sed -n 's/.*assertion violated (*\([a-z_]*\)||.*/\1/p' "$1"
    fi
}

# search CLAIM WORD...: run the variant with these; leaves its output in out.
search() {
    rm -f ./*.trail
    case " $* " in
    *' CYCLES '*) pan='./cycles -l' ;;
    *) pan=./states ;;
    esac
    # shellcheck disable=SC2046,SC2086 # words of ours
    env $(settings "$@") $pan -E -m10000 -w23 >out 2>&1 || true
    got=$(outcome out)
}

# trail CLAIM WORD...: the steps that a search found.
trail() {
    # shellcheck disable=SC2046 # words of ours
    env $(settings "$@") ./states -r >steps 2>&1 || true
    grep -q 'assertion violated' steps || return 1
    [ -z "${XLS_TRAIL:-}" ] ||
        sed -nE '/^ *(a person|old process|source|destination|the (source|destination))\b/s/^ */    /p' steps
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
    case " $words " in
    *' LONG '*) [ -n "${XLS_LONG:-}" ] || continue ;;
    esac
    # shellcheck disable=SC2086 # several words
    search $want $words
    states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' out)
    memory=$(sed -n 's/^ *\([0-9]*\)\.[0-9]*.*total actual memory usage$/\1/p' out)
    seconds=$(sed -n 's/^pan: elapsed time \([^ ]*\) seconds/\1/p' out)
    echo "$name: $got, $states states, $memory MB, $seconds s"
    ran=$((ran + 1))
    if [ "$got" != "$want" ]; then
        echo "$name: $want was expected ($words)"
        tail -n 40 out
        bad=1
    elif [ "$got" != holds ] && [ "$got" != cycle ]; then
        # shellcheck disable=SC2086 # several words
        trail $want $words || {
            echo "$name: its trail does not lead there"
            bad=1
        }
    fi
done <"$dir/handover-variants"
[ "$ran" -gt 0 ] || {
    echo "no variant was run"
    exit 1
}

# and the test can fail
spin_can_fail ./states
# a word that the model does not know would change nothing
sed '/^#/d; s/^[^ ]* *[^ ]* *//' "$dir/handover-variants" | tr ' ' '\n' |
    sed 's/=.*//; /^$/d; /^LONG$/d; /^CYCLES$/d; /^NO_PERSON$/d' | sort -u |
    while read -r word; do
        grep -qE "^ *(READ|BOUND)\(${word}[,)]" handover.pml || echo "$word"
    done >unknown
[ ! -s unknown ] || {
    echo "the model does not read: $(tr '\n' ' ' <unknown)"
    exit 1
}
exit "$bad"
