# The hosts' TPMs, who made them, and what the boot measures. Sourced by tests/lab/lab.
# shellcheck shell=bash

tpm_help() {
    cat <<'EOT'
usage: lab tpm N COMMAND
  reset [replay]      shut the TPM of host N down, and start it again, behind the
                      back of its dom0: resetCount goes up. 'replay': extend again
                      what was extended since power-on, in order, so that the
                      PCRs are what they were
  cut [replay]        the same without shutting it down first, as when the power
                      fails: its clock may go back a little
  resume              as after suspend to RAM: restartCount goes up, PCRs stay
  status              lines of: firmware, loader (what has measured), extends
  events              what the boot loader measured: PCR, digest, text
EOT
}

# One maker of TPMs for the lab: a root, and an issuer of EK certificates.
make_tpm_maker() {
    local dir=$STATE/ca
    mkdir "$dir"
    printf '%s\n' "statedir = $dir" "signingkey = $dir/signkey.pem" \
        "issuercert = $dir/issuercert.pem" "certserial = $dir/certserial" \
        >"$dir/localca.conf"
    printf '%s\n' "create_certs_tool = $(command -v swtpm_localca)" \
        "create_certs_tool_config = $dir/localca.conf" \
        "create_certs_tool_options = /etc/swtpm-localca.options" \
        >"$dir/setup.conf"
}

# What 'xlsec enroll' wants to know of the maker: root alone, and both.
tpm_maker_roots() {
    local dir=$STATE/ca
    cp "$dir/swtpm-localca-rootca-cert.pem" "$dir/root.pem"
    cp "$dir/issuercert.pem" "$dir/issuer.pem"
    cat "$dir/root.pem" "$dir/issuer.pem" >"$dir/roots.pem"
}

make_tpm() {
    mkdir "$STATE/tpm$1"
    swtpm_setup --tpm2 --config "$STATE/ca/setup.conf" --tpmstate "$STATE/tpm$1" \
        --create-ek-cert --create-platform-cert --pcr-banks sha256 --overwrite \
        >"$STATE/log/tpm-setup$1" 2>&1 ||
        die "swtpm_setup failed: see $STATE/log/tpm-setup$1"
}

await_socket() {
    for _ in $(seq 50); do
        [ ! -S "$1" ] || return 0
        sleep 0.1
    done
    die "$2 did not start: $(cat "$STATE/log/$2")"
}

# swtpm, and the line before it, to which QEMU connects.
start_tpm() {
    local dir=$STATE/tpm$1
    rm -f "$dir/swtpm" "$dir/sock"
    start "tpm$1" swtpm socket --tpm2 --tpmstate "dir=$dir" \
        --ctrl "type=unixio,path=$dir/swtpm"
    await_socket "$dir/swtpm" "tpm$1"
    start "line$1" "$STATE/bin/tpmline" "$dir"
    await_socket "$dir/sock" "line$1"
}

# le32 NUMBER: four bytes.
le32() {
    # shellcheck disable=SC2059 # the format is made of hex digits
    printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' \
        $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24)))"
}

# loader_event PCR DIGEST TEXT: a TCG_PCR_EVENT2 of the type EV_IPL, its text with
# a NUL behind it, as GRUB writes them.
loader_event() {
    le32 "$1"
    le32 13
    le32 1
    printf '\x0b\x00'
    # shellcheck disable=SC2001,SC2059 # the format is made of hex digits
    printf "$(sed 's/../\\x&/g' <<<"$2")"
    le32 $((${#3} + 1))
    printf '%s\0' "$3"
}

loader_text() {
    loader_event 8 "$(printf %s "$2" | sha256sum | cut -c1-64)" "$1: $2"
}

loader_file() { loader_event 9 "$(sha256sum <"$IMAGE/$1" | cut -c1-64)" "/boot/$1"; }

# What GRUB's tpm module measures of Xen and its modules: files into PCR 9, their
# command lines into PCR 8.
write_loader_events() {
    local LC_ALL=C
    {
        loader_file xen
        loader_text kernel_cmdline "$2"
        loader_file vmlinuz
        loader_text module_cmdline "$3"
        loader_file initrd
    } >"$STATE/tpm$1/loader.events"
    cp "$STATE/tpm$1/loader.events" "$STATE/host$1/share/"
}

# shellcheck disable=SC2016 # for awk
show_loader_events() {
    od -An -v -tu1 -w1 "$STATE/tpm$1/loader.events" | awk '
        { b[NR - 1] = $1 }
        function number(at) {
            return b[at] + 256 * (b[at + 1] + 256 * (b[at + 2] + 256 * b[at + 3]))
        }
        END {
            for (at = 0; at < NR; at += 50 + len) {
                len = number(at + 46)
                printf "%d ", number(at)
                for (i = 0; i < 32; i++) printf "%02x", b[at + 14 + i]
                printf " "
                for (i = 0; i < len - 1; i++) printf "%c", b[at + 50 + i]
                print ""
            }
        }'
}

# tpm N COMMAND
lab_tpm() {
    case ${1-} in
    ''|-h|--help|help) tpm_help; return ;;
    esac
    host_arg "$1"
    need_up
    shift
    case ${1-} in
    '') die "say what to do with the TPM of host $N: 'lab tpm --help'" ;;
    events) show_loader_events "$N" ;;
    *) "$STATE/bin/tpmline" "$STATE/tpm$N" "$@" ;;
    esac
}
