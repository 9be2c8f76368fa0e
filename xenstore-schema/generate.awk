# SPDX-License-Identifier: LGPL-2.1-only
# generate.awk: keys.schema as C (-v out=c) or as a document (-v out=md).
function fail(what) {
    printf "%s:%d: %s\n", FILENAME, FNR, what >"/dev/stderr"
    failed = 1
    exit 1
}
function rest(text) {
    sub(/^[a-z]+[ \t]+/, "", text)
    return text
}
function need(field) {
    if (!(field in entry))
        fail("the entry has no " field)
    return entry[field]
}
function finish(n) {
    if (!open)
        return
    if ("value" in entry) {
        n = ++values
        value[n] = entry["value"]
        if (value[n] in number)
            fail("value " value[n] " comes twice")
        number[value[n]] = n
        if (split(need("octets"), octets, " ") != 2)
            fail("octets are two numbers")
        least[n] = octets[1] + 0
        most[n] = octets[2] + 0
        value_says[n] = need("says")
    } else {
        n = ++keys
        key[n] = need("key")
        where[n] = need("in")
        holds[n] = need("holds")
        max[n] = need("max") + 0
        writer[n] = need("writer")
        source[n] = need("source")
        says[n] = need("says")
        if (where[n] != "stream" && where[n] != "config")
            fail("a key is in stream or in config")
        if (!(holds[n] in number))
            fail("no kind of value " holds[n])
        if (key[n] !~ /^[a-z_{}\/-]+$/)
            fail("the pattern " key[n] " has other characters")
    }
    split("", entry)
    open = 0
}
function as_c(i) {
    print "/* Made of xenstore-schema/keys.schema: change that. */"
    print "#include \"xenstore-schema/schema.h\"\n"
    print "static const struct xls_schema_key table[] = {"
    for (i = 1; i <= keys; i++)
        printf "    {XLS_SCHEMA_%s, \"%s\", XLS_SCHEMA_%s, %d, %d, %d},\n", \
            toupper(where[i]), key[i], toupper(holds[i]), max[i], \
            least[number[holds[i]]], most[number[holds[i]]]
    print "};\n"
    print "const struct xls_schema_key *xls_schema_key(size_t at)\n{"
    print "    return at < sizeof(table) / sizeof(table[0]) ? &table[at] : NULL;"
    print "}"
}
function as_md(i) {
    print "# Keys of Xen's store\n"
    print "This page is made of `xenstore-schema/keys.schema`, from which the guard's own table is made too. What a migration"
    print "brings that is not in it is refused. libxl writes these keys for the guest that it builds.\n"
    print "| in | key | value | octets of the key | what | who writes it | in Xen's sources |"
    print "|---|---|---|---|---|---|---|"
    for (i = 1; i <= keys; i++)
        printf "| %s | `%s` | %s | up to %d | %s | %s | %s |\n", where[i], \
            key[i], holds[i], max[i], says[i], writer[i], source[i]
    print "\nIn *stream*: EMULATOR_XENSTORE_DATA, below `/local/domain/DM/device-model/DOMID/`. In *config*: c_info.xsdata, below"
    print "`/local/domain/DOMID/`.\n"
    print "In a key, `{hex}` is 1 to 16 of the digits 0-9 a-f. `{path}` is one name or more of the characters 0-9 A-Z a-z _ @ -, with"
    print "one slash between two of them, and none at the end.\n"
    print "| value | octets | what |"
    print "|---|---|---|"
    for (i = 1; i <= values; i++)
        printf "| %s | %d to %d | %s |\n", value[i], least[i], most[i], \
            value_says[i]
    print "\n## What xlsec writes itself\n"
    print "Below the domain of a guest whose migration is not settled there is a mark, for people and programs that look at a host. It"
    print "only shows: what counts is in the journals (`xl secure-status`), and the guest cannot read it. Only `cap` is read again: by"
    print "whoever resumes the guest, or sends it once more.\n"
    print "| key | value | there |"
    print "|---|---|---|"
    print "| `/local/domain/DOMID/xlsec/open` | `ID HOST`: the migration, in 32 hexadecimal digits, and the destination | at the source, below the suspended `NAME--migratedaway`, from COMMIT on, until the copy is destroyed or the guest goes on |"
    print "| `/local/domain/DOMID/xlsec/incoming` | `ID HOST`: the migration and the source | at the destination, below `NAME--incoming`, from PREPARED on, until the guest is started or the copy destroyed |"
    print "| `/local/domain/DOMID/xlsec/cap` | a number in decimal: the CPU cap that the guest had | at the source, below a guest that is slowed, from before its cap is changed until it has it back |"
}
/^#/ { next }
/^[ \t]*$/ { finish(); next }
/^(value|octets|key|in|holds|max|writer|source|says)[ \t]/ {
    if ($1 in entry)
        fail($1 " comes twice")
    if (!open && $1 != "value" && $1 != "key")
        fail("an entry begins with value or key")
    entry[$1] = rest($0)
    open = 1
    next
}
{ fail("not understood: " $0) }
END {
    if (failed)
        exit 1
    finish()
    if (keys == 0)
        fail("no keys")
    if (out == "c")
        as_c()
    else
        as_md()
}
