# shellcheck shell=bash disable=SC2016 # what is in single quotes expands in the host
# What moves along with guest g1 between two hosts that attest each other: the
# state of a real swtpm (helpers/vtpm), and a file.  Wants $work, $here,
# lib/secure.sh, lib/tests.sh and lib/attest.sh, and the test's 'refused'.

: "${work:?}" "${here:?}" "${said:=}"
ALONG=/var/lib/guests # where the companions are, on both hosts
ALONG_WORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') # in NV, and in the file
ALONG_LOG=/var/lib/xlsec/audit.log

# along_vtpm N VERB [WORD]: g1's, see helpers/vtpm.
along_vtpm() {
    local n=$1 verb=$2
    shift 2
    lab exec "$n" -n /root/vtpm "$verb" $ALONG/g1 "$@"
}

# The vTPM is made; and what it and its tools run has run on both hosts before
# their state is learned.
along_warm() {
    local n
    for n in 1 2; do
        lab exec $n -n mkdir -m 755 $ALONG && lab put $n "$here/helpers/vtpm" /root/ || return 1
    done
    along_vtpm 1 make && along_vtpm 1 start && along_vtpm 1 fill "$ALONG_WORD" &&
        lab exec 1 -n 'swtpm_ioctl --version >/dev/null 2>&1; true' &&
        lab exec 2 -n 'mkdir /root/empty && /root/vtpm start /root/empty &&
            { /root/vtpm show /root/empty; /root/vtpm stop /root/empty; } >/dev/null 2>&1
            rm -rf /root/empty*'
}

# along_there N [NAME]...: exactly these of the guest's are there, whole or not.
along_there() {
    local n=$1 got
    shift
    got=$(lab exec "$n" -n "ls -A $ALONG" | grep -vE '\.(sock|ctrl|log|key)$' | tr '\n' ' ')
    [ "$got" = "${*:+$* }" ] || { echo "host $n has '$got' where '$*' belongs"; return 1; }
}

# along_whole N: there, all as they were, the vTPM in use.
along_whole() {
    local n=$1
    along_there "$n" g1 g1.nvram || return 1
    along_vtpm "$n" show >"$work/shown" && diff "$work/vtpm" "$work/shown" || return 1
    lab get "$n" $ALONG/g1.nvram "$work/nvram.got" && cmp "$work/nvram" "$work/nvram.got"
}

# along_receipts N: files that this host says it deleted.
along_receipts() { lab exec "$1" -n "grep -c companion-deleted $ALONG_LOG 2>/dev/null || true"; }

# along_generation N: that of g1's vTPM, as the host knows it.
along_generation() {
    lab exec "$1" -n 'sed -n "s/^generation //p" /var/lib/xlsec/vtpm/*.generation'
}

# along_accept N LINE...: host N's file of the other one ends with these.
along_accept() {
    local n=$1
    shift
    printf '%s\n' "$@" | lab exec "$n" sh -c 'cat >>"$1"' sh \
        "$ATTEST_DIR/peers.d/xen$((3 - n)).conf"
}

# along_names N FILE: what g1 has besides its memory.
along_names() {
    printf '%s\n' '[guest]' 'name = g1' "file = $2" '[vtpm]' "state = $ALONG/g1" \
        "socket = $ALONG/g1.sock.ctrl" |
        lab exec "$1" sh -c 'mkdir -p "$1" && cat >"$1/g1.conf"' sh "$ATTEST_DIR/guests.d"
}

along_refused() {
    along_vtpm 1 show | tee "$work/vtpm"
    grep -qE "^$ALONG_WORD [0-9a-f]{68} 000c[0-9a-f]{96} [0-9A-F]{64}$" "$work/vtpm" || return 1
    { echo "$ALONG_WORD" && head -c 500000 /dev/urandom; } >"$work/nvram"
    lab put 1 "$work/nvram" $ALONG/g1.nvram && along_names 1 $ALONG/g1.nvram &&
        along_names 2 $ALONG/g1.nvram && refused 1 g1 'refuses the guest \[companion\]' &&
        along_accept 1 "accept-vtpm = $ALONG/*" "accept-file = $ALONG/*" &&
        along_accept 2 "accept-vtpm = $ALONG/*" "accept-file = $ALONG/*, /lab/*" &&
        along_whole 1 && along_there 2
}

# 9p, which has what this machine shares with the host, cannot rename so that
# nothing is replaced.
along_no_place() {
    local status=0
    lab put 1 "$work/nvram" /lab/nvram && along_names 1 /lab/nvram || return 1
    refused 1 g1 '\[companion-place\].*RENAME_NOREPLACE' || status=1
    along_names 1 $ALONG/g1.nvram
    [ $status = 0 ] && lab exec 2 -n '! ls -A /lab | grep xlsec-' && along_whole 1 && along_there 2
}

# The mark of the generation is the last file of a vTPM that is written. From there
# to COMMIT it is a third of a second, and twice the way over the wire more.
along_aborted() {
    local killer status=0
    lab wire delay 60
    lab exec 2 -n 'i=0
        until wire=$(pgrep -x xlsec-wire); do
            i=$((i + 1)); [ $i -lt 600 ] || exit 1; sleep 0.1; done
        until set -- '$ALONG'/.xlsec-*/xlsec.generation && [ -e "$1" ]; do
            i=$((i + 1)); [ $i -lt 6000 ] || exit 1; sleep 0.02; done
        kill -KILL $wire; ls -A '$ALONG &
    killer=$!
    move 1 1 g1 xen2 || status=1
    lab wire pass
    wait $killer || { echo "nothing was killed"; return 1; }
    [ $status = 0 ] && on 1 g1 && on 2 && counts_on 1 g1 && no_processes && along_there 2 &&
        along_whole 1 && [ "$(along_receipts 1)" = 0 ] && [ "$(along_generation 2)" = "" ]
}

along_moves() {
    local sum
    lab get 1 $ALONG/g1 "$work/old" && lab wire record "$work/along.pcap" || return 1
    move 0 1 g1 xen2 || return 1
    lab wire record off
    lab exec 1 -n "cat $ALONG_LOG"
    on 1 && on 2 g1 && counts_on 2 g1 && no_processes && along_there 1 &&
        along_there 2 g1 g1.nvram && lab exec 1 -n "! pgrep -f '[d]ir=$ALONG'" || return 1
    # a receipt for each file, permanent and volatile state and the other
    [ "$(along_receipts 1)" = 3 ] && [ "$(along_generation 2)" = 1 ] || return 1
    for sum in $(lab exec 2 -n "sha256sum $ALONG/g1/tpm2* $ALONG/g1.nvram" | cut -d' ' -f1); do
        lab exec 1 -n "grep -q '\"companion-deleted\".*\"sha256\":\"$sum\"' $ALONG_LOG" || return 1
    done
    along_vtpm 2 start && along_whole 2 || return 1
    lab wire extract "$work/along.pcap" port 8250 >"$work/bytes"
    rm "$work/along.pcap"
    [ "$(wc -c <"$work/bytes")" -gt 100000000 ] && grep -qaF "$ALONG_WORD" "$work/nvram" &&
        grep -qaF "$ALONG_WORD" "$work/old/tpm2-00.permall" && ! grep -qaF "$ALONG_WORD" "$work/bytes"
}

# Somebody has the guest's image and its vTPM from a backup, and starts both.
along_old_here() {
    local status=0 uuid
    uuid=$(lab exec 2 -n 'xl list -v g1' | awk 'END { print $7 }')
    lab put 1 "$work/old" $ALONG/g1 && lab put 1 "$work/nvram" $ALONG/g1.nvram &&
        along_vtpm 1 start && XLSEC_GUEST_WAIT=paused XLSEC_GUEST_CONFIG="uuid = \"$uuid\"" \
        lab guest 1 g1 96 || return 1
    move 1 1 g1 xen2 && grep -q 'is an old copy of the vTPM, of generation 0: .* gave away, generation 1' \
        <<<"$said" || status=1
    lab exec 1 -n 'xl destroy g1'
    [ $status = 0 ] && on 1 && on 2 g1 && along_whole 2
}

# Into what is there, nothing comes; away with it.  Then host 2 is as it was before
# the guest came, but for the guest.
along_old_there() {
    local status=0
    move 3 2 g1 xen1 && grep -q '\[companion-there\]' <<<"$said" || return 1
    along_vtpm 1 stop && lab exec 1 -n "rm -r $ALONG/*" || return 1
    along_vtpm 2 stop && lab exec 2 -n "mv $ALONG/g1 /root/real" &&
        lab put 2 "$work/old" $ALONG/g1 && along_vtpm 2 start || return 1
    move 1 2 g1 xen1 && grep -q 'is an old copy of the vTPM' <<<"$said" || status=1
    lab exec 2 -n 'mv /var/lib/xlsec/vtpm /root/known'
    move 3 2 g1 xen1 && grep -q '\[companion-generation\].*it would be generation 1, and .* had generation 1' \
        <<<"$said" || status=1
    along_vtpm 2 stop && lab exec 2 -n "rm -rf $ALONG/g1 /var/lib/xlsec/vtpm
        mv /root/real $ALONG/g1 && mv /root/known /var/lib/xlsec/vtpm" && along_vtpm 2 start || return 1
    [ $status = 0 ] && on 1 && along_there 1 && along_whole 2
}

# Afterwards g1 has nothing with it any more.
along_back() {
    local n
    move 0 2 g1 xen1 && on 2 && on 1 g1 && counts_on 1 g1 && no_processes && along_there 2 &&
        along_vtpm 1 start && along_whole 1 && [ "$(along_generation 1)" = 2 ] &&
        [ "$(along_receipts 2)" = 3 ] && along_vtpm 1 stop || return 1
    for n in 1 2; do
        lab exec $n -n "rm -r $ATTEST_DIR/guests.d" || return 1
    done
}
