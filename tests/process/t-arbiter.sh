#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# An arbiter, with real sanlock on a file: who is asked to go without it or with
# another one is refused; faults as in t-handover.sh; and (XLS_LONG=1, minutes)
# hosts that are gone. [P-101] [P-102] [P-103] [P-104]
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=tests/process/sanlock.sh
. "$here/sanlock.sh"
[ -x tests/process/toy ] || { echo "not built"; exit 77; }
why=$(sanlock_missing) && { echo "skipped: $why"; exit 77; }
! nm xl-plugin/xlsec-guard 2>/dev/null | grep -q __asan_init || { echo "skipped: the same in a sanitized build"; exit 77; }
command -v strace >/dev/null || { echo "skipped: strace is not installed"; exit 77; }
TOY=$PWD/tests/process/toy
work=$(mktemp -d /tmp/xlsec-arbiter-XXXXXX)
export TOY TOY_SANLOCK=$work
listener=
bad=0
finish() {
    [ -z "$listener" ] || kill "$listener" 2>/dev/null || true
    sanlock_down "$work"
    rm -rf "$work" "${TOY_TOP:-$work}"
}
trap finish EXIT
trap 'exit 1' INT TERM
sanlock_up "$work"
tests/process/lease-race "$work/leases" "$work" 12
read -r TOY_TOP TOY_PORT < <("$TOY" hosts "$PWD/xl-plugin" "$work/leases")
export TOY_TOP TOY_PORT
printf '0 build\n0 built\n0 name\n0 run\n' >"$TOY_TOP/world.made"
conf0=$TOY_TOP/0/xlsec.conf conf1=$TOY_TOP/1/xlsec.conf peer0=$TOY_TOP/0/peers.d/other.conf peer1=$TOY_TOP/1/peers.d/other.conf
"$TOY" listen 1 >"$work/listen.log" 2>&1 &
listener=$!
until grep -q ^listening "$work/listen.log"; do sleep 0.05; done

# refused WORDS CODE: this is what is said, and the guest stays as it was
refused() {
    local code=0
    "$TOY" migrate >"$work/log" 2>&1 || code=$?
    if [ $code = "$2" ] && grep -qF "$1" "$work/log" && [ "$("$TOY" check)" = "0=runs 1=none " ] &&
        ! sanlock direct dump "$work/leases" -f 1 | grep -q rentry; then
        echo "ok refused: $1"
    else
        echo "WRONG: exit status $code, and not $2 with: $1"
        cat "$work/log" "$work/listen.log" "$TOY_TOP/world.made"
        bad=1
    fi
}

cp "$conf0" "$work/conf0"
cp "$conf1" "$work/conf1"
without() { sed '/^\[arbiter\]/,$d' "$1" >"$1.new" && mv "$1.new" "$1"; }

without "$conf1"
refused "[arbiter]: the source wants an arbiter, and this host has none" 3
cp "$work/conf1" "$conf1"
without "$conf0"
refused "[arbiter]: this host wants an arbiter, and the source goes without" 3
cp "$work/conf0" "$conf0"
# other storage: a lockspace of the same name
mkdir "$work/else"
truncate -s 8M "$work/else/leases"
sanlock direct init -s "xlsec-test:0:$work/else/leases:0" -o 1 >/dev/null
sanlock direct format -x "xlsec-test:$work/else/leases:1048576" >/dev/null
sed -i "s|^path = .*|path = $work/else/leases|" "$conf1"
refused "this host cannot join it" 3
# and of another one, which host 1 is in
sanlock direct init -s "xlsec-else:0:$work/else/leases:0" -o 1 >/dev/null
sanlock direct format -x "xlsec-else:$work/else/leases:1048576" >/dev/null
SANLOCK_RUN_DIR=$work/1 sanlock client add_lockspace -s "xlsec-else:2:$work/else/leases:0" -o 1 >/dev/null
refused "has no lease of this migration" 1
cp "$work/conf1" "$conf1"
sed -i "s|^path = .*|path = $work/nothing|" "$conf0"
refused "arbiter $work/nothing: cannot be opened" 1
truncate -s 8M "$work/nothing"
refused "is no lockspace of sanlock's" 1
cp "$work/conf0" "$conf0"
sed -i '/^host-id/d' "$conf0"
refused "[arbiter] needs both 'path' and 'host-id'" 1
cp "$work/conf0" "$conf0"
# each says of the other that there is to be none
echo "arbiter = no" >>"$peer0"
refused "[arbiter]: this host wants an arbiter" 3
echo "arbiter = no" >>"$peer1"
rm -rf "$TOY_TOP"/?/state/handover
code=0
"$TOY" migrate >"$work/log" 2>&1 || code=$?
if [ $code = 0 ] && [ "$("$TOY" check)" = "0=none 1=runs " ] && ! grep -q ^arbiter "$TOY_TOP"/?/state/handover/*; then
    echo "ok without, as both say"
else
    echo "WRONG: it did not go without"
    bad=1
fi
[ "$bad" = 0 ] || exit 1

# value: what the lease says: 1 source, 2 offered, 3 taken, 4 runs
value() {
    local at
    at=$(sanlock direct dump "$work/leases" -f 1 | awk '$3 == "rentry" { print $5 }')
    [ -z "$at" ] || od -An -tu1 -j $((at + 1048576 - 512 + 30)) -N 1 "$work/leases" | tr -d ' '
}

# stuck WHEN: the source dies at its WHEN-th write, in COMMIT
stuck() {
    sed -i '/^arbiter = no/d' "$peer0" "$peer1"
    rm -rf "$TOY_TOP"/?/state/handover
    printf '0 build\n0 built\n0 name\n0 run\n' >"$TOY_TOP/world.made"
    strace -qq -o /dev/null -e "inject=pwrite64:signal=SIGKILL:when=$1" "$TOY" migrate >"$work/log" 2>&1 || true
    sleep 0.5 # host 1 keeps its copy
}

# stands NAME STATE VALUE: and nothing else
stands() {
    local state
    state=$("$TOY" check) || true
    if [ "$state" = "$2" ] && [ "$(value)" = "$3" ]; then
        echo "ok $1"
    else
        echo "WRONG $1: $state, lease '$(value)'"
        cat "$work/log" "$TOY_TOP"/?/state/handover/* | tr -s '\n'
        bad=1
    fi
}

# [P-104] the source has not offered the guest, and is lost: a person at the
# destination takes it, and so the source that comes back does not run it
stuck 4
stands "a source that has decided" "0=stopped,away 1=stopped,incoming " 1
"$TOY" vouch 1 here >>"$work/log" 2>&1 || true
stands "taken by a person" "0=stopped,away 1=runs " 4
"$TOY" recover 0 >>"$work/log" 2>&1 || true
stands "a source that comes back" "0=none 1=runs " ""
# without [arbiter] nothing is done but what a person vouches for
stuck 4
without "$conf0"
! "$TOY" recover 0 >>"$work/log" 2>&1 || bad=1
grep -q "there is no \[arbiter\] in .* any more" "$work/log" || bad=1
stands "no arbiter any more" "0=stopped,away 1=stopped,incoming " 1
"$TOY" vouch 0 here >>"$work/log" 2>&1 || true
stands "a person without it" "0=runs 1=stopped,incoming " 1
cp "$work/conf0" "$conf0"
"$TOY" recover 0 >>"$work/log" 2>&1 || true
stands "closed with it" "0=runs 1=none " ""
# and at "runs" no person takes it back
stuck 5
stands "a source that has not heard of it" "0=stopped,away 1=runs " 4
! "$TOY" vouch 0 here >>"$work/log" 2>&1 || bad=1
grep -q "has run at the destination: it has moved" "$work/log" || bad=1
"$TOY" recover 0 >>"$work/log" 2>&1 || true
stands "what runs there has moved" "0=none 1=runs " ""
[ "$bad" = 0 ] || exit 1
sanlock_down "$work"
STEP=${STEP:-97} "$here/t-handover.sh" --arbiter
[ -z "${XLS_LONG:-}" ] || "$here/t-handover.sh" --gone
