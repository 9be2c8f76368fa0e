#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
# The handover's tables are one: those of the code, of the model, and of [P-92]
# in doc/PROTOCOL.md.
set -eu
dir=${srcdir:-.}
tables=${builddir:-.}/tests/model/tables
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# of_document FILE: the steps of [P-92], as "END STATE EVENT STATE"; of a row
# that it does not know, the row.
of_document() {
    awk -F '|' '
        function trim(text) {
            gsub(/^ +| +$/, "", text)
            return text
        }
        function event(row) {
            for (n = 1; n <= count; n++) {
                if (index(row, words[n]) == 1) {
                    return names[n]
                }
            }
            return "(" row ")"
        }
        function known(word, name) {
            count++
            words[count] = word
            names[count] = name
        }
        function end_of(name) {
            end = name
            count = 0
            if (end == "source") {
                known("agreed:", "agreed")
                known("lost:", "lost")
                known("COMMITTED", "committed")
                known("BURNED", "burned")
                known("the destination cannot tell", "unknown")
                known("done:", "done")
                known("a person vouches that it has run there", "vouch-moved")
                known("a person vouches that it has not", "vouch-back")
            } else {
                known("begun:", "begun")
                known("loaded:", "loaded")
                known("lost", "lost")
                known("commit", "commit")
                known("abort", "abort")
                known("the guest is started", "started")
                known("it cannot be", "unstartable")
                known("the copy is not there", "gone")
                known("a person vouches that the source has not", "vouch-take")
                known("a person vouches that the source has it", "vouch-burn")
            }
        }
        /^\*\*\[P-92\]\*\*/ { here = 1; end_of("source") }
        /^\*\*\[P-93\]\*\*/ { here = 0 }
        !here { next }
        /^OPEN is entered when ADMIT has come\./ {
            print "source none admitted open"
            end_of("destination")
        }
        /^\| \|/ {
            columns = NF
            for (i = 3; i < NF; i++) {
                column[i] = trim($i)
                sub(/^in /, "", column[i])
                sub(/^no journal$/, "none", column[i])
            }
            next
        }
        /^\|-/ || !/^\|/ { next }
        NF != columns { print "(" $0 ")" }
        {
            for (i = 3; i < NF; i++) {
                if (trim($i) != "") {
                    print end, tolower(column[i]), event(trim($2)), tolower(trim($i))
                }
            }
        }' "$1" | sort
}

# of_lease FILE: what the lease leads to by [P-102] and [P-103], as "tables
# lease" prints it.
of_lease() {
    awk -F '|' '
        function trim(text) {
            gsub(/^ +| +$/, "", text)
            return text
        }
        # a column, as "STATE COPIES DOWNS", both of them lists
        function column_of(head,    parts, n, i, state, copies, downs) {
            n = split(head, parts, ", ")
            state = tolower(parts[1])
            sub(/^in /, "", state)
            copies = state ~ /^(prepared|taking)$/ ? "copy" : "copy/no-copy"
            downs = state ~ /^(commit|here|prepared)$/ ? "up" : "up/down"
            for (i = 2; i <= n; i++) {
                if (parts[i] == "the copy here") {
                    copies = "copy"
                } else if (parts[i] == "no copy" || parts[i] == "the copy gone") {
                    copies = "no-copy"
                } else if (parts[i] == "the other host down") {
                    downs = "down"
                } else {
                    copies = parts[i]
                    gsub(/ /, "-", copies)
                }
            }
            return state " " copies " " downs
        }
        function print_cell(end, column, value, word,    c, copies, downs, i, j, n, m) {
            split(column, c, " ")
            n = split(c[2], copies, "/")
            m = split(c[3], downs, "/")
            for (i = 1; i <= n; i++) {
                for (j = 1; j <= m; j++) {
                    print end, c[1], "lease", value, copies[i], downs[j], word
                }
            }
        }
        /^\*\*\[P-102\]\*\*/ { end = "source" }
        /^\*\*\[P-103\]\*\*/ { end = "destination" }
        /^\*\*\[P-104\]\*\*/ { end = "" }
        end == "" || /^\|-/ || !/^\|/ { next }
        /^\| the lease says/ {
            for (i = 3; i < NF; i++) {
                column[i] = column_of(trim($i))
            }
            next
        }
        {
            value = trim($2)
            gsub(/`/, "", value)
            sub(/^nothing$/, "none", value)
            for (i = 3; i < NF; i++) {
                word = trim($i)
                gsub(/`/, "", word)
                sub(/^to /, "to-", word)
                if (word != "") {
                    print_cell(end, column[i], value, word)
                }
            }
        }' "$1" | sort
}

# check TOP: prints what is wrong under it.
check() {
    "$tables" promela >"$tmp/promela"
    diff "$tmp/promela" "$1/tests/model/tables.pml" >"$tmp/diff" || {
        echo "tests/model/tables.pml (>) is not what the code's tables (<) make it:"
        cat "$tmp/diff"
    }
    "$tables" steps | sort >"$tmp/steps"
    of_document "$1/doc/PROTOCOL.md" >"$tmp/document"
    diff "$tmp/steps" "$tmp/document" >"$tmp/diff" || {
        echo "doc/PROTOCOL.md (>) has other steps in [P-92] than the code (<):"
        cat "$tmp/diff"
    }
    "$tables" lease | sort >"$tmp/steps"
    of_lease "$1/doc/PROTOCOL.md" >"$tmp/document"
    diff "$tmp/steps" "$tmp/document" >"$tmp/diff" || {
        echo "doc/PROTOCOL.md (>) has other steps in [P-102] or [P-103] than the code (<):"
        cat "$tmp/diff"
    }
}

wrong=$(check "$dir")
[ -z "$wrong" ] || {
    echo "$wrong"
    exit 1
}

# and the test can fail
mkdir -p "$tmp/top/doc" "$tmp/top/tests/model"
# expect WORDS SCRIPT FILE: what the test says when sed's SCRIPT has changed FILE.
expect() {
    cp "$dir/doc/PROTOCOL.md" "$tmp/top/doc"
    cp "$dir/tests/model/tables.pml" "$tmp/top/tests/model"
    chmod -R u+w "$tmp/top"
    sed -i "$2" "$tmp/top/$3"
    ! cmp -s "$dir/$3" "$tmp/top/$3" || {
        echo "nothing is changed by $2"
        exit 1
    }
    check "$tmp/top" | grep -qF "$1" || {
        echo "the test does not say: $1"
        exit 1
    }
}
expect '> #define SOURCE_BACK 3' 's/^#define SOURCE_BACK 4/#define SOURCE_BACK 3/' tests/model/tables.pml
expect '> source commit lost back' 's/^\(| lost: .*| BACK |\) COMMIT |/\1 BACK |/' doc/PROTOCOL.md
expect '< destination taking gone unsure' '/^| the copy is not there/s/UNSURE//' doc/PROTOCOL.md
expect '< source none admitted open' '/^OPEN is entered/d' doc/PROTOCOL.md
expect '(a person says' '/^| a person vouches that the source has it/s/vouches/says/' doc/PROTOCOL.md
# shellcheck disable=SC2016 # sed's
expect '> source commit lease offered no-copy up to-source' '/^| `offered` | to `source`/s/| | to/| to `source` | to/' doc/PROTOCOL.md
# shellcheck disable=SC2016 # the same
expect '< destination taking lease offered copy up to-taken' '/^| `offered` | commit/s/to `taken`//' doc/PROTOCOL.md
expect 'the-moon-is-full' '/^| the lease says | in PREPARED/s/the copy gone/the moon is full/' doc/PROTOCOL.md
