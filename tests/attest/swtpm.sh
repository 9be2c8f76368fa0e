# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
# Software TPMs for tests; to be read by them.  tmp is the reader's.
# shellcheck disable=SC2154
swtpm_pids=()

# swtpm_start NAME: one with its state in $tmp/NAME, started when this returns;
# TCTI swtpm:path=$tmp/NAME/tpm.  That TCTI connects anew for each command, also
# when root was given up: $tmp has to let others pass.
swtpm_start() {
    local dir=$tmp/$1
    mkdir -p "$dir/state"
    swtpm socket --tpm2 --tpmstate "dir=$dir/state" \
        --ctrl "type=unixio,path=$dir/tpm.ctrl,mode=0666" \
        --server "type=unixio,path=$dir/tpm,mode=0666" \
        --flags not-need-init,startup-clear >"$dir/log" 2>&1 &
    swtpm_pids+=($!)
    for _ in $(seq 100); do
        [ ! -S "$dir/tpm" ] || return 0
        sleep 0.1
    done
    echo "swtpm does not start: $(cat "$dir/log")" >&2
    return 1
}

swtpm_stop() {
    [ ${#swtpm_pids[@]} = 0 ] || kill "${swtpm_pids[@]}" 2>/dev/null
    swtpm_pids=()
}
