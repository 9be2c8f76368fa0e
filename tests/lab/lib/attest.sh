# shellcheck shell=bash disable=SC2016 # what is in single quotes expands in the host
# Two hosts of the lab that attest each other, for scripts that migrate.  Wants
# $work, a folder, lib/secure.sh and lib/tests.sh.

ATTEST_DIR=/etc/xen/xlsec

# attest_conf N [LINE]...: the host's configuration: the log of its boot, and these
# lines, '[section]' among them.
attest_conf() {
    local n=$1
    shift
    printf '%s\n' '[tpm]' 'event-log = /run/xlsec/event-log' "$@" |
        lab exec "$n" sh -c 'cat >"$1/xlsec.conf"' sh "$ATTEST_DIR"
}

# attest_carry FROM TO NAME CMD...: a command's output on one host becomes
# /root/NAME on the other.
attest_carry() {
    local from=$1 to=$2 name=$3
    shift 3
    lab exec "$from" -n "$@" >"${work:?}/$name" || return 1
    lab put "$to" "$work/$name" "/root/$name"
}

# Keys of both hosts, from nothing; each one's identity is /root/xenN.id on the
# other. Host 2's static key is sealed to its TPM; host 1's is not, so that it can be
# used without its TPM.
attest_keys() {
    local n
    for n in 1 2; do
        lab exec $n -n "pkill -x xlsecd; rm -rf $ATTEST_DIR /var/lib/xlsec; mkdir -p $ATTEST_DIR" &&
            attest_conf $n || return 1
    done
    lab exec 1 -n xlsec init --no-tpm && lab exec 1 -n xlsec init &&
        attest_carry 1 2 fleet.key cat $ATTEST_DIR/fleet.key &&
        lab exec 2 -n 'chmod 600 /root/fleet.key && xlsec init --fleet-key /root/fleet.key &&
            rm /root/fleet.key' || return 1
    rm -f "$work/fleet.key"
    for n in 1 2; do
        attest_carry $n $((3 - n)) xen$n.id xlsec id --address 10.77.0.$n || return 1
    done
}

attest_fingerprint() { sed -n 's/^# \(SHA256:[^ ]*\).*/\1/p' "$work/xen$1.id" | head -n 1; }

# attest_enroll N M: on host N, make sure that host M has its TPM: one that the
# lab's own maker certified.
attest_enroll() {
    lab put "$1" "$XLSEC_LAB_STATE/ca/roots.pem" /root/roots.pem &&
        attest_carry "$1" "$2" challenge xlsec enroll challenge --ek-roots /root/roots.pem \
            --fingerprint "$(attest_fingerprint "$2")" "/root/xen$2.id" &&
        attest_carry "$2" "$1" answer xlsec enroll answer /root/challenge &&
        lab exec "$1" -n xlsec enroll finish /root/answer &&
        secure_accepts | lab exec "$1" sh -c 'cat >>"$1"' sh "$ATTEST_DIR/peers.d/xen$2.conf"
}

# attest_peer N WORD: a line of the file that host N has of the other; 'evidence ='
# replaces one that is there.  Without WORD, what attest_enroll wrote.
attest_peer() {
    local file=$ATTEST_DIR/peers.d/xen$((3 - $1)).conf
    lab exec "$1" -n sh -c '[ -e "/root/${1##*/}" ] || cp -p "$1" "/root/${1##*/}"
        cp -p "/root/${1##*/}" "$1"
        [ -z "$2" ] || { grep -v "^evidence *=" "/root/${1##*/}" && echo "$2"; } >"$1"' \
        sh "$file" "${2-}"
}

# attest_learn N SET [OPTION...]: host N, as it is now, is good.
attest_learn() {
    local n=$1 set=$2 to=(--name lab)
    shift 2
    if [ -e "$work/policy" ]; then
        lab put "$n" "$work/policy" /root/policy || return 1
        to=(--add-to /root/policy)
    fi
    lab exec "$n" -n xlsec policy learn --local --event-log /run/xlsec/event-log \
        --class "xen$n" --set "$set" "${to[@]}" "$@" >"$work/policy.new" &&
        mv "$work/policy.new" "$work/policy"
}

# The operator, who is on neither host, signs; both hosts take it.
attest_install() {
    local n f
    [ -e "$work/operator.pub" ] ||
        minisign -G -W -p "$work/operator.pub" -s "$work/operator.key" >/dev/null || return 1
    minisign -S -s "$work/operator.key" -m "$work/policy" </dev/null || return 1
    for n in 1 2; do
        for f in policy policy.minisig operator.pub; do
            lab put $n "$work/$f" /root/ || return 1
        done
        lab exec $n -n xlsec policy install --pub /root/operator.pub /root/policy || return 1
    done
}

# IMA measures a program when it runs first.  What the tests run on a host
# belongs to its good state: it has to have run before that is learned. So have our
# helper programs, those too that judge a peer, which say nothing and end.
attest_warm() {
    local n
    for n in 1 2; do
        lab exec $n -n 'for p in awk basename cat chmod cmp cp cut date grep head ln ls mkdir mv od pgrep \
                pkill printf ps readlink rm sed seq setsid sh sha256sum sleep sort stat tail tee touch \
                tr uname wc xl xlsec xlsecd; do
                $p --version >/dev/null 2>&1 </dev/null
            done
            for p in /usr/local/libexec/xlsec/*; do
                $p >/dev/null 2>&1 </dev/null
            done; tpm2_pcrread sha256:10 >/dev/null; tpm2_readclock >/dev/null; true'
    done
}

# attest_no_guest_byte FILE N NAME: what host N sent over a recorded connection is
# less than one record of 128 KiB, in which alone memory goes, and has not the
# secret of its guest NAME.
attest_no_guest_byte() {
    local sent secret
    lab wire extract "$1" port 8250 from initiator >"$work/sent"
    sent=$(wc -c <"$work/sent")
    echo "the source sent $sent octets"
    secret=$(lab console "$2" "$3" | sed -n 's/.* secret \([0-9a-f]*\).*/\1/p' | head -n 1)
    [ "$sent" -gt 0 ] && [ "$sent" -lt 131072 ] && [ ${#secret} = 32 ] &&
        ! grep -qaF "$secret" "$work/sent"
}
