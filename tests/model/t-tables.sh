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
