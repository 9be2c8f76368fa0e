/* SPDX-License-Identifier: LGPL-2.1-only */
/* Every rule of doc/STREAM.md on streams: one change, one refusal. */
#include <string.h>

#include "t.h"
#include "xenfmt-build.h"

enum op { CUT, TWICE, SWAP, POKE8, POKE32, POKE64, SIZE, PAD, PAGES, INSERT };

/* What is done to one record of a good stream, and the rule that says no. */
struct spoil {
    const char *rule;
    const char *rec;
    size_t nth;
    enum op op;
    size_t at; /* octet; PAGES: frames; INSERT: octets of body */
    uint64_t value;
};

static void spoil(struct xb *xb, const struct spoil *s)
{
    struct xb_rec *rec = xb_find(xb, s->rec, s->nth);
    uint8_t octet = (uint8_t)s->value;

    switch (s->op) {
    case CUT:
        xb_cut(xb, rec);
        break;
    case TWICE:
        xb_twice(xb, rec);
        break;
    case SWAP:
        xb_swap(xb, rec);
        break;
    case POKE8:
        xb_poke(rec, s->at, &octet, 1);
        break;
    case POKE32:
        xb_poke32(rec, s->at, (uint32_t)s->value);
        break;
    case POKE64:
        xb_poke64(rec, s->at, s->value);
        break;
    case SIZE:
        xb_size(rec, (size_t)s->value);
        break;
    case PAD:
        rec->pad = 1;
        break;
    case PAGES:
        xb_pages(rec, s->value, (uint32_t)s->at, 3);
        break;
    case INSERT:
        xb_insert(xb, rec, "new", (uint32_t)s->value, s->at);
        break;
    }
}

static void refuse_each(enum xls_fmt fmt, enum xls_guest_type type,
                        uint32_t version, const struct spoil *list,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct xb xb = xb_new(fmt, type, version);

        spoil(&xb, &list[i]);
        xb_refuse(&xb, list[i].rule);
        xb_free(&xb);
    }
}

#define REFUSE_EACH(fmt, type, version, list)                                  \
    refuse_each(fmt, type, version, list, T_COUNT(list))

#define F(type) ((uint64_t)(type) << 60)
#define NEW     INSERT

START_TEST(good_streams_are_accepted)
{
    for (uint32_t fmt = XLS_FMT_XL; fmt <= XLS_FMT_LIBXC; fmt++) {
        for (uint32_t type = XLS_GUEST_PV; type <= XLS_GUEST_PVH; type++) {
            for (uint32_t version = 2; version <= 3; version++) {
                struct xb xb = xb_new((enum xls_fmt)fmt,
                                      (enum xls_guest_type)type, version);

                xb_accept(&xb);
                xb.limits.type = XLS_GUEST_ANY;
                xb_accept(&xb);
                xb_free(&xb);
            }
        }
    }
}
END_TEST

START_TEST(xl_header_fields)
{
    static const struct spoil list[] = {
        {"S-10", "xl", 0, POKE8, 0, 'x'},
        {"S-10", "xl", 0, POKE8, 31, '\n'},
        {"S-11", "xl", 0, POKE32, 32, 0x04030201},
        {"S-12", "xl", 0, POKE32, 36, 1},
        {"S-12", "xl", 0, POKE32, 36, 2},
        {"S-12", "xl", 0, POKE32, 36, 7},
        {"S-13", "xl", 0, POKE32, 40, 0xdeadbeef},
        {"S-14", "xl", 0, POKE32, 44, 0},
        {"S-14", "xl", 0, POKE32, 44, 6},
        {"S-14", "xl", 0, POKE32, 44, (1 << 20) + 6},
        {"S-14", "xl", 0, POKE32, 44, 0xffffffff},
        {"S-15", "config", 0, POKE32, 0, 0xffffffff},
        {"S-15", "config", 0, POKE32, 0, 0},
        {"S-15", "config", 0, POKE32, 0, 20},
        {"S-16", "config", 0, POKE8, 20, 0},
        {"S-26", "config", 0, POKE8, 28, 'q'},
        {"S-40", "libxl", 0, POKE8, 0, 'l'},
        {"S-40", "libxl", 0, POKE8, 11, 1},
        {"S-40", "libxl", 0, POKE8, 15, 1},
        {"S-40", "libxl", 0, POKE8, 15, 2},
        {"S-4", "libxl end", 0, CUT, 0, 0},
    };
    struct xb xb = xb_new(XLS_FMT_XL, XLS_GUEST_PVH, 3);
    struct xb_rec *rec = xb_find(&xb, "config", 0);

    rec->body[rec->len - 1] = ' ';
    xb_refuse(&xb, "S-16");
    xb_free(&xb);
    REFUSE_EACH(XLS_FMT_XL, XLS_GUEST_PVH, 3, list);
}
END_TEST

START_TEST(libxl_records)
{
    static const struct spoil list[] = {
        {"S-41", "libxl end", 0, NEW, 0, 4},
        {"S-41", "libxl end", 0, NEW, 8, 5},
        {"S-41", "libxl end", 0, NEW, 0, 6},
        {"S-41", "libxl end", 0, NEW, 0, 0x80000001},
        {"S-50", "context", 0, TWICE, 0, 0}, /* read as libxc's header */
        {"S-41", "context", 0, CUT, 0, 0},   /* an image header as a record */
        {"S-42", "xenstore", 0, TWICE, 0, 0},
        {"S-42", "xenstore", 0, SWAP, 0, 0},
        {"S-42", "emulator", 0, TWICE, 0, 0},
        {"S-42", "emulator", 0, SWAP, 0, 0},
        {"S-42", "emulator", 0, CUT, 0, 0},
        {"S-43", "context", 0, SIZE, 0, 8},
        {"S-43", "libxl end", 0, SIZE, 0, 8},
        {"S-43", "xenstore", 0, SIZE, 0, 8},
        {"S-43", "xenstore", 0, SIZE, 0, 32776},
        {"S-43", "emulator", 0, SIZE, 0, 16},
        {"S-43", "emulator", 0, SIZE, 0, (1 << 20) + 8},
        {"S-44", "xenstore", 0, PAD, 0, 0},
        {"S-44", "emulator", 0, PAD, 0, 0},
        {"S-45", "xenstore", 0, POKE32, 0, 3},
        {"S-45", "xenstore", 0, POKE32, 0, 1}, /* and 2 in the other */
        {"S-45", "emulator", 0, POKE32, 0, 0},
        {"S-45", "emulator", 0, POKE32, 4, 1},
        {"S-46", "xenstore", 0, POKE8, 8, '/'},
        {"S-46", "xenstore", 0, POKE8, 16, 'g'},
        {"S-46", "xenstore", 0, POKE8, 19, 'x'},
        {"S-240", "xenstore", 0, POKE8, 31, 7},
        {"S-46", "xenstore", 0, SIZE, 0, 40},
        {"S-46", "xenstore", 0, SIZE, 0, 69},
        {"S-46", "xenstore", 0, SIZE, 0, 94},
        {"S-47", "emulator", 0, POKE8, 8, 'q'},
        {"S-47", "emulator", 0, POKE8, 15, 2},
        {"S-244", "emulator", 0, POKE8, 16, 7},
        {"S-47", "emulator", 0, POKE8, 316, 1},
        {"S-252", "emulator", 0, SIZE, 0, 316},
        {"S-253", "emulator", 0, SIZE, 0, 325},
        {"S-4", "libxl end", 0, CUT, 0, 0},
        {"S-4", "libxl end", 0, TWICE, 0, 0},
    };
    REFUSE_EACH(XLS_FMT_LIBXL, XLS_GUEST_HVM, 3, list);
}
END_TEST

/* [S-48] */
START_TEST(emulator_records_are_for_hvm_only)
{
    struct xb xb = xb_new(XLS_FMT_LIBXL, XLS_GUEST_HVM, 3);
    struct xb_rec *rec;

    xb.limits.type = XLS_GUEST_PVH;
    xb_refuse(&xb, "S-42");
    xb.limits.type = XLS_GUEST_ANY;
    xb_accept(&xb);
    xb_cut(&xb, xb_find(&xb, "xenstore", 0));
    xb.limits.type = XLS_GUEST_HVM;
    xb_accept(&xb);
    xb_cut(&xb, xb_find(&xb, "emulator", 0));
    xb_refuse(&xb, "S-42");
    xb.limits.type = XLS_GUEST_ANY;
    xb_accept(&xb);
    xb_free(&xb);

    xb = xb_new(XLS_FMT_LIBXL, XLS_GUEST_PV, 3);
    rec = xb_insert(&xb, xb_find(&xb, "libxl end", 0), "emulator", 3, 316);
    (void)rec;
    xb_refuse(&xb, "S-42");
    xb_free(&xb);
}
END_TEST

START_TEST(libxc_headers)
{
    static const struct spoil list[] = {
        {"S-50", "image", 0, POKE8, 0, 0},
        {"S-50", "image", 0, POKE8, 8, 0},
        {"S-50", "image", 0, POKE8, 15, 1},
        {"S-50", "image", 0, POKE8, 15, 4},
        {"S-50", "image", 0, POKE8, 17, 1},
        {"S-50", "image", 0, POKE8, 16, 1},
        {"S-65", "image", 0, POKE8, 18, 1},
        {"S-65", "image", 0, POKE8, 23, 1},
        {"S-51", "domain", 0, POKE32, 0, 0},
        {"S-51", "domain", 0, POKE32, 0, 3},
        {"S-51", "domain", 0, POKE32, 0, 1},
        {"S-52", "domain", 0, POKE8, 4, 13},
        {"S-52", "domain", 0, POKE8, 4, 44},
        {"S-65", "domain", 0, POKE8, 6, 1},
        {"S-53", "domain", 0, POKE32, 8, 0},
        {"S-53", "domain", 0, POKE32, 12, 100},
        {"S-64", "image", 0, POKE8, 15, 2},
    };

    REFUSE_EACH(XLS_FMT_LIBXC, XLS_GUEST_PVH, 3, list);
}
END_TEST

START_TEST(libxc_records_of_hvm_guests)
{
    static const struct spoil list[] = {
        {"S-60", "tsc", 0, NEW, 0, 0x13},
        {"S-60", "tsc", 0, NEW, 0, 0x80000013},
        {"S-60", "tsc", 0, NEW, 0, 0x80000001},
        {"S-61", "tsc", 0, NEW, 0, 0x0b},
        {"S-61", "tsc", 0, NEW, 0, 0x0d},
        {"S-61", "end", 0, NEW, 0, 0x0e},
        {"S-61", "tsc", 0, NEW, 8, 0x0f},
        {"S-62", "end", 0, SIZE, 0, 8},
        {"S-62", "static", 0, SIZE, 0, 8},
        {"S-62", "tsc", 0, SIZE, 0, 32},
        {"S-62", "tsc", 0, SIZE, 0, 16},
        {"S-62", "cpuid", 0, SIZE, 0, 0},
        {"S-62", "cpuid", 0, SIZE, 0, 25},
        {"S-62", "cpuid", 0, SIZE, 0, 257 * 24},
        {"S-62", "msr", 0, SIZE, 0, 65 * 16},
        {"S-62", "hvmctx", 0, SIZE, 0, 32},
        {"S-62", "hvmctx", 0, SIZE, 0, (1 << 20) + 8},
        {"S-62", "params", 0, SIZE, 0, 8},
        {"S-62", "params", 0, SIZE, 0, 8 + 40 * 16},
        {"S-64", "cpuid", 0, CUT, 0, 0},
        {"S-64", "cpuid", 0, TWICE, 0, 0},
        {"S-64", "cpuid", 0, SWAP, 0, 0},
        {"S-64", "msr", 0, CUT, 0, 0},
        {"S-64", "msr", 0, TWICE, 0, 0},
        {"S-64", "msr", 0, SWAP, 0, 0},
        {"S-64", "static", 0, CUT, 0, 0},
        {"S-64", "static", 0, TWICE, 0, 0},
        {"S-64", "static", 0, SWAP, 0, 0},
        {"S-64", "tsc", 0, CUT, 0, 0},
        {"S-64", "tsc", 0, TWICE, 0, 0},
        {"S-64", "tsc", 0, SWAP, 0, 0},
        {"S-64", "hvmctx", 0, CUT, 0, 0},
        {"S-64", "hvmctx", 0, TWICE, 0, 0},
        {"S-64", "hvmctx", 0, SWAP, 0, 0},
        {"S-64", "params", 0, CUT, 0, 0},
        {"S-64", "params", 0, TWICE, 0, 0},
        {"S-64", "params", 0, SWAP, 0, 0},
        {"S-64", "tsc", 0, NEW, 8, 0x02},
        {"S-4", "end", 0, CUT, 0, 0},
        {"S-4", "end", 0, TWICE, 0, 0},
        {"S-65", "msr", 0, POKE32, 4, 1},
        {"S-65", "tsc", 0, POKE32, 20, 1},
        {"S-65", "params", 0, POKE32, 4, 1},
        {"S-65", "pages", 0, POKE32, 4, 1},
        {"S-90", "cpuid", 0, POKE32, 24, 0},
        {"S-90", "cpuid", 0, SIZE, 0, 8 * 24},
        {"S-91", "msr", 0, POKE32, 16, 0xce},
        {"S-91", "msr", 0, SIZE, 0, 48},
        {"S-92", "tsc", 0, POKE32, 0, 3},
        {"S-95", "hvmctx", 0, POKE32, 0, 2},
        {"S-95", "hvmctx", 0, POKE32, 4, 0xffffffff},
        {"S-95", "hvmctx", 0, POKE32, 32, 1},
        {"S-95", "hvmctx", 0, POKE32, 32, 0},
        {"S-95", "hvmctx", 0, POKE32, 40 + 1032, 1 << 16},
        {"S-95", "hvmctx", 0, POKE32, 40 + 1032 + 4, 8},
        {"S-95", "hvmctx", 0, SIZE, 0, 40 + 1032},
        {"S-95", "hvmctx", 0, SIZE, 0, 40 + 1032 + 16},
        {"S-110", "hvmctx", 0, POKE32, 4, 16},
        {"S-110", "hvmctx", 0, POKE32, 32, 21},
        {"S-110", "hvmctx", 0, POKE32, 32, 0xffff},
        {"S-110", "hvmctx", 0, POKE32, 32, 5},
        {"S-110", "hvmctx", 0, POKE32, 32, 2 | 2 << 16},
        {"S-110", "hvmctx", 0, POKE32, 32, 3 | 2 << 16},
        {"S-96", "params", 0, POKE32, 0, 2},
        {"S-96", "params", 0, POKE32, 0, 4},
        {"S-96", "params", 0, POKE32, 12, 1},
        {"S-96", "params", 0, POKE32, 8, 0},
        {"S-96", "params", 0, POKE32, 8, 39},
        {"S-96", "params", 0, POKE32, 24, 1},
        {"S-97", "params", 0, POKE32, 16, XB_P2M},
        {"S-97", "params", 0, POKE64, 32, UINT64_MAX},
    };

    REFUSE_EACH(XLS_FMT_LIBXC, XLS_GUEST_PVH, 3, list);
}
END_TEST

/* [S-63] Only HVM_CONTEXT has a length that needs padding, when a component of
 * XSAVE's state has one. */
START_TEST(padding_of_libxc_records)
{
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PVH, 3);
    struct xb_rec *rec = xb_find(&xb, "hvmctx", 0);
    size_t at = rec->len - 8;

    xb_poke32(xb_find(&xb, "cpuid", 0), 4 * 24 + 8, 7);
    xb_size(rec, at + 8 + 24 + 839 + 8);
    xb_poke32(rec, at, 16);
    xb_poke32(rec, at + 4, 24 + 839);
    xb_poke64(rec, at + 16, 0x207);
    xb_poke64(rec, at + 24, 0x207);
    xb_accept(&xb);
    rec->pad = 1;
    xb_refuse(&xb, "S-63");
    xb_free(&xb);
}
END_TEST

START_TEST(libxc_records_of_pv_guests)
{
    static const struct spoil list[] = {
        {"S-64", "pvinfo", 0, CUT, 0, 0},
        {"S-64", "pvinfo", 0, TWICE, 0, 0},
        {"S-64", "pvinfo", 0, SWAP, 0, 0},
        {"S-64", "p2m", 0, CUT, 0, 0},
        {"S-64", "p2m", 0, TWICE, 0, 0},
        {"S-64", "p2m", 0, SWAP, 0, 0},
        {"S-64", "shared", 0, CUT, 0, 0},
        {"S-64", "shared", 0, TWICE, 0, 0},
        {"S-64", "shared", 0, SWAP, 0, 0},
        {"S-64", "basic", 0, CUT, 0, 0},
        {"S-64", "basic", 1, TWICE, 0, 0},
        {"S-64", "basic", 0, SWAP, 0, 0},
        {"S-64", "extended", 1, CUT, 0, 0},
        {"S-64", "extended", 0, TWICE, 0, 0},
        {"S-64", "extended", 1, SWAP, 0, 0},
        {"S-64", "xsave", 0, CUT, 0, 0}, /* [S-87] */
        {"S-64", "xsave", 1, CUT, 0, 0},
        {"S-64", "xsave", 0, TWICE, 0, 0},
        {"S-64", "msrs", 0, TWICE, 0, 0},
        {"S-64", "msrs", 0, SWAP, 0, 0},
        {"S-62", "pvinfo", 0, SIZE, 0, 16},
        {"S-62", "p2m", 0, SIZE, 0, 17},
        {"S-62", "shared", 0, SIZE, 0, 4104}, /* [S-89] */
        {"S-62", "basic", 0, SIZE, 0, 5184},
        {"S-62", "extended", 0, SIZE, 0, 144},
        {"S-62", "xsave", 0, SIZE, 0, 16416},
        {"S-62", "msrs", 0, SIZE, 0, 16},
        {"S-62", "msrs", 0, SIZE, 0, 8 + 12 * 16},
        {"S-65", "pvinfo", 0, POKE8, 7, 1},
        {"S-65", "basic", 0, POKE32, 4, 1},
        {"S-65", "xsave", 0, POKE32, 4, 1},
        {"S-65", "msrs", 0, POKE32, 12, 1},
        {"S-80", "pvinfo", 0, POKE8, 0, 4},
        {"S-80", "pvinfo", 0, POKE8, 1, 5},
        {"S-81", "p2m", 0, POKE32, 0, 1},
        {"S-81", "p2m", 0, POKE32, 4, 0},
        {"S-81", "p2m", 0, POKE32, 4, 0xffffffff},
        {"S-81", "p2m", 0, SIZE, 0, 56},
        {"S-81", "p2m", 0, SIZE, 0, 40},
        {"S-82", "p2m", 0, POKE64, 16, XB_P2M},
        {"S-83", "p2m", 0, POKE32, 4, XB_P2M},
        {"S-83", "pages", 2, CUT, 0, 0},
        {"S-84", "basic", 0, POKE32, 0, 1},
        {"S-84", "basic", 1, POKE32, 0, 0},
        {"S-84", "basic", 1, POKE32, 0, 2},
        {"S-84", "extended", 0, POKE32, 0, 1},
        {"S-84", "xsave", 1, POKE32, 0, 0},
        {"S-84", "msrs", 0, POKE32, 0, 1},
        {"S-85", "basic", 0, SIZE, 0, 2808},
        {"S-86", "extended", 0, POKE32, 8, 1},
        {"S-86", "extended", 0, POKE32, 12, 72},
        {"S-86", "extended", 0, SIZE, 0, 80},
        {"S-106", "xsave", 0, SIZE, 0, 24 + 840},
        {"S-106", "xsave", 0, SIZE, 0, 24 + 824},
        {"S-103", "xsave", 0, POKE64, 16, 3},
        {"S-87", "xsave", 0, POKE64, 16, 0},
        {"S-103", "xsave", 0, POKE64, 16, 0xe7},
        {"S-88", "msrs", 0, POKE32, 8, 0},
        {"S-88", "msrs", 0, SIZE, 0, 40},
        {"S-72", "pages", 0, POKE64, 16, 1 | F(5)},
        {"S-72", "pages", 0, POKE64, 16, 1 | F(8)},
        {"S-72", "pages", 0, POKE64, 16, 1 | F(14)},
    };

    REFUSE_EACH(XLS_FMT_LIBXC, XLS_GUEST_PV, 3, list);
}
END_TEST

/* [S-87] Where the CPU has no XSAVE, and in version 2, the record may be
 * absent; a record without state is one too. */
START_TEST(xsave_may_be_absent)
{
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 3);
    struct xb_rec *rec = xb_find(&xb, "xsave", 0);

    xb_poke64(rec, 8, 0);
    xb_poke64(rec, 16, 0);
    xb_size(rec, 24);
    xb_accept(&xb);
    xb_poke32(xb_find(&xb, "cpuid", 0), 40, 0);
    xb_accept(&xb);
    xb_cut(&xb, xb_find(&xb, "xsave", 1));
    xb_cut(&xb, xb_find(&xb, "xsave", 0));
    xb_accept(&xb);
    xb_cut(&xb, xb_find(&xb, "msrs", 0));
    xb_accept(&xb);
    xb_free(&xb);

    xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 2);
    xb_cut(&xb, xb_find(&xb, "xsave", 1));
    xb_accept(&xb);
    xb_free(&xb);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        good_streams_are_accepted,
        xl_header_fields,
        libxl_records,
        emulator_records_are_for_hvm_only,
        libxc_headers,
        libxc_records_of_hvm_guests,
        padding_of_libxc_records,
        libxc_records_of_pv_guests,
        xsave_may_be_absent,
    };

    return t_run("xenfmt-stream", list, T_COUNT(list));
}
