# shellcheck shell=bash disable=SC2016 # what is in single quotes expands in the host
# One migration with one fault at one step of it, on real hosts, and what came of
# it. Wants $work, a folder, lib/secure.sh and lib/tests.sh.
#
# helpers/fault.c is in the toolstack's programs: it stops one of them at a step
# (a call of libxl's or of a journal's), and then something is done from outside,
# or makes that call fail. A fault that did not happen is a failure.

# The guest: so many MB (with Debian's kernel it needs more than 80), and a kernel
# of this machine's (helpers/small-kernel makes one that is content with 32).
XLSEC_MATRIX_MB=${XLSEC_MATRIX_MB:-96}
XLSEC_MATRIX_KERNEL=${XLSEC_MATRIX_KERNEL:-}
M_ENV=LD_PRELOAD=/root/fault/fault.so
at=1          # the host that the guest runs on; 0: it is to be made anew
m_src=1 m_dst=2

m_now() { date +%s%3N; }

# m_host source|destination: its number
m_host() { if [ "$1" = source ]; then echo "$m_src"; else echo "$m_dst"; fi; }

# --- the hosts ----------------------------------------------------------------------

# The limits are short, so that a case is: a silent peer is given up after 5 s, and
# the source ends, in doubt, after asking for 6.
m_conf() {
    local n
    for n in 1 2; do
        lab exec $n -n 'printf "[time]\nstall = 5\nhandshake = 5\nsettle = 6\n" >/etc/xen/xlsec/xlsec.conf
            mkdir -p /var/lib/xlsec/handover; chmod 700 /var/lib/xlsec/handover
            find /var/lib/xlsec /run/xlsec /etc/xen/xlsec -type f >/root/fault/files; sync' || return 1
    done
}

# m_up [EVIDENCE]: two hosts that know each other, with the fault's library.
m_up() {
    local n
    cc -shared -fPIC -O2 -o "${work:?}/fault.so" "${here:?}/helpers/fault.c" -ldl -lpthread &&
        lab up && secure_setup || return 1
    for n in 1 2; do
        lab exec $n -n mkdir -p /root/fault && lab put $n "$work/fault.so" /root/fault/ &&
            lab put $n "$here/helpers/look" /root/fault/ || return 1
        [ -z "$XLSEC_MATRIX_KERNEL" ] ||
            lab put $n "$XLSEC_MATRIX_KERNEL" /usr/local/lib/xlsec-lab/small || return 1
    done
    m_conf || return 1
    for n in 1 2; do SECURE_ENV=$M_ENV secure_daemon $n || return 1; done
}

# m_fresh: whatever was, one guest runs on host 1, and nothing is open.
m_fresh() {
    local n
    lab wire pass
    for n in 1 2; do
        lab exec $n -n true >/dev/null 2>&1 || lab reboot $n --cut
        lab exec $n -n 'pkill -9 "^(xlsec|xl-migrate-secu|xl-secure-reco)"
            umount -l /var/lib/xlsec/handover 2>/dev/null
            rm -f /root/fault/plan /root/fault/go
            for d in $(xl list | awk "NR > 2 { print \$2 }"); do xl destroy $d; done
            grep -L "^state \(closed\|committed\|burned\|unsure\)" /var/lib/xlsec/handover/* | xargs -r rm -f' >/dev/null 2>&1
        SECURE_ENV=$M_ENV secure_daemon $n
    done
    # little to hash: what the machine has is for the migrations
    XLSEC_GUEST_KERNEL=${XLSEC_MATRIX_KERNEL:+/usr/local/lib/xlsec-lab/small} \
        XLSEC_GUEST_EXTRA='block=4 dirty=1' lab guest 1 g1 "$XLSEC_MATRIX_MB" && at=1
}

m_look() { lab exec "$1" -n /root/fault/look "${2-}" 2>/dev/null || echo "journal host$1 unreachable ?"; }

# m_open: the journals that are not settled, on both hosts. (What is unsure is over
# at that host; the source's says whether somebody still has to decide.)
m_open() {
    local n
    for n in $m_src $m_dst; do
        m_look "$n" journals | awk -v n="$n" '$1 == "journal" && $3 !~ /^(closed|committed|burned|unsure)$/ { print n, $2, $3, $4 }'
    done
}

# --- what the guest says --------------------------------------------------------------

# m_lines N: "COUNT HASH" of each of this guest's lines on host N
m_lines() {
    lab exec "$1" -n 'cat /var/log/xen/guest-g1.log /var/log/xen/guest-g1--incoming.log 2>/dev/null' 2>/dev/null |
        tr -d '\r' | sed -n "s/^\(tick\|CORRUPT\) \([0-9]*\) hash \([^ ]*\) secret $m_secret.*/\2 \3 \1/p"
}

m_note_guest() {
    m_secret='' m_secret=$(lab exec "$at" -n 'cat /var/log/xen/guest-g1.log /var/log/xen/guest-g1--incoming.log 2>/dev/null' |
        tr -d '\r' | sed -n 's/^tick [0-9]* hash [^ ]* secret \([0-9a-f]*\).*/\1/p' | tail -n 1)
    [ "$at" != 1 ] && [ "$at" != 2 ] && return 1
    m_first=$(m_lines "$at" | tail -n 1 | cut -d' ' -f1)
    [ -n "$m_first" ] || { echo "the guest says nothing"; return 1; }
}

# m_counted: from where it was, every number once, with one hash. What two copies
# both say in the second in which one of them stops may be there twice: the last
# line of the one, which its console held, is the other's first.
m_counted() {
    local n
    for n in 1 2; do
        { m_lines $n; cat "$work/before.$n" 2>/dev/null; } | sort -un |
            awk -v first="$m_first" '$1 >= first' >"$work/lines.$n"
    done
    ! grep -h CORRUPT "$work"/lines.[12] || return 1
    [ "$(cut -d' ' -f2 "$work"/lines.[12] | sort -u | wc -l)" = 1 ] || { echo "other hashes"; return 1; }
    local twice
    twice=$(comm -12 <(cut -d' ' -f1 "$work/lines.1" | sort) <(cut -d' ' -f1 "$work/lines.2" | sort) | wc -l)
    [ "$twice" -le 1 ] || { echo "TWO RAN: both hosts have the same $twice lines"; return 1; }
    cut -d' ' -f1 "$work"/lines.[12] | sort -un |
        awk 'NR > 1 && $1 != last + 1 { print "a gap: " last ", " $1; bad = 1 } { last = $1 } END { exit bad }' ||
        { cat "$work"/heard.[12]; m_heard 1; m_heard 2; return 1; } 2>/dev/null
}

# --- what is done to them -------------------------------------------------------------

m_kill() { # SIDE WHAT...
    local side=$1 n
    n=$(m_host "$side")
    shift
    case $1 in
    tool)
        if [ "$side" = source ]; then set -- pkill -9 -x xl-migrate-secu
        else set -- pkill -9 -f '^xlsecd --inetd'; fi ;;
    listener) set -- pkill -9 -xf xlsecd ;;
    host) set -- sh -c 'pkill -9 -xf xlsecd; pkill -9 -f "^xlsecd --inetd"' ;;
    *) set -- pkill -9 -x "$1" ;;
    esac
    lab exec "$n" -n "$@" || { echo "nothing was killed: $*"; return 1; }
}

# m_heard N: the last that the host has of the guest, as it is
m_heard() {
    lab exec "$1" -n 'for f in /var/log/xen/guest-g1*.log; do echo "host '"$1"', $f:"; tail -c 500 $f; echo; done' 2>/dev/null | tr -d '\r'
}

# What the host has heard of the guest, once its console daemon has it too, is read
# before its power goes.
m_save_lines() {
    sleep 1
    m_lines "$1" >>"$work/before.$1"
    m_heard "$1" >"$work/heard.$1"
}

# The listener alone: what serves a connection has its name, and lives on.
m_listen() {
    lab exec "$(m_host "$1")" -n "setsid env $M_ENV xlsecd >>/var/log/xlsecd.log 2>&1 </dev/null & sleep 1"
}

m_daemon() { SECURE_ENV=$M_ENV secure_daemon "$(m_host "$1")"; }

# m_act WORD ARGS: the fault, once the step is reached
m_act() {
    local n
    case $1 in
    kill) m_kill "$2" "${@:3}" ;;
    kill-listener) m_kill "$2" listener ;;
    kill-both) m_kill source tool && m_kill destination tool ;;
    cut | lose) lab wire cut ;;
    delay) lab wire delay "$2" ;;
    reboot | off)
        n=$(m_host "$2")
        m_save_lines "$n"
        lab off "$n" --cut ;;
    fill) lab exec "$(m_host "$2")" -n 'cat /dev/zero >/var/lib/xlsec/handover/.full 2>/dev/null
            [ "$(df --output=avail /var/lib/xlsec/handover | tail -n 1)" -eq 0 ]' ;;
    eat) m_eat "$2" ;;
    none) ;; # the plan itself is the fault
    *) echo "no such act: $1"; return 1 ;;
    esac
}

# m_eat LEAVE: another guest takes the destination's memory, all but so many MB
m_eat() {
    local free
    free=$(lab exec "$m_dst" -n "xl info | sed -n 's/^free_memory *: //p'")
    XLSEC_GUEST_WAIT=paused lab guest "$m_dst" fat $((free - $1)) 2>&1 || return 1
    echo "of $free MB free there are $(lab exec "$m_dst" -n "xl info | sed -n 's/^free_memory *: //p'")"
}

# What has to be there before: m_before WORD ARGS
m_before() {
    case $1 in
    fill) # a small file system under the journals; 'full': and no room on it
        lab exec "$(m_host "$2")" -n 'mount -t tmpfs -o mode=0700,size=256k tmpfs /var/lib/xlsec/handover' || return 1
        [ "${3-}" != full ] || m_act fill "$2" ;;
    eat) m_eat "$2" ;;
    plan) lab exec "$(m_host "$2")" -n "echo '${*:3}' >/root/fault/plan" ;;
    esac
}

# m_was_hit PLAN BEFORE: what was to happen beside the act has happened
m_was_hit() {
    case $2 in
    plan*) m_reach "$(m_host "$(cut -d' ' -f2 <<<"$2")")" || { echo "not hit: $2"; return 1; } ;;
    esac
    [ -n "$1" ] || grep -qE 'No space left|MiB are free' "$work/tool" ||
        { echo "it knows nothing of it"; cat "$work/tool"; return 1; }
}

# m_undo: what m_before and m_act made is gone
m_undo() {
    lab wire pass
    lab exec "$m_src" -n 'umount -l /var/lib/xlsec/handover 2>/dev/null; true'
    lab exec "$m_dst" -n 'umount -l /var/lib/xlsec/handover 2>/dev/null
        ! xl domid fat >/dev/null 2>&1 || xl destroy fat'
}

# m_after WORD ARGS: the fault ends by itself
m_after() {
    case $1 in
    kill-listener) m_listen "$2" ;;
    kill) [ "$3" != host ] || m_daemon "$2" ;;
    cut) # SECONDS
        sleep "$2"
        m_link=$(m_now)
        lab wire pass ;;
    delay)
        sleep "$3"
        m_link=$(m_now)
        lab wire pass ;;
    reboot)
        lab reboot "$(m_host "$2")" --cut && m_daemon "$2" ;;
    esac
}

# m_return WORD ARGS: what was lost for good comes back in the end
m_return() {
    case $1 in
    lose)
        m_link=$(m_now)
        lab wire pass ;;
    off) lab reboot "$(m_host "$2")" --cut && m_daemon "$2" ;;
    esac
}

# m_person WORD...: what cannot be settled by the hosts is still open, and a person
# says what xlsec-handover(7) has for it; then what was lost comes back.
m_person() {
    local word=$1 side=$2 n status=0
    n=$(m_host "$side")
    lab exec "$n" -n xl secure-recover g1
    grep -qE '^journal .* (commit|prepared) ' <<<"$(m_look "$n")" || { echo "nothing is open at the $side"; return 1; }
    for _ in $(seq 20); do # xlsecd may be asking at this moment
        status=0
        lab exec "$n" -n xl secure-recover "--$word" --vouch g1 g1 >"$work/person" 2>&1 || status=$?
        grep -q 'acts for it' "$work/person" || break
        sleep 0.5
    done
    cat "$work/person"
    echo "secure-recover --$word: $status"
    case $status in 0 | 4) ;; *) return 1 ;; esac
    m_by=person
    [ "$(lab exec "$n" -n 'xl list | awk "\$1 == \"g1\"" | wc -l')" = "${3:-1}" ] ||
        { echo "that did not start it"; return 1; }
}

# --- a case ---------------------------------------------------------------------------

# m_reach HOST: the step is reached; the time that it was there
m_reach() {
    lab exec "$1" -n 'i=0; until [ -s /root/fault/hit ] || [ $i -gt 900 ]; do
            i=$((i + 1)); sleep 0.1; done; cat /root/fault/hit' >"$work/hit" && [ -s "$work/hit" ]
}

# m_settle SECONDS: nothing is open any more
m_settle() {
    local until=$(($(m_now) + $1 * 1000))
    while [ "$(m_now)" -lt $until ]; do
        m_left=$(m_open)
        [ -n "$m_left" ] || { m_settled=$(m_now); return 0; }
        sleep 0.2
    done
    return 1
}

# m_rest: what is left on both hosts, beside one guest g1; in $m_where where that is
m_rest() {
    local n look left='' where=''
    for n in 1 2; do
        look=$(m_look $n | sort) # guests come before processes
        grep -q '^guest g1 ' <<<"$look" && where=$where$n
        left+=$(awk -v n=$n 'NF == 0 { next } $1 == "guest" && $2 == "g1" { mine = 1; if ($4 ~ /^..p|s/) print n, $0; next }
            $1 == "journal" && $3 ~ /^(closed|committed|burned|unsure)$/ { next }
            /^process .*xlsecd --watch/ && mine { next }
            { print n, $0 }' <<<"$look")
    done
    m_where=$where
    [ -z "$left" ] || { echo "left: $left"; return 1; }
}

# m_ticks N: it says a new number there, within some seconds
m_ticks() {
    local i before
    before=$(m_lines "$1" | wc -l)
    for i in $(seq 10); do
        sleep 0.7
        [ "$(m_lines "$1" | wc -l)" -le $((before + 1)) ] || return 0
    done
    echo "it stands still on host $1 ($i)"
    return 1
}

# m_judge WANT STATUS: one guest, where it belongs, that counts on; nothing else
m_judge() {
    local i out=''
    for i in $(seq 15); do
        out=$(m_rest; echo "where=$m_where")
        m_where=${out##*where=}
        [[ $out == *left:* ]] || break
        sleep 1
    done
    [[ $out != *left:* ]] || { echo "$out"; return 1; }
    case $m_where in
    12) echo "it is on both hosts"; return 1 ;;
    '') m_outcome=gone at=0 ;;
    "$m_src") m_outcome=here at=$m_where ;;
    *) m_outcome=there at=$m_where ;;
    esac
    [[ " ${1//,/ } " == *" $m_outcome "* ]] || { echo "it is $m_outcome, where '$1' belongs"; return 1; }
    case $2:$m_outcome in
    0:there | 0:gone | 1:here | 3:here | 4:* | 137:* | off:*) ;;
    *) echo "exit status $2, and it is $m_outcome"; return 1 ;;
    esac
    [ $m_outcome != gone ] || return 0
    m_ticks "$at" && m_counted
}

# m_trace SIDE: from the trace at the source: ms from when the journal begins to say
# that the guest is to go on here until libxl has resumed it, how much of it is
# libxl's, and ms from the fault, if that was at the source, by the same clock
m_trace() {
    local hit=0
    [ "$1" != source ] || hit=$(cut -d' ' -f1 "$work/hit" 2>/dev/null || echo 0)
    lab exec "$m_src" -n 'cat /root/fault/trace 2>/dev/null' >"$work/trace" 2>/dev/null
    lab exec "$m_dst" -n 'cat /root/fault/trace 2>/dev/null' >"$work/trace.there" 2>/dev/null
    awk -v hit="${hit:-0}" '/ pwrite state back / && !known { known = $1 }
        / libxl_domain_resume begins/ { began = $1 }
        / libxl_domain_resume ends 0/ { runs = $1; libxl = $1 - began }
        END { print runs && known ? runs - known : "-", runs ? libxl : "-", runs && hit ? runs - hit : "-" }' "$work/trace"
}

m_clear() {
    local n
    rm -f "$work"/before.[12] "$work"/heard.[12] "$work/hit"
    for n in 1 2; do
        lab exec $n -n 'cd /root/fault && rm -f plan hit go trace' || return 1
    done
}

# m_migrate: the tool's status goes to $work/status; off: its host went down
m_migrate() {
    local status=0
    timeout 200 "$LAB_CMD" exec "$m_src" -n "env $M_ENV /usr/local/sbin/xl-migrate-secure g1 xen$m_dst" \
        >"$work/tool" 2>&1 </dev/null || status=$?
    [ $status != 255 ] || status=off
    echo $status >"$work/status"
}

# m_play SIDE PLAN BEFORE ACT WANT PERSON
m_play() {
    local side=$1 plan=$2 before=$3 act=$4 want=$5 person=$6 pid known libxl
    m_src=$at m_dst=$((3 - at))
    m_by='' m_link='' m_settled='' m_status='' m_outcome='-' m_times='- - -'
    m_clear && m_note_guest || return 1
    # shellcheck disable=SC2086 # words
    [ -z "$before" ] || m_before $before || return 1
    [ -z "$plan" ] || lab exec "$(m_host "$side")" -n "echo '$plan' >/root/fault/plan" || return 1
    m_migrate &
    pid=$!
    [ -z "$plan" ] || m_reach "$(m_host "$side")" ||
        { echo "the step was not reached"; cat "$work/tool"; wait $pid; return 1; }
    # shellcheck disable=SC2086
    m_act $act || { lab exec "$(m_host "$side")" -n 'touch /root/fault/go'; wait $pid; return 1; }
    m_fault=$(m_now)
    lab exec "$(m_host "$side")" -n 'touch /root/fault/go' >/dev/null 2>&1
    # shellcheck disable=SC2086
    m_after $act || return 1
    wait $pid
    m_status=$(cat "$work/status")
    m_left=$(m_open)
    if [ -z "$m_left" ]; then
        m_settled=$(m_now)
        case $m_status in 137 | off) m_by=xlsecd ;; *) m_by=itself ;; esac
    fi
    if [ -n "$person" ]; then
        # shellcheck disable=SC2086
        m_person $person || return 1
    fi
    # shellcheck disable=SC2086
    m_return $act || return 1
    [ -n "$m_settled" ] && [ -z "$person" ] || m_settle 45 || { echo "still open: $m_left"; return 1; }
    m_by=${m_by:-xlsecd}
    m_times=$(m_trace "$side")
    read -r known libxl _ <<<"$m_times"
    m_undo && m_was_hit "$plan" "$before" && m_judge "$want" "$m_status" || return 1
    [ "$known" = - ] || [ $((known - libxl)) -le 2000 ] || { echo "it stood still for $known ms (libxl: $libxl)"; return 1; }
}

# m_case NAME SIDE PLAN BEFORE ACT WANT PERSON: a line of $results, and one to see
m_case() {
    local name=$1 began=$SECONDS verdict=ok
    shift
    [ $at != 0 ] || m_fresh >"$work/fresh" 2>&1 || { echo "no hosts to try on: $(tail -n 3 "$work/fresh")"; exit 1; }
    m_play "$@" >"$work/out" 2>&1 || verdict=WRONG
    local known libxl since settle=- link=-
    read -r known libxl since <<<"$m_times"
    [ -z "$m_settled" ] || settle=$((m_settled - m_fault))
    [ -z "$m_settled" ] || [ -z "$m_link" ] || link=$((m_settled > m_link ? m_settled - m_link : 0))
    {
        printf '%s\t' "$name" "$verdict" "$m_outcome" "$m_status" "$m_by" "$settle" "$known" "$libxl" "$since" "$link"
        tail -n 1 "$work/out" | tr '\t\n' '  '
        echo
    } >>"${results:?}"
    if [ $verdict = ok ]; then
        passed=$((passed + 1))
        echo "ok - $name: $m_outcome, exit $m_status, settled by $m_by in $settle ms, resumed in $known ms (libxl $libxl; $since after the fault), after the link $link ms ($((SECONDS - began)) s)"
    else
        failed=$((failed + 1))
        echo "not ok - $name"
        { tail -n 20 "$work/out"; cat "$work/tool"; m_look 1; m_look 2; tail -n 30 "$work/trace" "$work/trace.there"
            lab exec 1 -n tail -n 12 /var/log/xlsecd.log; lab exec 2 -n tail -n 12 /var/log/xlsecd.log; } 2>&1 | sed 's/^/#   /'
        at=0
    fi
}
