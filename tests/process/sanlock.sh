# SPDX-License-Identifier: LGPL-2.1-only
# shellcheck shell=bash
# Two hosts' sanlock on one machine, for tests that source this: real daemons,
# each with a run-time directory of its own, on one file.
#   sanlock_up DIR      make DIR/leases, start both, and have both join
#   sanlock_kill DIR N  the daemon of host N (0 or 1) is gone
#   sanlock_down DIR    end what was started
# Who uses it sets SANLOCK_RUN_DIR to DIR/N.  Times are a tenth of sanlock's
# own, but for the minute that a watchdog has.

# sanlock_missing: why there can be none; false when there can.
sanlock_missing() {
    command -v sanlock >/dev/null || { echo "sanlock is not installed"; return 0; }
    grep -q '^#define XLS_ARBITER_BY "' config.h || { echo "built without sanlock"; return 0; }
    return 1
}

sanlock_start() { # DIR N
    SANLOCK_PRIVILEGED=0 SANLOCK_RUN_DIR=$1/$2 sanlock daemon -D -w 0 -h 0 -l 0 -U "$(id -un)" -G "$(id -gn)" \
        -Q 1 -e "host$2" >"$1/$2.log" 2>&1 &
    echo $! >"$1/$2.pid"
}

sanlock_join() { # DIR N
    SANLOCK_RUN_DIR=$1/$2 sanlock client add_lockspace -s "xlsec-test:$(($2 + 1)):$1/leases:0" -o 1 >>"$1/$2.log" 2>&1
}

sanlock_up() {
    local n
    mkdir -p "$1/0" "$1/1"
    truncate -s 64M "$1/leases"
    sanlock direct init -s "xlsec-test:0:$1/leases:0" -o 1 >>"$1/init.log" 2>&1
    sanlock direct format -x "xlsec-test:$1/leases:1048576" >>"$1/init.log" 2>&1
    for n in 0 1; do sanlock_start "$1" $n; done
    for n in 0 1; do
        for _ in $(seq 100); do
            [ ! -S "$1/$n/sanlock.sock" ] || break
            sleep 0.05
        done
    done
    sanlock_join "$1" 0 &
    local other=$!
    sanlock_join "$1" 1
    wait $other
}

sanlock_kill() {
    local pid
    pid=$(cat "$1/$2.pid")
    kill -9 "$pid"
    wait "$pid" 2>/dev/null || true
    rm -f "$1/$2.pid"
}

sanlock_down() {
    local n
    for n in 0 1; do
        [ ! -e "$1/$n.pid" ] || sanlock_kill "$1" $n
    done
}
