/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Every field of every record, one at a time: each good value is accepted,
 * each bad one refused for its rule.  t-xenfmt-fields --table prints the
 * table of doc/STREAM.md, section 12; tests/streams/t-fields.sh compares.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "xenfmt-build.h"

#define VALUES 10
#define KEEP   UINT64_C(0x6b656570) /* the value that is there: it is good */
#define NONE                                                                   \
    {                                                                          \
        0, 0, 0                                                                \
    }
#define GOOD(...) {__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / 8
#define BAD(...)  {__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / 8
#define NO_BAD    {0}, 0

enum op { POKE, SIZE, TYPE };

struct poke {
    uint16_t at;
    uint8_t width;
    uint64_t value;
};

struct row {
    const char *record; /* Xen's name; of HVM_CONTEXT, and the entry's */
    const char *field;
    const char *rule; /* "any": every content is accepted */
    enum op op;       /* a value at a place, the length, or the type */
    uint16_t at;      /* octet of the record's body, or of the entry */
    uint8_t width;    /* octets */
    struct poke before;
    uint64_t good[VALUES];
    size_t good_count;
    uint64_t bad[VALUES];
    size_t bad_count;
};

static const struct row rows[] = {
#include "xenfmt-fields.def"
};

/* Xen's records by their names in a built stream. */
static const struct {
    const char *record;
    const char *built;
    enum xls_guest_type guest;
} records[] = {
    {"xl header", "xl", XLS_GUEST_HVM},
    {"xl header, optional data", "config", XLS_GUEST_HVM},
    {"libxl header", "libxl", XLS_GUEST_HVM},
    {"LIBXC_CONTEXT", "context", XLS_GUEST_HVM},
    {"EMULATOR_XENSTORE_DATA", "xenstore", XLS_GUEST_HVM},
    {"EMULATOR_CONTEXT", "emulator", XLS_GUEST_HVM},
    {"libxl END", "libxl end", XLS_GUEST_HVM},
    {"image header", "image", XLS_GUEST_HVM},
    {"domain header", "domain", XLS_GUEST_HVM},
    {"X86_CPUID_POLICY", "cpuid", XLS_GUEST_HVM},
    {"X86_MSR_POLICY", "msr", XLS_GUEST_HVM},
    {"STATIC_DATA_END", "static", XLS_GUEST_HVM},
    {"PAGE_DATA", "pages", XLS_GUEST_HVM},
    {"X86_TSC_INFO", "tsc", XLS_GUEST_HVM},
    {"HVM_CONTEXT", "hvmctx", XLS_GUEST_HVM},
    {"HVM_PARAMS", "params", XLS_GUEST_HVM},
    {"END", "end", XLS_GUEST_HVM},
    {"X86_PV_INFO", "pvinfo", XLS_GUEST_PV},
    {"X86_PV_P2M_FRAMES", "p2m", XLS_GUEST_PV},
    {"PAGE_DATA, PV", "pages", XLS_GUEST_PV},
    {"SHARED_INFO", "shared", XLS_GUEST_PV},
    {"X86_PV_VCPU_BASIC", "basic", XLS_GUEST_PV},
    {"X86_PV_VCPU_EXTENDED", "extended", XLS_GUEST_PV},
    {"X86_PV_VCPU_XSAVE", "xsave", XLS_GUEST_PV},
    {"X86_PV_VCPU_MSRS", "msrs", XLS_GUEST_PV},
};

/* Entries of HVM_CONTEXT, with what makes them good ones. */
static const struct {
    const char *name;
    uint16_t code;
    uint16_t instance;
    uint16_t len;
    struct poke set[3];
} entries[] = {
    {"HEADER", 1, 0, 24, {NONE}},
    {"CPU", 2, 0, 1032, {NONE}},
    {"PIC", 3, 0, 8, {{5, 1, 0x40}}},
    {"PIC, second", 3, 1, 8, {NONE}},
    {"IOAPIC", 4, 0, 400, {{0, 8, 0xfec00000}}},
    {"LAPIC", 5, 1, 24, {{12, 4, 2}}},
    {"LAPIC_REGS", 6, 1, 1024, {NONE}},
    {"PCI_IRQ", 7, 0, 16, {NONE}},
    {"ISA_IRQ", 8, 0, 8, {NONE}},
    {"PCI_LINK", 9, 0, 8, {NONE}},
    {"PIT", 10, 0, 56, {{15, 1, 1}, {31, 1, 1}}},
    {"RTC", 11, 0, 24, {NONE}},
    {"HPET", 12, 0, 1048, {{0, 4, 0x8086a201}}},
    {"PMTIMER", 13, 0, 8, {NONE}},
    {"MTRR", 14, 1, 240, {NONE}},
    {"VIRIDIAN_DOMAIN", 15, 0, 32, {NONE}},
    {"CPU_XSAVE", 16, 1, 24 + 832, {{8, 8, 7}, {16, 8, 7}}},
    {"VIRIDIAN_VCPU", 17, 1, 216, {NONE}},
    {"VMCE_VCPU", 18, 1, 32, {NONE}},
    {"TSC_ADJUST", 19, 1, 8, {NONE}},
    {"CPU_MSR", 20, 1, 24, {{0, 4, 1}, {8, 4, 0x48}}},
};

static void put(struct xb_rec *rec, size_t at, const struct poke *poke)
{
    uint8_t octets[8];

    for (size_t i = 0; i < 8; i++) {
        octets[i] = (uint8_t)(poke->value >> 8 * i);
    }
    xb_poke(rec, at + poke->at, octets, poke->width);
}

/* The record of HVM_CONTEXT with an entry in it, which starts at *at. */
static struct xb_rec *with_entry(struct xb *xb, const char *name, size_t *at)
{
    struct xb_rec *rec = xb_find(xb, "hvmctx", 0);
    size_t n = 0;

    while (n < T_COUNT(entries) && strcmp(entries[n].name, name) != 0) {
        n++;
    }
    ck_assert_msg(n < T_COUNT(entries), "no entry %s", name);
    if (entries[n].code <= 2) { /* there already */
        *at = entries[n].code == 1 ? 8 : 40;
        return rec;
    }
    *at = rec->len;
    xb_size(rec, rec->len + entries[n].len + 8);
    xb_poke32(rec, *at - 8,
              entries[n].code | (uint32_t)entries[n].instance << 16);
    xb_poke32(rec, *at - 4, entries[n].len);
    for (size_t i = 0; i < T_COUNT(entries[n].set); i++) {
        put(rec, *at, &entries[n].set[i]);
    }
    return rec;
}

/* A good stream, the record of a row, and where the row's octets count from. */
static struct xb_rec *ground(const struct row *row, struct xb *xb, size_t *at)
{
    static const char context[] = "HVM_CONTEXT ";

    *at = 0;
    if (strncmp(row->record, context, sizeof(context) - 1) == 0) {
        *xb = xb_new(XLS_FMT_XL, XLS_GUEST_HVM, 3);
        return with_entry(xb, row->record + sizeof(context) - 1, at);
    }
    for (size_t i = 0; i < T_COUNT(records); i++) {
        if (strcmp(records[i].record, row->record) == 0) {
            *xb = xb_new(XLS_FMT_XL, records[i].guest, 3);
            return xb_find(xb, records[i].built, 0);
        }
    }
    ck_abort_msg("no record %s", row->record);
}

/* What the guard says of the row's stream with this value. */
static void try_value(const struct row *row, uint64_t value, const char *rule)
{
    struct poke poke = {row->at, row->width, value};
    struct xls_finding why = {0};
    struct xb xb;
    size_t at;
    size_t len;
    size_t got;
    struct xb_rec *rec = ground(row, &xb, &at);
    uint8_t *bytes;

    put(rec, at, &row->before);
    if (value != KEEP && row->op == POKE) {
        put(rec, at, &poke);
    } else if (value != KEEP && row->op == SIZE) {
        xb_size(rec, value);
    } else if (value != KEEP) {
        rec->type = (uint32_t)value;
    }
    bytes = xb_bytes(&xb, &len);
    (void)xb_run(xb.fmt, &xb.limits, bytes, len, SIZE_MAX, &why, NULL, &got);
    ck_assert_msg(strcmp(why.rule, rule) == 0,
                  "%s, %s, 0x%llx: wanted \"%s\", got \"%s\": %s", row->record,
                  row->field, (unsigned long long)value, rule, why.rule,
                  why.text);
    free(bytes);
    xb_free(&xb);
}

START_TEST(each_good_value_is_accepted)
{
    for (size_t i = 0; i < T_COUNT(rows); i += t_stride(7)) {
        T(rows[i].good_count >= 1);
        for (size_t n = 0; n < rows[i].good_count; n++) {
            try_value(&rows[i], rows[i].good[n], "");
        }
    }
}
END_TEST

START_TEST(each_bad_value_is_refused)
{
    for (size_t i = 0; i < T_COUNT(rows); i += t_stride(7)) {
        T((rows[i].bad_count == 0) == (strcmp(rows[i].rule, "any") == 0));
        for (size_t n = 0; n < rows[i].bad_count; n++) {
            try_value(&rows[i], rows[i].bad[n], rows[i].rule);
        }
    }
}
END_TEST

static int table_print(void)
{
    (void)printf("| record | field | octet | width | rule |\n"
                 "|---|---|---|---|---|\n");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct row *row = &rows[i];

        if (row->op == POKE) {
            (void)printf("| %s | %s | %u | %u | %s |\n", row->record,
                         row->field, row->at, row->width, row->rule);
        } else {
            (void)printf("| %s | %s | | | %s |\n", row->record, row->field,
                         row->rule);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    const TTest *const list[] = {
        each_good_value_is_accepted,
        each_bad_value_is_refused,
    };

    if (argc == 2 && strcmp(argv[1], "--table") == 0) {
        return table_print();
    }
    return t_run("xenfmt-fields", list, T_COUNT(list));
}
