/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The judges of records, each by itself.  An input is FZ_STATE octets, from
 * which the guard's memory of the guest follows, and then a record's body:
 *
 *   0     which of the states that a good stream has when this record comes
 *   1     bits: what of that state to change
 *   2, 3  a number of vCPUs
 *   4-7   a number of frames
 */
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "fuzz.h"
#include "xenfmt-build.h"
#include "xenfmt/judge.h"
#include "xenfmt/libxl.h"
#include "xenfmt/order.h"

#define STATES 8U

#define CHANGE_LARGE  1U /* a large guest: real records fit it */
#define CHANGE_VCPUS  2U
#define CHANGE_FRAMES 4U
#define CHANGE_OTHER  8U  /* the other version of the stream */
#define CHANGE_NARROW 16U /* a PV guest of 32 bits */
#define CHANGE_FULL   32U /* nearly all pages that may come have come */

/* What the guard knows when a record of a type comes, in good streams. */
static struct xls_libxc states[XLS_REC_COUNT][STATES];
static unsigned state_count[XLS_REC_COUNT];

static void state_keep(const struct xls_libxc *lx)
{
    uint32_t type = lx->run.type;

    if (lx->at == XLS_LIBXC_RECORDS && lx->run.at != XLS_RUN_HEAD &&
        lx->run.judged == 0 && lx->run.at != XLS_RUN_COUNT &&
        state_count[type] < STATES) {
        states[type][state_count[type]++] = *lx;
    }
}

/* Run a good stream through libxc's layer as the guard would. */
static void states_of(enum xls_guest_type type, uint32_t version)
{
    struct xb xb = xb_new(XLS_FMT_LIBXC, type, version);
    struct xls_libxc_limits limits = {xb.limits.max_pages, xb.limits.max_vcpus,
                                      type};
    struct xls_finding why = {0};
    struct xls_want want = {.next = XLS_LIBXC_FIRST};
    struct xls_libxc lx;
    size_t len;
    uint8_t *bytes = xb_bytes(&xb, &len);
    size_t at = 0;
    size_t have = want.next;

    xls_libxc_init(&lx, &limits);
    while (!want.done) {
        FZ(at + have <= len);
        state_keep(&lx);
        FZ(xls_libxc_step(&lx, bytes + at, have, &want, &why) == XLS_OK);
        if (want.more != 0) {
            have += want.more;
        } else {
            at += have + want.flow;
            have = want.next;
        }
    }
    free(bytes);
    xb_free(&xb);
}

static void states_make(void)
{
    static bool made;

    if (!made) {
        made = true;
        states_of(XLS_GUEST_PVH, 3);
        states_of(XLS_GUEST_PV, 3);
        states_of(XLS_GUEST_HVM, 2);
        states_of(XLS_GUEST_PV, 2);
    }
}

/* The state that the front of the input asks for; rd is left at the body. */
static struct xls_libxc state_of(uint32_t type, struct xls_rd *rd)
{
    static const struct xls_libxc_limits limits = {4096, 2, XLS_GUEST_ANY};
    struct xls_libxc lx;
    uint8_t which = xls_rd_u8(rd);
    uint8_t change = xls_rd_u8(rd);
    uint16_t vcpus = xls_rd_u16le(rd);
    uint32_t frames = xls_rd_u32le(rd);

    states_make();
    if (state_count[type] == 0) {
        xls_libxc_init(&lx, &limits);
    } else {
        lx = states[type][which % state_count[type]];
    }
    if ((change & CHANGE_LARGE) != 0) {
        lx.limits.max_pages = XLS_GUARD_PAGES_CEILING;
        lx.limits.max_vcpus = XLS_GUARD_VCPUS_CEILING;
        lx.mem.p2m_size = (uint64_t)1 << 20;
    }
    if ((change & CHANGE_VCPUS) != 0) {
        lx.limits.max_vcpus = vcpus % 8192U + 1;
    }
    if ((change & CHANGE_FRAMES) != 0) {
        lx.limits.max_pages = (uint64_t)frames + 1;
        lx.mem.p2m_size = frames;
    }
    if ((change & CHANGE_OTHER) != 0) {
        lx.version = 5 - lx.version;
    }
    if ((change & CHANGE_NARROW) != 0) {
        lx.pv_width = 4;
    }
    if ((change & CHANGE_FULL) != 0) { /* S-78 */
        lx.mem.pages =
            XLS_PAGES_REPEATED * (lx.limits.max_pages + XLS_PAGES_SLACK) - 2;
    }
    return lx;
}

/* CPUID: [S-90] strictly upwards.  MSR: [S-91].  Said again, another way. */
static void ascends(const struct xls_part *part, size_t unit, size_t key)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint64_t before = 0;

    FZ(part->len % unit == 0);
    for (size_t n = 0; rd.left > 0; n++) {
        struct xls_rd one = xls_rd_sub(&rd, unit);
        uint64_t now = xls_rd_u32le(&one);

        now = key == 8 ? now << 32 | xls_rd_u32le(&one) : now;
        FZ(n == 0 || now > before);
        before = now;
    }
}

/* [S-96] [S-97] */
static void params_hold(const struct xls_libxc *lx, const struct xls_part *part)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint32_t count = xls_rd_u32le(&rd);

    FZ(part->len == 8 + (size_t)count * 16 && count < 39);
    xls_rd_u32le(&rd);
    while (rd.left > 0) {
        uint64_t index = xls_rd_u64le(&rd);
        uint64_t value = xls_rd_u64le(&rd);

        FZ(index < 39);
        FZ((index != 1 && index != 17) || value < lx->mem.p2m_size);
    }
}

/* What has to hold of a body that was accepted. */
static void accepted(uint32_t type, const struct xls_libxc *lx,
                     const struct xls_part *part)
{
    switch (type) {
    case XLS_REC_CPUID_POLICY:
        ascends(part, 24, 8);
        break;
    case XLS_REC_MSR_POLICY:
        ascends(part, 16, 4);
        break;
    case XLS_REC_HVM_PARAMS:
        params_hold(lx, part);
        break;
    case XLS_REC_HVM_CONTEXT:
        FZ(lx->vcpus >= 1 && lx->vcpus <= part->len / 8);
        break;
    case XLS_REC_TSC_INFO:
        FZ(part->len == 24 && part->at[0] <= 2);
        break;
    case XLS_REC_PV_INFO:
        FZ(part->len == 8 && lx->pv_width == part->at[0]);
        break;
    case XLS_REC_VCPU_BASIC:
        FZ(part->len == (lx->pv_width == 8 ? 5176U : 2808U));
        FZ(lx->pv_vcpu < lx->limits.max_vcpus);
        break;
    default:
        break;
    }
}

void fz_judge(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_rd rd = xls_rd_over(data, len);
    struct xls_libxc lx = state_of(t->arg, &rd);
    struct xls_libxc again = lx;
    struct xls_part part = {rd.at, rd.left, 0, (uint32_t)rd.left};
    struct xls_finding why = {0};
    xls_judge *judge = xls_judge_of(t->arg);
    enum xls_rc rc;

    if (rd.rc != XLS_OK || rd.left == 0) {
        return;
    }
    rc = judge(&lx, &part, &why);
    FZ(judge(&again, &part, NULL) == rc);
    if (rc == XLS_OK) {
        accepted(t->arg, &lx, &part);
    } else {
        fz_refused(rc, &why);
    }
}

/* PAGE_DATA, head and list, with the length that follows from the types. */
void fz_pages(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_rd rd = xls_rd_over(data, len);
    struct xls_libxc lx = state_of(t->arg, &rd);
    struct xls_part part = {rd.at, rd.left, 0, (uint32_t)rd.left};
    struct xls_part head = {rd.at, 8, 0, 0};
    struct xls_finding why = {0};
    uint32_t count = 0;
    uint32_t pages = ~0U;
    enum xls_rc rc;

    if (rd.rc != XLS_OK || rd.left < 8) {
        return;
    }
    for (size_t i = 15; i < rd.left; i += 8) {
        part.total += rd.at[i] >> 4 == 0xd || rd.at[i] >> 4 == 0xf ? 0 : 4096;
    }
    head.total = part.total;
    rc = xls_rec_page_head(&head, &count, &why);
    if (rc == XLS_OK) {
        FZ(count >= 1 && count <= XLS_BATCH_MAX);
        rc = xls_rec_page_list(&lx, &part, &pages, &why);
        FZ((rc == XLS_OK) == (pages != ~0U));
    }
    if (rc == XLS_OK) {
        FZ(part.len == 8 + (size_t)count * 8 && pages <= count);
        FZ(part.total == part.len + (size_t)pages * 4096);
        FZ(lx.mem.passes >= 1 && lx.mem.passes <= XLS_PASSES_MAX);
    } else {
        fz_refused(rc, &why);
    }
}

/* One page of a PV guest's page tables, of the level that octet 2 names; what
 * the input does not have is zero. */
void fz_table(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static uint8_t page[XLS_PAGE_SIZE];
    struct xls_rd rd = xls_rd_over(data, len);
    struct xls_libxc lx = state_of(t->arg, &rd);
    struct xls_part part = {page, sizeof(page), 0, sizeof(page)};
    struct xls_finding why = {0};
    enum xls_rc rc;

    if (rd.rc != XLS_OK || rd.left > sizeof(page)) {
        return;
    }
    memset(page, 0, sizeof(page));
    memcpy(page, rd.at, rd.left);
    rc = xls_rec_table_judge(&lx, data[2] % 4U + 1, &part, &why);
    if (rc != XLS_OK) {
        fz_refused(rc, &why);
    }
}

/*
 * The passes over memory: lists made from four octets each: where it starts
 * from the place that is due, how many frames, a hole, a type.
 */
void fz_passes(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_rd rd = xls_rd_over(data, len);
    struct xls_libxc lx = state_of(t->arg, &rd);
    struct xls_finding why = {0};
    enum xls_rc rc = XLS_OK;
    static uint8_t list[8 + 8 * XLS_BATCH_MAX];

    lx.mem = (struct xls_passes){.pages = lx.mem.pages};
    while (rc == XLS_OK && rd.left >= 4) {
        struct xls_passes before = lx.mem;
        uint8_t from = xls_rd_u8(&rd);
        uint8_t n = xls_rd_u8(&rd);
        uint8_t hole = xls_rd_u8(&rd);
        uint8_t type = xls_rd_u8(&rd);
        uint32_t count = n >= 0x80 ? XLS_BATCH_MAX : n + 1U;
        uint64_t pfn = from == 0      ? lx.mem.next
                       : from >= 0x80 ? lx.mem.last_first
                                      : from - 1U;
        struct xls_part part = {list, 8 + (size_t)count * 8, 0, 0};
        uint32_t pages = 0;

        memset(list, 0, 8);
        list[0] = (uint8_t)count;
        list[1] = (uint8_t)(count >> 8);
        for (uint32_t i = 0; i < count; i++, pfn++) {
            uint64_t entry;

            pfn += hole != 0 && i == hole ? 1 : 0;
            entry = pfn | (uint64_t)(i == 0 ? type & 0xfU : 0xfU) << 60;
            for (unsigned b = 0; b < 8; b++) {
                list[8 + i * 8 + b] = (uint8_t)(entry >> 8 * b);
            }
        }
        pages = (type & 0xfU) == 0xd || (type & 0xfU) == 0xf ? 0 : 1;
        part.total = (uint32_t)part.len + pages * 4096;
        rc = xls_rec_page_list(&lx, &part, &pages, &why);
        if (rc == XLS_OK) {
            FZ(lx.mem.pfns == before.pfns + count);
            FZ(lx.mem.passes >= before.passes);
            FZ(before.p2m_size == 0 || lx.mem.p2m_size == before.p2m_size);
            FZ(lx.mem.p2m_size != 0 || lx.mem.next == lx.mem.last + 1);
            FZ(lx.mem.p2m_size == 0 || lx.mem.last < lx.mem.p2m_size);
        }
    }
    if (rc == XLS_OK && lx.mem.passes > 0) {
        rc = xls_rec_page_close(&lx, &why);
        FZ(rc != XLS_OK || lx.mem.p2m_size != 0);
    }
    if (rc != XLS_OK) {
        fz_refused(rc, &why);
    }
}

/* The emulator's records. */
void fz_emulator(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_rd rd = xls_rd_over(data, len);
    struct xls_libxl ll;
    struct xls_libxl again;
    struct xls_part part = {NULL, 0, 0, 0};
    struct xls_finding why = {0};
    enum xls_rc rc;
    enum xls_rc rc2;

    xls_libxl_init(&ll, XLS_GUEST_HVM);
    (void)xls_rd_sub(&rd, FZ_STATE); /* nothing is remembered */
    if (rd.rc != XLS_OK || rd.left == 0) {
        return;
    }
    part = (struct xls_part){rd.at, rd.left, 0, (uint32_t)rd.left};
    again = ll;
    if (t->arg == XLS_LIBXL_XENSTORE_DATA) {
        rc = xls_rec_xenstore_judge(&ll, &part, &why);
        rc2 = xls_rec_xenstore_judge(&again, &part, NULL);
        FZ(rc != XLS_OK || part.len == 8 || part.at[part.len - 1] == 0);
    } else {
        rc = xls_rec_emulator_judge(&ll, &part, &why);
        rc2 = xls_rec_emulator_judge(&again, &part, NULL);
        FZ(rc != XLS_OK || memcmp(part.at + 8, "QEVM", 4) == 0);
        FZ((rc == XLS_OK) == ll.emulated);
    }
    FZ(rc == rc2);
    if (rc != XLS_OK) {
        fz_refused(rc, &why);
    }
}

/* The two tables of order: any sequence of records; dead stays dead. */
void fz_order(const struct fz_target *t, const uint8_t *data, size_t len)
{
    enum xls_libxc_phase phase = XLS_PHASE_HVM_CPUID;
    enum xls_libxl_phase outer = XLS_LPHASE_CONTEXT;
    struct xls_finding why = {0};
    enum xls_rc rc = XLS_OK;

    (void)t;
    if (len > 0) {
        phase = (enum xls_libxc_phase)(data[0] % XLS_PHASE_COUNT);
        outer = (enum xls_libxl_phase)(data[0] % XLS_LPHASE_COUNT);
    }
    for (size_t i = 1; rc == XLS_OK && i < len; i++) {
        uint32_t type = data[i] % (XLS_REC_COUNT + 1);

        if (type == XLS_REC_COUNT) { /* the header's judge has seen to it */
            FZ(xls_order_libxc(phase, type, &phase, &why) == XLS_BUG_CONTRACT);
            FZ(xls_order_libxl(outer, XLS_LIBXL_COUNT, &outer, &why) ==
               XLS_BUG_CONTRACT);
            continue;
        }
        FZ(xls_order_word(phase)[0] != '\0');
        rc = xls_order_libxc(phase, type, &phase, &why);
        FZ(rc != XLS_OK || (phase > XLS_PHASE_DEAD && phase < XLS_PHASE_COUNT));
        FZ(rc != XLS_OK || (phase == XLS_PHASE_DONE) == (type == XLS_REC_END));
    }
    if (rc != XLS_OK) {
        fz_refused(rc, &why);
    }
    rc = XLS_OK;
    for (size_t i = 1; rc == XLS_OK && i < len; i++) {
        rc = xls_order_libxl(outer, data[i] % XLS_LIBXL_COUNT, &outer, &why);
        FZ(rc != XLS_OK ||
           (outer > XLS_LPHASE_DEAD && outer < XLS_LPHASE_COUNT));
    }
    if (rc != XLS_OK) {
        fz_refused(rc, &why);
    }
}
