# shellcheck shell=bash disable=SC2016 # what is in single quotes expands in the host
# What a move costs a guest in round trips: the same guest, moved by stock xl over
# plain TCP and by xl migrate-secure, over a link without delay and over one with.
# Seen from outside: from when Xen at the source says that the guest stands until
# Xen at the destination says that it runs. Wants lib/matrix.sh and lib/attest.sh.

C_DELAY=${XLSEC_COST_DELAY:-1500} # ms each way
C_TIMES=${XLSEC_COST_TIMES:-2}

# c_watch: both hosts' guests, with the time at this machine
c_watch() {
    local n
    : >"${work:?}/states"
    for n in 1 2; do
        lab exec $n -n /root/fault/states 2>/dev/null |
            while read -r line; do echo "$(m_now) $n $line" >>"$work/states"; done &
    done
    sleep 2
}

# c_gap BEGAN: ms from its last stop at the source to its first step there
c_gap() {
    sleep 1
    awk -v src="$at" -v dst=$((3 - at)) -v began="$1" '$1 < began { next }
        $2 == src && $4 == "stands" { stopped = $1 }
        $2 == dst && $4 == "runs" && !runs { runs = $1 }
        END { if (stopped && runs) print runs - stopped; else print "?" }' "$work/states"
}

c_stock() {
    local to=$((3 - at))
    lab exec "$to" -n "setsid socat TCP-LISTEN:8002,reuseaddr EXEC:'xl migrate-receive' >/dev/null 2>&1 </dev/null & sleep 1"
    lab exec "$at" -n xl migrate -s '' g1 "socat - TCP:10.77.0.$to:8002"
}

c_secure() { lab exec "$at" -n xl migrate-secure g1 "xen$((3 - at))"; }

# c_move HOW WHICH DELAY: a line of $results
c_move() {
    local how=$1 which=$2 delay=$3 began gap own=-
    lab wire delay "$delay"
    began=$(m_now)
    if "c_$how" >"$work/tool" 2>&1; then
        gap=$(c_gap "$began")
        own=$(sed -n 's/.*stood still for at most \([0-9]*\) ms.*/\1/p' "$work/tool")
        at=$((3 - at))
        passed=$((passed + 1))
        echo "ok - $which, delay $delay ms: $gap ms, by its own word ${own:--} ms"
        printf 'cost\t%s\t%s\t%s\t%s\n' "$which" "$delay" "$gap" "${own:--}" >>"${results:?}"
    else
        failed=$((failed + 1))
        echo "not ok - $which, delay $delay ms"
        tail -n 5 "$work/tool"
    fi
    lab wire pass
}

c_conf() {
    local n
    for n in 1 2; do
        lab exec $n -n 'printf "[time]\nstall = 60\nhandshake = 60\n[tpm]\nevent-log = /run/xlsec/event-log\n" >/etc/xen/xlsec/xlsec.conf' &&
            secure_daemon $n || return 1
    done
}

c_attested() {
    attest_keys && c_conf && attest_enroll 1 2 && attest_enroll 2 1 && attest_warm &&
        attest_learn 1 now && attest_learn 2 now && attest_install && c_conf
}

# cost: everything
cost() {
    local delay
    m_up >"$work/out" 2>&1 || { tail -n 5 "$work/out"; exit 1; }
    cc -O2 -o "$work/states" "${here:?}/helpers/states.c" -lxenctrl &&
        lab put 1 "$work/states" /root/fault/ && lab put 2 "$work/states" /root/fault/ && rm "$work/states" &&
        c_conf && m_fresh >"$work/out" 2>&1 && c_conf || exit 1
    c_watch
    # there without delay, and back with it: each host has been both before
    # what runs on it is learned
    for _ in $(seq "$C_TIMES"); do
        for delay in 0 "$C_DELAY"; do
            c_move stock 'stock xl migrate, plain TCP' "$delay"
        done
        for delay in 0 "$C_DELAY"; do
            c_move secure 'xl migrate-secure' "$delay"
        done
    done
    if c_attested >"$work/out" 2>&1; then
        for _ in $(seq "$C_TIMES"); do
            for delay in 0 "$C_DELAY"; do
                c_move secure 'xl migrate-secure, both attested by TPM' "$delay"
            done
        done
    else
        failed=$((failed + 1))
        echo "not ok - attestation"
        tail -n 5 "$work/out"
    fi
}
