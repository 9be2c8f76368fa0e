#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
# Faults in the handover, between real processes with toy guests
# (tests/process/toy.c): after each of them the two ends are left alone until
# nothing is open any more, and then there is one guest, and nothing else. [P-91]
#
#   t-handover.sh                 a sample, as make check runs it
#   t-handover.sh --every         SIGKILL at every system call of the handover
#   t-handover.sh --random N [SEED]   kill -9 at N random instants
#   t-handover.sh --one CASE      one case, with its logs
#   t-handover.sh --gone          hosts that go down and do not come back, with an arbiter
#   t-handover.sh --arbiter ...   any of these with an arbiter: real sanlock, on a file
#
# Prints a line for each case: name, outcome, ms until it was settled.
set -euo pipefail
[ -x tests/process/toy ] || { echo "not built"; exit 77; }
command -v strace >/dev/null || { echo "strace is not installed"; exit 77; }
export TOY=$PWD/tests/process/toy
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" # not under strace
# shellcheck source=tests/process/sanlock.sh
. "$(dirname "$0")/sanlock.sh"
arbiter=
case ${1:-} in
--arbiter | --gone)
    why=$(sanlock_missing) && { echo "skipped: $why"; exit 77; }
    arbiter=yes
    [ "$1" = --gone ] || shift
    ;;
esac
libexec=$PWD/xl-plugin
work=$(mktemp -d /tmp/xlsec-handover-XXXXXX)
listener=
count=0 bad=0

# down HOST INJECT COMMAND...: that host goes down when the command is killed,
# and takes what it has of the guest along
cat >"$work/down" <<'EOF'
#!/bin/sh
host=$1 inject=$2
shift 2
strace -qq -o /dev/null -e "inject=$inject" "$@"
code=$?
[ $code -le 128 ] || echo "$host down" >>"$TOY_TOP/world.made"
exit $code
EOF
# vanish INJECT COMMAND...: the same, and nobody listens any more
cat >"$work/vanish" <<'EOF'
#!/bin/sh
inject=$1
shift
strace -qq -o /dev/null -e "$inject" "$@"
code=$?
[ $code -le 128 ] || kill $PPID
exit $code
EOF
chmod +x "$work/down" "$work/vanish"

stop_listener() {
    [ -z "$listener" ] || { kill "$listener" 2>/dev/null || true; wait "$listener" 2>/dev/null || true; }
    listener=
}
finish() {
    stop_listener
    [ -z "${TOY_SANLOCK:-}" ] || sanlock_down "$TOY_SANLOCK"
    rm -rf "$work" "${TOY_TOP:-$work}"
}
trap finish EXIT
trap 'exit 1' INT TERM

now() { echo $(($(date +%s%N) / 1000000)); }

# begin: two new hosts, with a guest that runs at 0
begin() {
    # shellcheck disable=SC2086 # none, or one
    read -r TOY_TOP TOY_PORT < <("$TOY" hosts "$libexec" ${arbiter:+"$TOY_SANLOCK/leases"})
    export TOY_TOP TOY_PORT
    printf '0 build\n0 built\n0 name\n0 run\n' >"$TOY_TOP/world.made"
    : >"$work/log"
    : >"$work/before"
    leases >"$work/now"
    mv "$work/now" "$work/before"
}

listen() {
    "$TOY" listen 1 >>"$work/log" 2>&1 &
    listener=$!
    for _ in $(seq 100); do
        ! grep -q "^listening" "$work/log" || return 0
        sleep 0.01
    done
    echo "nobody listens"
}

# recover: both ends are left alone until nothing is open; ms in $took
recover() {
    local began
    began=$(now)
    for _ in $(seq 60); do
        local open=0
        "$TOY" recover 0 >>"$work/log" 2>&1 || open=1
        "$TOY" recover 1 >>"$work/log" 2>&1 || open=1
        took=$(($(now) - began))
        [ $open = 1 ] || return 0
        ! grep -qs "^state unsure" "$TOY_TOP"/1/state/handover/*.destination || return 1
        sleep 0.1
    done
    return 1
}

# leases: those that are left at the arbiter, and were not there before
leases() {
    [ -z "$arbiter" ] || sanlock direct dump "$TOY_SANLOCK/leases" -f 1 |
        awk '$3 == "rentry" { print "lease", $4 }' | grep -vxFf "$work/before" || true
}

# judge CASE CODE: one guest, nothing half-made, and what the tool said is so
judge() {
    local state wrong='' left
    state=$("$TOY" check) || wrong="${state%%$'\n'*}"
    state=${state##*$'\n'}
    case $state in
    "0=runs 1=none " | "0=none 1=runs ") ;;
    "0=none 1=none ") # it was lost with the host that had it
        grep -q "^0 down" "$TOY_TOP/world.made" ||
            { grep -q "^1 run" "$TOY_TOP/world.made" && grep -q "^1 down" "$TOY_TOP/world.made"; } ||
            wrong="${wrong:-the guest is lost}"
        ;;
    "0=stopped,away 1=none ") # a person has to say: it may have run there
        grep -qs "^state unsure" "$TOY_TOP"/1/state/handover/*.destination &&
            grep -q "^1 down" "$TOY_TOP/world.made" || wrong="${wrong:-ends with $state}"
        settled=
        ;;
    *) wrong="${wrong:-ends with $state}" ;;
    esac
    [ -z "$settled" ] || wrong="${wrong:-$settled}"
    # exit code 0: it has moved, and may have ended with its new host since
    [ "$2" != 0 ] || [ "$state" = "0=none 1=runs " ] ||
        { [ "$state" = "0=none 1=none " ] && grep -q "^1 down" "$TOY_TOP/world.made"; } ||
        wrong="${wrong:-exit code 0 and $state}"
    case $2 in 1 | 3) [ "$state" = "0=runs 1=none " ] || wrong="${wrong:-exit code $2 and $state}" ;; esac
    left=$(find "$TOY_TOP" -name '.tmp*' -o -name '*.tmp'
        # who has to decide, decides it with the lease
        grep -qs "^state unsure" "$TOY_TOP"/1/state/handover/*.destination || leases)
    [ -z "$left" ] || wrong="${wrong:-left: $left}"
    count=$((count + 1))
    if [ -z "$wrong" ]; then
        echo "ok $1: exit $2, ${state% }, settled in $took ms"
    else
        echo "WRONG $1: $wrong"
        sed 's/^/    /' "$TOY_TOP/world.made" "$work/log" | tail -n 60
        bad=$((bad + 1))
    fi
}

# play CASE: one migration with that fault, recovery, verdict
play() {
    local kind=${1%%:*} arg=${1#*:} code=0
    settled=
    local -a before=()
    unset TOY_FAIL TOY_FAIL_LATER TOY_STRACE
    begin
    case $kind in
    source) before=(strace -qq -o /dev/null -e "inject=${arg/@/:signal=SIGKILL:when=}") ;;
    destination) export TOY_STRACE="strace -qq -o /dev/null -e inject=${arg/@/:signal=SIGKILL:when=}" ;;
    source-error) before=(strace -qq -o /dev/null -e "inject=${arg/@/:error=EIO:when=}") ;;
    destination-error) export TOY_STRACE="strace -qq -o /dev/null -e inject=${arg/@/:error=EIO:when=}" ;;
    other-key) before=(strace -qq -o /dev/null -e "inject=${arg/@/:signal=SIGKILL:when=}") ;;
    source-down) before=("$work/down" 0 "${arg/@/:signal=SIGKILL:when=}") ;;
    destination-down) export TOY_STRACE="$work/down 1 ${arg/@/:signal=SIGKILL:when=}" ;;
    fail) export TOY_FAIL=$arg ;;
    # it cannot start the guest, and dies: no person is needed
    unstartable) export TOY_FAIL=run1 TOY_STRACE="strace -qq -o /dev/null -e inject=${arg/@/:signal=SIGKILL:when=}" ;;
    # it runs, and dies before that is written; the next one cannot act on it
    # (the lease is written twice before)
    runs) export TOY_FAIL_LATER=$arg TOY_STRACE="strace -qq -o /dev/null -e inject=pwrite64:signal=SIGKILL:when=$((${arbiter:+2} + 4))" ;;
    esac
    listen
    case $kind in
    random) # MS:WHOM
        timeout 60 "$TOY" migrate >>"$work/log" 2>&1 &
        local pid=$!
        sleep "$(awk -v ms="${arg%%:*}" 'BEGIN { print ms / 1000 }')"
        case ${arg#*:} in
        source) kill -9 $(pgrep -P $pid) 2>/dev/null || true ;;
        destination) kill -9 $(pgrep -P "$listener") 2>/dev/null || true ;;
        both) kill -9 $(pgrep -P $pid) $(pgrep -P "$listener") 2>/dev/null || true ;;
        esac
        wait $pid || code=$?
        ;;
    twice) # the second of two is refused, and the guest moves once
        "$TOY" migrate >>"$work/log" 2>&1 &
        local pid=$! second=0
        { timeout 60 "$TOY" migrate || second=$?; } >>"$work/log" 2>&1
        wait $pid || code=$?
        # refused here (1), or there where it has come already (3)
        case "$code $second" in "0 1" | "1 0" | "0 3" | "3 0") ;; *) settled="exit codes $code and $second" ;; esac
        code=0
        ;;
    *) { timeout 60 "${before[@]}" "$TOY" migrate || code=$?; } >>"$work/log" 2>&1 ;;
    esac
    unset TOY_FAIL
    [ "$kind" != runs ] || runs "$arg" || settled="what runs is not left alone"
    [ "$kind" != other-key ] || other_key || settled="another key is believed"
    recover || settled="it is not settled"
    case $code in 137 | 124 | 9) code=killed ;; esac
    stop_listener
    judge "$1" "$code"
    rm -rf "$TOY_TOP"
}

# [P-92] A guest that runs is not burned, whatever fails then.
runs() {
    ! TOY_FAIL=$1 "$TOY" recover 1 >>"$work/log" 2>&1 || return 1
    [ "$("$TOY" check)" = "0=stopped,away 1=runs " ]
}

# [P-95] a host with another key than the journals have is not asked, and gets
# no answer; with the old one it is settled
other_key() {
    local code=0 pub mine=$TOY_TOP/0/host.key theirs=$TOY_TOP/1/peers.d/other.conf
    cp "$mine" "$work/host.key"
    cp "$theirs" "$work/other.conf"
    pub=$("$TOY" rekey)
    sed -i "s|^key = .*|key = $pub|" "$theirs"
    for _ in 1 2 3; do
        ! "$TOY" recover 0 >>"$work/log" 2>&1 || code=1
    done
    [ "$("$TOY" check)" = "0=stopped,away 1=stopped,incoming " ] || code=1
    grep -q "cannot tell what became of the guest: this host has no journal" "$work/log" || code=1
    cp "$work/host.key" "$mine"
    cp "$work/other.conf" "$theirs"
    return $code
}

# value: what the lease says that was made last: 1 source, 2 offered, 3 taken, 4 runs
value() {
    local at
    at=$(sanlock direct dump "$TOY_SANLOCK/leases" -f 1 | awk '$3 == "rentry" { print $4, $5 }' |
        grep -vFf <(sed 's/^lease //' "$work/before" | grep . || echo none) | awk '{ print $2 }') || true
    [ -z "$at" ] || od -An -tu1 -j $((at + 1048576 - 512 + 30)) -N 1 "$TOY_SANLOCK/leases" | tr -d ' '
}

# open_at HOST: has it a migration that is not settled?  It is asked first.
open_at() { ! "$TOY" recover "$1" >>"$TOY_TOP/log" 2>&1; }

# expect_gone SIDE VALUE ROUND: how it stands when SIDE is gone, and the lease said that
expect_gone() {
    case $1$2 in
    0 | 1) # it was over, or had not begun
        case $1$(grep -c "^1 run" "$TOY_TOP/world.made") in
        00) echo "0=none 1=none " ;;
        01) echo "0=none 1=runs " ;;
        10) echo "0=runs 1=none " ;;
        11) echo "0=none 1=none " ;;
        esac
        ;;
    01) echo "0=none 1=none " ;; # it was the source's
    02 | 03 | 04) echo "0=none 1=runs " ;;
    11 | 12) echo "0=runs 1=none " ;;
    13) # only a person knows; or that host does, when it is back
        if [ "$3" = back ] && grep -q "^state committed" "$TOY_TOP"/1/state/handover/*.destination; then
            echo "0=none 1=none "
        else
            echo "0=stopped,away 1=none "
        fi
        ;;
    14) echo "0=none 1=none " ;;
    esac
}

# make_gone SIDE POINT: a migration of which SIDE dies there, and goes down
make_gone() {
    local inject=${2#*:}
    begin
    cp "$work/before" "$TOY_TOP/before"
    inject="inject=${inject/@/:signal=SIGKILL:when=}"
    [ "$1" = 0 ] || export TOY_STRACE="$work/vanish $inject"
    listen
    if [ "$1" = 0 ]; then
        timeout 60 strace -qq -o /dev/null -e "$inject" "$TOY" migrate
    else
        timeout 60 "$TOY" migrate
    fi >>"$work/log" 2>&1 || true
    sleep 0.1
    stop_listener
    unset TOY_STRACE
    echo "$1 down" >>"$TOY_TOP/world.made"
    echo "$TOY_PORT" >"$TOY_TOP/port"
    value >"$TOY_TOP/value"
    cp "$work/log" "$TOY_TOP/log"
}

# make_held: a source that has offered the lease, and still holds the lock on it
# when its host goes down
make_held() {
    local pid
    begin
    listen
    strace -qq -o /dev/null -e inject=pwrite64:delay_exit=30000000:when=4 "$TOY" migrate >>"$work/log" 2>&1 &
    pid=$!
    for _ in $(seq 100); do
        [ "$(value)" != 2 ] || break
        sleep 0.1
    done
    sanlock_kill "$TOY_SANLOCK" 0
    kill -9 $(pgrep -P $pid) $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    sleep 0.2
    stop_listener
    echo "0 down" >>"$TOY_TOP/world.made"
    echo "$TOY_PORT" >"$TOY_TOP/port"
    value >"$TOY_TOP/value"
    cp "$work/log" "$TOY_TOP/log"
}

# judge_gone ROUND SIDE POINT BEGAN: the other host is left alone until nothing
# is open there any more
judge_gone() {
    local want wrong='' state value
    value=$(cat "$TOY_TOP/value")
    want=$(expect_gone "$2" "$value" "$1")
    while open_at $((1 - $2)) && [ "${want#*stopped}" = "$want" ]; do
        [ $(($(now) - $4)) -lt 100000 ] || {
            wrong="it is not settled"
            break
        }
        sleep 1
    done
    [ "$1" = gone ] || ! open_at "$2" || ! open_at "$2" || wrong="${wrong:-the host that came back has it open}"
    state=$("$TOY" check) || wrong="${wrong:-${state%%$'\n'*}}"
    state=${state##*$'\n'}
    [ "$state" = "$want" ] || wrong="${wrong:-ends with $state, not $want}"
    count=$((count + 1))
    if [ -z "$wrong" ]; then
        echo "ok $1 $3: lease ${value:-none}, ${state% }, $(($(now) - $4)) ms after host $2 was gone"
    else
        echo "WRONG $1 $3: lease ${value:-none}: $wrong"
        sed 's/^/    /' "$TOY_TOP/world.made" "$TOY_TOP/log" "$work/log" | tail -n 40
        bad=$((bad + 1))
    fi
}

# One host is gone: the other one settles by itself, and has the guest unless
# that was the other's.  A host counts as down a minute after: so all are made
# first.  Then it comes back, and has no guest.
gone() { # SIDE POINTS
    local point began i
    local -a tops=() points=()
    while read -r point <&3; do
        make_gone "$1" "$point"
        tops+=("$TOY_TOP") points+=("$point")
    done 3<"$2"
    if [ "$1" = 0 ]; then
        make_held
        tops+=("$TOY_TOP") points+=("source:held")
    else
        sanlock_kill "$TOY_SANLOCK" 1
    fi
    began=$(now)
    for i in "${!tops[@]}"; do
        TOY_TOP=${tops[i]} judge_gone gone "$1" "${points[i]}" "$began"
    done
    sanlock_start "$TOY_SANLOCK" "$1"
    sleep 0.5
    sanlock_join "$TOY_SANLOCK" "$1"
    for i in "${!tops[@]}"; do
        TOY_TOP=${tops[i]}
        TOY_PORT=$(cat "$TOY_TOP/port")
        : >"$work/log"
        listen
        judge_gone back "$1" "${points[i]}" "$(now)"
        stop_listener
    done
    rm -rf "${tops[@]}"
}

# The system calls of a clean run: how many there are, and where the first is
# that has to do with a journal.
survey() {
    begin
    listen
    strace -qq -o "$work/source.calls" "$TOY" migrate >>"$work/log" 2>&1
    stop_listener
    rm -rf "$TOY_TOP"
    begin
    export TOY_STRACE="strace -qq -o $work/destination.calls"
    listen
    "$TOY" migrate >>"$work/log" 2>&1
    sleep 0.3
    stop_listener
    unset TOY_STRACE
    rm -rf "$TOY_TOP"
    # SIDE:CALL@N of each call from the first on that has to do with a journal
    for side in source destination; do
        awk -F'(' -v side=$side '/handover/ { on = 1 }
            $1 ~ /^[a-z0-9_]+$/ { n[$1]++; if (on) print side ":" $1 "@" n[$1] }' "$work/$side.calls"
    done
}

took=0
if [ -n "$arbiter" ]; then
    export TOY_SANLOCK=$work/sanlock
    mkdir "$TOY_SANLOCK"
    sanlock_up "$TOY_SANLOCK"
fi
case ${1:-} in
--gone)
    survey >"$work/points"
    for host in 0 1; do
        side=source
        [ $host = 0 ] || side=destination
        # of the source also those between offering the lease and saying so
        grep "^$side:" "$work/points" | awk -v step="${STEP:-12}" '
            NR % step == 1 || step == 1 || (offered && NR <= offered + 12 && NR % 3 == 0)
            $0 == "source:pwrite64@4" { offered = NR }' >"$work/chosen"
        gone $host "$work/chosen"
    done
    ;;
--one)
    play "$2"
    sed 's/^/    /' "$work/log"
    ;;
--random)
    seed=${3:-$RANDOM}
    RANDOM=$seed
    echo "seed $seed"
    for ((i = 0; i < $2; i++)); do
        whom=(source destination both)
        play "random:$((RANDOM % 500)):${whom[RANDOM % 3]}"
    done
    ;;
*)
    step=${STEP:-23}
    [ "${1:-}" != --every ] || step=1
    survey >"$work/points"
    echo "SIGKILL at $(wc -l <"$work/points") system calls, each ${step}th"
    awk -v step="$step" 'NR % step == 1 || step == 1' "$work/points" >"$work/chosen"
    while read -r point <&3; do
        play "$point"
        play "${point/:/-down:}"
    done 3<"$work/chosen"
    [ -n "$arbiter" ] || play other-key:fdatasync@1 # it is not asked with one
    play twice:
    for k in 3 4 5; do
        play "unstartable:pwrite64@$k"
        play "unstartable:fdatasync@$k"
    done
    play runs:name1
    play runs:run1
    play fail:hurry1
    for act in save0 away0 admit1 restore1 name1 run1 destroy0 run1,destroy1; do
        play "fail:$act"
    done
    for side in source destination; do
        for k in 1 2 3; do
            play "$side-error:fdatasync@$k"
            play "$side-error:pwrite64@$k"
        done
    done
    ;;
esac
echo "$count cases, $bad wrong"
[ "$bad" = 0 ]
