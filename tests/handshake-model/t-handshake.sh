#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The handshake with Evidence in Spin: every variant of tests/handshake-model/variants
# has the outcome that stands there.  Searches are complete, or that is a failure.
#   XLS_VARIANTS="full no-h"  only these
#   XLS_TRAIL=1               print what the attacker does
set -eu
dir=$(cd "${srcdir:-.}/tests/handshake-model" && pwd)
for tool in spin gcc; do
    command -v $tool >/dev/null || {
        echo "skipped: no $tool (Debian: apt-get install $tool)"
        exit 77
    }
done
if nm xl-plugin/xlsec-guard 2>/dev/null | grep -q __asan_init; then
    echo "skipped: a model is the same in a sanitized build"
    exit 77
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
cp "$dir/handshake.pml" .
spin -a handshake.pml >spin.out || {
    cat spin.out
    exit 1
}
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

# outcome FILE: what a search came to.
outcome() {
    if grep -qE 'max search depth too small|out of memory|Bit statespace|hash-compact' "$1" ||
        ! grep -q '^Full statespace search' "$1"; then
        echo incomplete
    elif grep -q 'errors: 0$' "$1"; then
        if grep -q 'Search not completed' "$1"; then
            echo incomplete
        else
            echo holds
        fi
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

# and the test can fail: a search that is cut short is not one that holds
./pan -E -m20 >out 2>&1 || true
[ "$(outcome out)" = incomplete ] || {
    echo "a search to depth 20 is taken for a whole one"
    exit 1
}
exit "$bad"
