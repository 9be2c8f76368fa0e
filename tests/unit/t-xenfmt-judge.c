/* SPDX-License-Identifier: LGPL-2.1-only */
/* Judges by themselves, and records in which one thing alone is wrong where a
 * change of one field would make two. */
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "xenfmt-build.h"
#include "xenfmt/judge.h"

/* Any octets of any length up to a few entries: an answer, and no read beyond
 * (the sanitizers look).  Too short for the shortest: never accepted. */
START_TEST(judges_take_any_octets)
{
    static const struct xls_libxc_limits limits = {4096, 2, XLS_GUEST_ANY};

    for (uint32_t type = 0; type < XLS_REC_COUNT; type++) {
        xls_judge *judge = xls_judge_of(type);

        for (size_t len = 0; judge != NULL && len < 64; len++) {
            uint8_t *body = calloc(1, len + 1);
            struct xls_part part = {body, len, 0, (uint32_t)len};
            struct xls_finding why = {0};
            struct xls_libxc lx;
            enum xls_rc rc;

            T(body != NULL);
            xls_libxc_init(&lx, &limits);
            lx.version = 3;
            lx.pv_width = 8;
            rc = judge(&lx, &part, &why);
            T(rc == XLS_OK || xls_rc_is_peer(rc));
            T(rc == XLS_OK || strncmp(why.rule, "S-", 2) == 0);
            T(rc != XLS_OK || len == 0 || len % 8 == 0);
            free(body);
        }
    }
    T(xls_judge_of(XLS_REC_COUNT) == NULL && xls_judge_of(~0U) == NULL);
}
END_TEST

/* [S-62] [S-74] PAGE_DATA cut short anywhere. */
START_TEST(page_lists_cut_short)
{
    static const struct xls_libxc_limits limits = {4096, 2, XLS_GUEST_PVH};
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PVH, 3);
    struct xb_rec *rec = xb_find(&xb, "pages", 0);
    uint32_t pages = 7;

    for (size_t len = 0; len < 8 + 8 * 1024; len++) {
        struct xls_part part = {rec->body, len, 0, (uint32_t)rec->len};
        struct xls_finding why = {0};
        struct xls_libxc lx;

        xls_libxc_init(&lx, &limits);
        lx.hvm = true;
        T(xls_rc_is_peer(xls_rec_page_list(&lx, &part, &pages, &why)));
        T(pages == 7 && lx.mem.passes == 0 && why.rule[0] == 'S');
    }
    xb_free(&xb);
}
END_TEST

/* [S-95] [S-110] [S-111] Header, CPU, one or two entries of 8 octets, end. */
static void context(const char *rule, uint32_t first, uint32_t second)
{
    const uint32_t codes[] = {first, second};
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PVH, 3);
    struct xb_rec *rec = xb_find(&xb, "hvmctx", 0);

    for (size_t i = 0; i < T_COUNT(codes) && codes[i] != 0; i++) {
        size_t at = rec->len - 8;

        xb_size(rec, rec->len + 16);
        xb_poke32(rec, at, codes[i]);
        xb_poke32(rec, at + 4, 8);
        if ((codes[i] & 0xffffU) == 3 && codes[i] >> 16 == 0) {
            rec->body[at + 8 + 5] = 0x40; /* PIC 0 is the master */
        }
    }
    if (rule == NULL) {
        xb_accept(&xb);
    } else {
        xb_refuse(&xb, rule);
    }
    xb_free(&xb);
}

#define INSTANCE(n) ((uint32_t)(n) << 16)

START_TEST(context_entries)
{
    context(NULL, 19, 0);
    context(NULL, 19 | INSTANCE(1), 0);
    context(NULL, 19, 19 | INSTANCE(1));
    context(NULL, 3, 3 | INSTANCE(1));
    context(NULL, 13, 19);
    context("S-110", 20, 0);
    context("S-110", 21, 0);
    context("S-110", 0xffff, 0);
    context("S-110", 19 | INSTANCE(2), 0);
    context("S-110", 3 | INSTANCE(2), 0);
    context("S-110", 13 | INSTANCE(1), 0);
    context("S-95", 1, 0);
    context("S-111", 19, 19);
    context("S-111", 19 | INSTANCE(1), 19);
    context("S-111", 19, 13);
}
END_TEST

/* [S-84] All records of a vCPU name it, and it is not one of the guest's, or
 * not the first. */
START_TEST(vcpus_are_the_guests)
{
    static const char *const names[] = {"basic", "extended", "xsave", "msrs"};
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 3);

    for (size_t i = 0; i < T_COUNT(names); i++) {
        xb_poke32(xb_find(&xb, names[i], 1), 0, 2);
    }
    xb_poke32(xb_find(&xb, "extended", 1), 8, 2);
    xb_refuse(&xb, "S-84");
    xb.limits.max_vcpus = 3;
    xb_accept(&xb); /* vCPU 1 is not online */
    for (size_t i = 0; i < T_COUNT(names); i++) {
        xb_poke32(xb_find(&xb, names[i], 0), 0, 1);
    }
    xb_poke32(xb_find(&xb, "extended", 0), 8, 1);
    xb_refuse(&xb, "S-84"); /* vCPU 0 is */
    xb_free(&xb);
}
END_TEST

/* [S-87] [S-106] Version 2 has no policy to say how much there has to be. */
START_TEST(xsave_of_version_2)
{
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 2);
    struct xb_rec *rec = xb_find(&xb, "xsave", 0);

    xb_size(rec, 24 + 576);
    xb_accept(&xb);
    xb_size(rec, 24 + 568);
    xb_refuse(&xb, "S-106");
    xb_size(rec, 24);
    xb_refuse(&xb, "S-106");
    xb_poke64(rec, 16, 0);
    xb_refuse(&xb, "S-87");
    xb_poke64(rec, 8, 0);
    xb_accept(&xb);
    xb_free(&xb);
}
END_TEST

/* [S-48] The same stream for each type that its guest may be. */
START_TEST(emulator_by_type)
{
    struct xb xb = xb_new(XLS_FMT_LIBXL, XLS_GUEST_HVM, 3);

    xb_accept(&xb);
    xb.limits.type = XLS_GUEST_PVH;
    xb_refuse(&xb, "S-42");
    xb.limits.type = XLS_GUEST_PV;
    xb_refuse(&xb, "S-51");
    xb_free(&xb);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        judges_take_any_octets, page_lists_cut_short, context_entries,
        vcpus_are_the_guests,   xsave_of_version_2,   emulator_by_type,
    };

    return t_run("xenfmt-judge", list, T_COUNT(list));
}
