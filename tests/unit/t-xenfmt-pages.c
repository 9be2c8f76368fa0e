/* SPDX-License-Identifier: LGPL-2.1-only */
/* Page data: entries, passes, and that pages flow. */
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "xenfmt-build.h"
#include "xenfmt/judge.h"

#define F(type) ((uint64_t)(type) << 60)

static struct xb pvh(void)
{
    return xb_new(XLS_FMT_LIBXC, XLS_GUEST_PVH, 3);
}

/* A record of a later pass, before TSC_INFO. */
static struct xb_rec *later(struct xb *xb, uint64_t first, uint32_t count)
{
    struct xb_rec *rec = xb_insert(xb, xb_find(xb, "tsc", 0), "later", 1, 0);

    xb_pages(rec, first, count, 1);
    return rec;
}

START_TEST(entries)
{
    static const struct {
        const char *rule;
        size_t at;
        uint64_t value;
    } list[] = {
        {"S-70", 0, 0},
        {"S-70", 0, 1025},
        {"S-70", 0, 0xffffffff},
        {"S-74", 0, 1023},
        {"S-74", 0, 512},
        {"S-71", 16, 1 | UINT64_C(1) << 52},
        {"S-71", 16, 1 | UINT64_C(1) << 59},
        {"S-72", 16, 1 | F(1)},
        {"S-72", 16, 1 | F(4)},
        {"S-72", 16, 1 | F(7)},
        {"S-72", 16, 1 | F(9)},
        {"S-72", 16, 1 | F(12)},
        {"S-72", 16, 1 | F(14)},
        {"S-73", 16, UINT64_C(1) << 33},
        {"S-73", 16, (UINT64_C(1) << 52) - 1},
        {"S-73", 16, XB_PAGES + XLS_PFN_SLACK},
        {"S-74", 16, 1 | F(15)}, /* content less than the pages */
        {"S-74", 40, 4},         /* content more than the pages */
        {"S-75", 16, 0},
        {"S-75", 24, 0},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xb xb = pvh();

        xb_poke64(xb_find(&xb, "pages", 0), list[i].at, list[i].value);
        xb_refuse(&xb, list[i].rule);
        xb_free(&xb);
    }
}
END_TEST

START_TEST(lengths)
{
    static const struct {
        const char *rule;
        long more;
    } list[] = {{"S-74", 8}, {"S-74", -8}, {"S-74", 4096}, {"S-74", -4096}};

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xb xb = pvh();
        struct xb_rec *rec = xb_find(&xb, "pages", 0);

        xb_size(rec, (size_t)((long)rec->len + list[i].more));
        xb_refuse(&xb, list[i].rule);
        xb_free(&xb);
    }
}
END_TEST

#define TABLE(slot) (8 + 1024 * 8 + 4096 + (size_t)(slot)*8)

/* Frame 1 of the first record is of a type, and a page of zeros. */
static struct xb_rec *table(struct xb *xb, unsigned type)
{
    struct xb_rec *rec = xb_find(xb, "pages", 0);

    xb_poke64(rec, 16, 1 | F(type));
    memset(rec->body + TABLE(0), 0, 4096);
    return rec;
}

START_TEST(kinds_of_a_pv_guest)
{
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 3);
    struct xb_rec *rec = table(&xb, 0);

    for (unsigned type = 0; type < 16; type++) {
        bool good = type <= 4 || (type >= 9 && type <= 12);

        xb_poke64(rec, 16, 1 | F(type));
        if (good) {
            xb_accept(&xb);
        } else {
            xb_refuse(&xb, type == 13 || type == 15 ? "S-74" : "S-72");
        }
    }
    xb_free(&xb);
}
END_TEST

/* One slot of a table of this type holds pte. */
static void slot(struct xb *xb, const char *rule, unsigned type, unsigned at,
                 uint64_t pte)
{
    struct xb_rec *rec = table(xb, type);

    xb_poke64(rec, TABLE(at), pte);
    if (rule == NULL) {
        xb_accept(xb);
    } else {
        xb_refuse(xb, rule);
    }
}

/* [S-150] [S-151] [S-152] */
START_TEST(page_tables)
{
    static const uint64_t last = (uint64_t)(XB_P2M - 1) << 12;
    static const uint64_t flags = UINT64_C(0xfff) << 52;
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 3);

    for (unsigned level = 1; level <= 4; level++) {
        for (unsigned pin = 0; pin <= 8; pin += 8) {
            unsigned type = level | pin;

            slot(&xb, NULL, type, 0, last | flags | 0x7f);
            slot(&xb, NULL, type, 511, last | 1);
            slot(&xb, "S-150", type, 0, (last + 4096) | 1);
            slot(&xb, "S-150", type, 511, UINT64_C(1) << 51 | 1);
            slot(&xb, NULL, type, 5, UINT64_C(1) << 51 | 0xffe);
            slot(&xb, level == 1 ? NULL : "S-151", type, 7, last | 0x81);
            slot(&xb, NULL, type, 8, last | 0x80);
            slot(&xb, level == 4 ? "S-152" : NULL, type, 256, last | 1);
            slot(&xb, level == 4 ? "S-152" : NULL, type, 271, 2);
            slot(&xb, NULL, type, 255, last | 1);
            slot(&xb, NULL, type, 272, last | 1);
        }
    }
    slot(&xb, NULL, 0, 0, UINT64_MAX); /* no table */
    xb_free(&xb);
}
END_TEST

/* [S-72] [S-80] [S-81] [S-85] A 32-bit guest has three levels of tables. */
START_TEST(narrow_pv_guests)
{
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 3);
    struct xb_rec *rec = xb_find(&xb, "pages", 0);

    xb_poke(xb_find(&xb, "pvinfo", 0), 0, "\x4\x3", 2);
    xb_refuse(&xb, "S-81");
    xb_size(xb_find(&xb, "p2m", 0), 8 + 3 * 8);
    xb_refuse(&xb, "S-85");
    xb_size(xb_find(&xb, "basic", 0), 2808);
    xb_size(xb_find(&xb, "basic", 1), 2808);
    xb_accept(&xb);
    slot(&xb, NULL, 11, 3, 0x1001);
    slot(&xb, "S-152", 11, 4, 0x1000);
    slot(&xb, "S-152", 3, 511, 1);
    slot(&xb, NULL, 10, 511, 1);
    xb_poke64(rec, 16, 1 | F(12));
    xb_refuse(&xb, "S-72");
    xb_poke64(rec, 16, 1 | F(4));
    xb_refuse(&xb, "S-72");
    xb_free(&xb);
}
END_TEST

/* [S-76] */
START_TEST(first_pass_has_no_gap)
{
    struct xb xb;

    for (size_t i = 0; i < 2; i++) {
        xb = pvh();
        xb_cut(&xb, xb_find(&xb, "pages", i));
        xb_refuse(&xb, "S-76");
        xb_free(&xb);
        xb = pvh();
        xb_swap(&xb, xb_find(&xb, "pages", i));
        xb_refuse(&xb, "S-76");
        xb_free(&xb);
    }
    xb = pvh();
    xb_poke64(xb_find(&xb, "pages", 0), 8, 1 | F(15)); /* starts at 1 */
    xb_poke64(xb_find(&xb, "pages", 0), 16, 2);
    xb_refuse(&xb, "S-75");
    xb_pages(xb_find(&xb, "pages", 0), 1, 1023, 3);
    xb_refuse(&xb, "S-76");
    xb_pages(xb_find(&xb, "pages", 0), 0, 1023, 3); /* short, not the last */
    xb_pages(xb_find(&xb, "pages", 1), 1023, 1024, 3);
    xb_refuse(&xb, "S-76");
    xb_free(&xb);
}
END_TEST

/* The last record of the first pass: lost, it leaves a parameter without its
 * frame [S-97]; doubled, it is not a second pass [S-79]; a full one in the
 * middle that is doubled leaves the rest beyond the first pass [S-77]. */
START_TEST(first_pass_has_its_end)
{
    struct xb xb = pvh();

    xb_cut(&xb, xb_find(&xb, "pages", 2));
    xb_refuse(&xb, "S-97");
    xb_free(&xb);
    for (size_t i = 0; i < 3; i++) {
        xb = pvh();
        xb_twice(&xb, xb_find(&xb, "pages", i));
        xb_refuse(&xb, "S-79");
        xb_free(&xb);
    }
    xb = pvh();
    later(&xb, XB_P2M - 13, 13);
    xb_accept(&xb);
    xb_free(&xb);
    xb = pvh();
    xb_pages(xb_insert(&xb, xb_find(&xb, "pages", 2), "again", 1, 0), 5, 1024,
             0);
    xb_refuse(&xb, "S-77");
    xb_free(&xb);
}
END_TEST

/* [S-77] */
START_TEST(later_passes)
{
    struct xls_guard_facts facts;
    struct xb xb = pvh();
    struct xb_rec *rec;
    uint8_t *bytes;
    size_t len;
    size_t got;

    later(&xb, 7, 1);
    later(&xb, 7, 1); /* the same frame, in the next pass */
    later(&xb, 0, 1024);
    later(&xb, 1024, 1024); /* goes on */
    later(&xb, 2048, 2);    /* goes on, and ends */
    later(&xb, 2055, 2);    /* another one */
    xb_accept(&xb);
    bytes = xb_bytes(&xb, &len);
    T(xb_run(xb.fmt, &xb.limits, bytes, len, len, NULL, &facts, &got) ==
      XLS_OK);
    T(facts.passes == 5 && facts.p2m_size == XB_P2M);
    T(facts.pfns == XB_P2M + 1 + 1 + 2050 + 2 && facts.pages == 9 + 6);
    free(bytes);
    rec = later(&xb, XB_P2M - 1, 2);
    xb_refuse(&xb, "S-77");
    xb_cut(&xb, rec);
    for (uint32_t i = 5; i < XLS_PASSES_MAX; i++) {
        later(&xb, 3, 1);
    }
    xb_accept(&xb);
    later(&xb, 3, 1);
    xb_refuse(&xb, "S-77");
    xb_free(&xb);
}
END_TEST

/* [S-78] The judge by itself: the same full record, pass after pass. */
START_TEST(pages_in_all)
{
    static const struct xls_libxc_limits limits = {1, 1, XLS_GUEST_PVH};
    uint32_t most = (uint32_t)(XLS_PAGES_REPEATED * (1 + XLS_PAGES_SLACK));
    struct xb xb = pvh();
    struct xb_rec *rec = xb_find(&xb, "pages", 0);
    struct xls_libxc lx;
    struct xls_finding why = {0};
    uint32_t sent = 0;
    uint32_t pages = 0;
    enum xls_rc rc = XLS_OK;

    xls_libxc_init(&lx, &limits);
    lx.hvm = true;
    for (uint64_t first = 0; rc == XLS_OK; first += 1024) {
        struct xls_part part = {rec->body, 8 + 1024 * 8, 0, 0};

        xb_pages(rec, first, 1024, 1024);
        part.at = rec->body;
        part.total = (uint32_t)rec->len;
        rc = xls_rec_page_list(&lx, &part, &pages, &why);
        sent += rc == XLS_OK ? pages : 0;
    }
    T(rc == XLS_PEER_RANGE && strcmp(why.rule, "S-78") == 0);
    T(sent <= most && sent + 1024 > most);
    xb_free(&xb);
}
END_TEST

/* [S-2] A page's octets come back as they go in, and not as a copy. */
START_TEST(pages_flow)
{
    struct xb xb = pvh();
    struct xls_guard *g = NULL;
    size_t len;
    uint8_t *bytes = xb_bytes(&xb, &len);
    const uint8_t *in = bytes;
    const uint8_t *out;
    size_t left = len;
    size_t out_len;
    size_t spans = 0;

    T(xls_guard_new(xb.fmt, &xb.limits, &g) == XLS_OK);
    while (left > 0) {
        T(xls_guard_step(g, &in, &left, &out, &out_len) == XLS_OK);
        if (out_len == 3 * 4096) {
            T(out == in - out_len);
            spans++;
        }
    }
    T(spans == 3 && xls_guard_end(g) == XLS_OK);
    xls_guard_free(g);
    free(bytes);
    xb_free(&xb);
}
END_TEST

/* [S-3] [S-81] [S-82] A P2M of many pieces, and a frame outside in the last. */
START_TEST(p2m_in_pieces)
{
    static const struct xls_libxc_limits limits = {1 << 22, 1, XLS_GUEST_PV};
    const uint32_t frames = 8192; /* 32 MiB of guest for each 8 octets */
    struct xb xb = xb_new(XLS_FMT_LIBXC, XLS_GUEST_PV, 3);
    struct xb_rec *rec = xb_find(&xb, "p2m", 0);
    struct xls_finding why;
    uint8_t *bytes;
    size_t len;
    size_t got;

    xb.limits.max_pages = limits.max_pages;
    xb_size(rec, 8 + 8 * frames);
    xb_poke32(rec, 4, frames * 512 - 1);
    xb_refuse(&xb, "S-83");
    xb_poke64(rec, rec->len - 8, frames * 512);
    bytes = xb_bytes(&xb, &len);
    T(xb_run(xb.fmt, &xb.limits, bytes, len, len, &why, NULL, &got) ==
      XLS_PEER_RANGE);
    T(strcmp(why.rule, "S-82") == 0);
    T(got > why.offset && got < why.offset + 8 + rec->len - 8);
    free(bytes);
    xb_free(&xb);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        entries,
        lengths,
        kinds_of_a_pv_guest,
        narrow_pv_guests,
        page_tables,
        first_pass_has_no_gap,
        first_pass_has_its_end,
        later_passes,
        pages_in_all,
        pages_flow,
        p2m_in_pieces,
    };

    return t_run("xenfmt-pages", list, T_COUNT(list));
}
