# SPDX-License-Identifier: LGPL-2.1-only
# From lcov's form to the report's second half: lines covered by folder, file
# and function, and the lines of xenfmt that were never reached.

function percent(hit, of) {
    return of == 0 ? 100 : 100 * hit / of
}

# Line l of file f, for a table.
function text_of(f, l,    n, line, found) {
    while ((getline line < (top f)) > 0)
        if (++n == l)
            found = line
    close(top f)
    gsub(/^[ \t]+/, "", found)
    gsub(/\|/, "\\|", found)
    return found
}

/^SF:/ {
    file = substr($0, 4)
    sub(/^.*\/libxlsec\//, "libxlsec/", file)
    ours = file ~ /^libxlsec\/(base|xenfmt|proto)\/.*\.c$/
    folder = file
    sub(/\/[^\/]*$/, "", folder)
    if (ours) {
        files[++file_count] = file
        folders[folder] = 1
    }
}
ours && /^FN:/ {
    split(substr($0, 4), part, ",")
    sub(/^.*:/, "", part[2])
    start[file, part[2]] = part[1] + 0
    funcs[++func_count] = file SUBSEP part[2]
}
ours && /^DA:/ {
    split(substr($0, 4), part, ",")
    lines[file]++
    lines[folder]++
    seen[file, part[1]] = 1
    if (part[2] > 0) {
        hit[file]++
        hit[folder]++
    } else {
        missed[file] = missed[file] " " part[1]
    }
    last[file] = part[1] + 0
    count[file, part[1]] = part[2] + 0
}

END {
    print "\n## Coverage of lines\n\n| folder | lines | reached | |"
    print "|---|---:|---:|---:|"
    for (f in folders)
        printf "| %s | %d | %d | %.1f %% |\n", f, lines[f], hit[f],
            percent(hit[f], lines[f]) | "sort"
    close("sort")
    print "\n| file | lines | reached | |\n|---|---:|---:|---:|"
    for (i = 1; i <= file_count; i++)
        printf "| %s | %d | %d | %.1f %% |\n", files[i], lines[files[i]],
            hit[files[i]], percent(hit[files[i]], lines[files[i]]) | "sort"
    close("sort")

    # a function's lines: from its first to the next one's
    for (i = 1; i <= func_count; i++) {
        split(funcs[i], part, SUBSEP)
        first = start[funcs[i]]
        end = last[part[1]]
        for (j = 1; j <= func_count; j++) {
            split(funcs[j], other, SUBSEP)
            if (other[1] == part[1] && start[funcs[j]] > first &&
                start[funcs[j]] <= end)
                end = start[funcs[j]] - 1
        }
        n = got = 0
        for (l = first; l <= end; l++)
            if ((part[1], l) in seen) {
                n++
                got += count[part[1], l] > 0
            }
        if (got == n)
            whole++
        else
            partly[++partly_count] = sprintf("| %s | %s | %d | %d | %.1f %% |",
                part[1], part[2], n, got, percent(got, n))
    }
    printf "\n## Functions\n\nOf %d functions %d are reached in every line; " \
        "the others:\n\n", func_count, whole
    print "| file | function | lines | reached | |\n|---|---|---:|---:|---:|"
    for (i = 1; i <= partly_count; i++)
        print partly[i] | "sort"
    close("sort")

    print "\n## Lines of xenfmt that no input reached\n"
    print "| line | |\n|---|---|"
    for (i = 1; i <= file_count; i++) {
        if (files[i] !~ /\/xenfmt\//)
            continue
        n = split(missed[files[i]], at, " ")
        for (j = 1; j <= n; j++)
            printf "| %s:%d | `%s` |\n", files[i], at[j],
                text_of(files[i], at[j])
    }
}
