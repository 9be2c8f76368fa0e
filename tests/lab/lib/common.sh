# Names, messages and processes: what every part of the lab uses. Sourced by tests/lab/lab.
# shellcheck shell=bash disable=SC2034 # its names are used by the other parts

CACHE=${XLSEC_LAB_CACHE:-/var/cache/xlsec-lab}
STATE=${XLSEC_LAB_STATE:-/var/lib/xlsec-lab}
TREE=$(cd "$LAB/../.." && pwd)
BUILD=${XLSEC_BUILD:-$TREE}
STARTED=$(date +%s.%N)

# One progress line: seconds since the command began, then what is done.
say() {
    printf 'lab: %6.1f s  %s\n' \
        "$(echo "$(date +%s.%N) $STARTED" | awk '{print $1 - $2}')" "$*" >&2
}

# What is wrong, where, and what to do. 255 is never the exit status of a
# command that ran in a host, as with ssh.
die() {
    printf 'lab: error: %s\n' "$*" >&2
    exit 255
}

need_root() {
    [ "$(id -u)" = 0 ] || die "must run as root (apt, chroot and device nodes need it)"
}

# Sets N, or ends: the argument must name a host.
host_arg() {
    case ${1-} in
    1|2) N=$1 ;;
    *) die "'${1-}' is not a host: say 1 or 2" ;;
    esac
}

need_up() {
    [ -e "$STATE/up" ] || die "no lab is up in $STATE: run 'tests/lab/lab up' first"
}

# The packages under one heading of the packages file.
packages_of() {
    awk -v want="[$1]" '/^\[/ {on = ($0 == want); next} on && NF && !/^#/' \
        "$LAB/packages"
}

# A program is ours when it still runs and was given our state directory.
# Nothing else is ever signalled.
pid_ours() {
    [ -n "$1" ] && [ -r "/proc/$1/cmdline" ] &&
        grep -aqsF -- "$STATE/" "/proc/$1/cmdline"
}

# stop NAME: ends the process whose pid is in STATE/pids/NAME.
stop() {
    local file=$STATE/pids/$1 pid tries
    [ -s "$file" ] || { rm -f "$file"; return 0; }
    pid=$(cat "$file")
    if pid_ours "$pid"; then
        kill "$pid" 2>/dev/null || true
        for tries in $(seq 50); do
            pid_ours "$pid" || break
            [ "$tries" != 30 ] || kill -KILL "$pid" 2>/dev/null || true
            sleep 0.1
        done
        ! pid_ours "$pid" || die "process $pid ($1) does not end"
    fi
    rm -f "$file"
}

running() {
    [ -s "$STATE/pids/$1" ] && pid_ours "$(cat "$STATE/pids/$1")"
}
