# shellcheck shell=bash
# Two hosts of the lab that trust each other, for scripts that migrate.  Wants
# $LAB_CMD, the lab program.

# Files go through a directory of our own on this machine.
secure_file() { printf '%s/secure.%s' "${STATE:?}" "$1"; }

# The configuration of both hosts, from nothing.
secure_setup() {
    local n f
    for n in 1 2; do
        "$LAB_CMD" exec $n -n "rm -rf /etc/xen/xlsec; pkill -x xlsecd; true"
    done
    "$LAB_CMD" exec 1 -n xlsec init
    "$LAB_CMD" get 1 /etc/xen/xlsec/fleet.key "$(secure_file fleet)"
    "$LAB_CMD" put 2 "$(secure_file fleet)" /root/fleet.key
    rm -f "$(secure_file fleet)"
    "$LAB_CMD" exec 2 -n 'chmod 600 /root/fleet.key &&
        xlsec init --fleet-key /root/fleet.key && rm /root/fleet.key'
    for n in 1 2; do
        f=$(secure_file "id$n")
        "$LAB_CMD" exec $n -n "xlsec id --address 10.77.0.$n" >"$f"
        "$LAB_CMD" put $((3 - n)) "$f" "/root/xen$n.id"
    done
    for n in 1 2; do
        f=$(secure_file "id$((3 - n))")
        # by its key alone; lib/attest.sh has the rest
        "$LAB_CMD" exec $n -n "xlsec trust --evidence none --fingerprint \
            $(sed -n 's/^# \(SHA256:[^ ]*\).*/\1/p' "$f" | head -n 1) \
            /root/xen$((3 - n)).id"
        # shellcheck disable=SC2016 # for the shell there
        secure_accepts | "$LAB_CMD" exec $n sh -c 'cat >>"$1"' sh \
            "/etc/xen/xlsec/peers.d/xen$((3 - n)).conf"
    done
}

# What each host accepts of the other's guests: those that lab guest starts.
secure_accepts() {
    cat <<'EOT'
accept-kernel = /usr/local/lib/xlsec-lab/*
accept-disk = /dev/loop*, /root/*.img
EOT
}

# secure_daemon N: (re)start xlsecd there, with SECURE_ENV in its environment; its
# log is /var/log/xlsecd.log.
secure_daemon() {
    # shellcheck disable=SC2016 # for the shell there
    "$LAB_CMD" exec "$1" -n env "${SECURE_ENV-XLSEC_=}" sh -c 'pkill -x xlsecd; i=0
        while pgrep -x xlsecd >/dev/null && [ $i -lt 50 ]; do
            i=$((i + 1)); sleep 0.1; done
        touch /var/log/xlsecd.log; before=$(grep -c ready /var/log/xlsecd.log)
        setsid xlsecd >>/var/log/xlsecd.log 2>&1 </dev/null &
        i=0; until [ "$(grep -c ready /var/log/xlsecd.log)" -gt "$before" ] || [ $i -gt 100 ]; do
            i=$((i + 1)); sleep 0.1; done'
}

# secure_ticks N NAME: the guest's counts, as one line of numbers.
secure_ticks() {
    "$LAB_CMD" console "$1" "$2" | tr -d '\r' |
        sed -n 's/.*tick \([0-9]*\) hash .*/\1/p' | tr '\n' ' '
}

# secure_hashes N NAME: the different hashes that the guest has said.
secure_hashes() {
    "$LAB_CMD" console "$1" "$2" | tr -d '\r' |
        sed -n 's/.*tick [0-9]* hash \([^ ]*\) .*/\1/p' | sort -u
}
