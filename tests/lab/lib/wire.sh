# The wire's commands. Sourced by tests/lab/lab.
# shellcheck shell=bash disable=SC2016 # what is in single quotes expands in the host

wire_help() {
    cat <<'EOF'
usage: lab wire COMMAND
  pass                carry everything at once: ends a cut, a delay, a rate and a
                      fault
  cut                 carry nothing from now on, in silence, until 'pass'
  delay MS            hold every frame for MS milliseconds (each way)
  rate KIB            carry KIB KiB a second and no more (each way)
  corrupt OFFSET [from 1|2] [port P]
  cut OFFSET [from 1|2] [port P]
  reset [OFFSET] [from 1|2] [port P]
                      what happens in the next new TCP connection, see below
  record FILE|off     write the frames that the hosts send, from now on, as pcap;
                      what a fault does to them is not in it
  replay FILE [port P]
                      send what the initiator of a recorded connection sent (the
                      largest, or the largest to port P) once more: from the same
                      host, in a new connection to the same address and port
  list FILE           the TCP connections in a recording
  extract FILE [port P] [conn NUMBER|largest] [from initiator|responder]
                      the payload of a recording, in order, on standard output
  stats               lines of: state, delay_ms, rate_kib, fault, from 1, from 2, record

Faults: one is armed at a time, and a new one takes the place of the old. It
binds to the next connection whose SYN passes (to port P, if named) and counts
the payload bytes of one direction, from 0: the initiator's, or those from the
host named. Offsets go up to 2147483647.
  corrupt  flips the lowest bit of the byte at OFFSET, each time it passes, and
           makes the TCP checksum right, so that only what is above TCP can tell
  cut      carries OFFSET bytes exactly, then nothing at all, until 'pass'
  reset    carries OFFSET bytes (0), then resets both ends of the connection
'stats' tells of a fault whether it is armed, bound or done (a corrupt fault stays
bound), and how often it was applied.
EOF
}

lab_wire() {
    case ${1-} in
    ''|-h|--help|help) wire_help; return ;;
    list|extract) "$LAB/pcap-tcp" "$@"; return ;;
    replay) shift; wire_replay "$@"; return ;;
    esac
    need_up
    if [ "$1" = record ] && [ "${2-off}" != off ]; then
        set -- record "$(realpath -m "$2")"
    fi
    "$STATE/bin/wire" "$STATE/" "$@"
}

# The recording tells who sent what to whom; that host sends it again.
wire_replay() {
    [ $# -ge 1 ] || die "say: lab wire replay FILE [port P]"
    need_up
    local bytes line from to
    line=$("$LAB/pcap-tcp" list "$@" conn largest)
    [ -n "$line" ] || die "$1 holds no TCP connection${3:+ to port $3}"
    read -r _ from _ to _ <<<"$line"
    [[ $from =~ ^10\.77\.0\.([12]): ]] || die "$from, who sent it, is not a host of the lab"
    bytes=$(mktemp "$STATE/replay.XXXXXX")
    "$LAB/pcap-tcp" extract "$@" conn largest from initiator >"$bytes"
    lab_put "${BASH_REMATCH[1]}" "$bytes" /root/replay
    printf 'replayed %s bytes from %s to %s, ' "$(stat -c %s "$bytes")" "${from%:*}" "$to"
    rm -f "$bytes"
    lab_exec "${BASH_REMATCH[1]}" -n sh -c '
        socat -t 5 - "TCP:$1" </root/replay >/root/replay.answer 2>/root/replay.errors
        status=$?
        echo "$(stat -c %s /root/replay.answer) came back, socat status $status"
        head -c 400 /root/replay.errors >&2
        rm -f /root/replay' sh "$to"
}
