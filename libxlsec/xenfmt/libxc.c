/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/libxc.h"

#include <stdio.h>

#include "base/rd.h"
#include "xenfmt/judge.h"

#define IMAGE_MARKER UINT64_C(0xffffffffffffffff)
#define IMAGE_ID     0x58454e46U /* "XENF" */
#define IMAGE_LEN    XLS_LIBXC_FIRST
#define DOMAIN_LEN   16U
#define DOMAIN_PV    1U
#define DOMAIN_HVM   2U

static xls_judge *const judges[XLS_REC_COUNT] = {
    [XLS_REC_PV_INFO] = xls_rec_pv_info_judge,
    [XLS_REC_P2M_FRAMES] = xls_rec_p2m_judge,
    [XLS_REC_VCPU_BASIC] = xls_rec_vcpu_basic_judge,
    [XLS_REC_VCPU_EXTENDED] = xls_rec_vcpu_extended_judge,
    [XLS_REC_VCPU_XSAVE] = xls_rec_vcpu_xsave_judge,
    [XLS_REC_VCPU_MSRS] = xls_rec_vcpu_msrs_judge,
    [XLS_REC_TSC_INFO] = xls_rec_tsc_judge,
    [XLS_REC_HVM_CONTEXT] = xls_rec_hvm_context_judge,
    [XLS_REC_HVM_PARAMS] = xls_rec_hvm_params_judge,
    [XLS_REC_CPUID_POLICY] = xls_rec_cpuid_judge,
    [XLS_REC_MSR_POLICY] = xls_rec_msr_judge,
    /* The rest: the length says it all (S-89: SHARED_INFO). */
};

xls_judge *xls_judge_of(uint32_t type)
{
    return type < XLS_REC_COUNT ? judges[type] : NULL;
}

void xls_libxc_init(struct xls_libxc *lx, const struct xls_libxc_limits *limits)
{
    *lx = (struct xls_libxc){.limits = *limits, .at = XLS_LIBXC_IMAGE};
    xls_cpu_init(&lx->cpu);
}

void xls_libxc_name(const struct xls_libxc *lx, char out[32])
{
    switch (lx->at) {
    case XLS_LIBXC_DEAD:
        (void)snprintf(out, 32, "refused");
        return;
    case XLS_LIBXC_IMAGE:
        (void)snprintf(out, 32, "image header");
        return;
    case XLS_LIBXC_DOMAIN:
        (void)snprintf(out, 32, "domain header");
        return;
    case XLS_LIBXC_RECORDS:
        xls_run_name(&lx->run, out);
        return;
    }
}

/* [S-50] */
static enum xls_rc image_judge(struct xls_libxc *lx, struct xls_rd *rd,
                               struct xls_finding *why)
{
    uint64_t marker = xls_rd_u64be(rd);
    uint32_t id = xls_rd_u32be(rd);
    uint32_t version = xls_rd_u32be(rd);
    uint16_t options = xls_rd_u16be(rd);

    if (marker != IMAGE_MARKER || id != IMAGE_ID) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-50",
                          "this is not a libxc stream");
    }
    if (version != 2 && version != 3) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-50",
                          "version %u is neither 2 nor 3", version);
    }
    if (options != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-50",
                          "options 0x%04x are not zero", options);
    }
    xls_rd_zero(rd, 6);
    if (xls_rd_end(rd) != XLS_OK) {
        return xls_refuse(why, xls_rd_end(rd), "S-65",
                          "a reserved field is not zero");
    }
    lx->version = version;
    return XLS_OK;
}

/* Where a stream of this version and type begins. */
static enum xls_libxc_phase first_phase(uint32_t version, bool hvm)
{
    if (version == 2) {
        return hvm ? XLS_PHASE_HVM_MEMORY : XLS_PHASE_PV2_INFO;
    }
    return hvm ? XLS_PHASE_HVM_CPUID : XLS_PHASE_PV_INFO;
}

/* [S-51] [S-52] [S-53] */
static enum xls_rc domain_judge(struct xls_libxc *lx, struct xls_rd *rd,
                                struct xls_finding *why)
{
    uint32_t type = xls_rd_u32le(rd);
    uint16_t shift = xls_rd_u16le(rd);
    uint16_t reserved = xls_rd_u16le(rd);
    uint32_t major = xls_rd_u32le(rd);
    uint32_t minor = xls_rd_u32le(rd);

    if (xls_rd_end(rd) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    if (type != DOMAIN_PV && type != DOMAIN_HVM) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-51",
                          "domain type %u is neither PV nor HVM", type);
    }
    if (lx->limits.type != XLS_GUEST_ANY &&
        (lx->limits.type == XLS_GUEST_PV) != (type == DOMAIN_PV)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-51",
                          "domain type %s, for a guest of type %s",
                          type == DOMAIN_PV ? "PV" : "HVM",
                          xls_guest_type_name(lx->limits.type));
    }
    if (shift != 12) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-52",
                          "page shift %u is not 12", shift);
    }
    if (reserved != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                          "a reserved field is not zero");
    }
    if (major < 4 || major > 9 || minor > 99) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-53", "there is no Xen %u.%u",
                          major, minor);
    }
    lx->hvm = type == DOMAIN_HVM;
    lx->xen_major = major;
    lx->xen_minor = minor;
    lx->phase = first_phase(lx->version, lx->hvm);
    return XLS_OK;
}

/* A record is complete: on to the next, or out. */
static void record_done(struct xls_libxc *lx, struct xls_want *want)
{
    lx->records++;
    if (lx->phase == XLS_PHASE_DONE) {
        want->inside = false;
        want->next = 0;
        want->done = true;
        return;
    }
    xls_run_again(&lx->run, want);
}

static enum xls_rc head_step(struct xls_libxc *lx, const uint8_t *buf,
                             size_t len, struct xls_want *want,
                             struct xls_finding *why)
{
    enum xls_rc rc = xls_run_head(&lx->run, false, buf, len, why);

    if (rc == XLS_OK) {
        rc = xls_order_libxc(lx->phase, lx->run.type, &lx->phase, why);
    }
    if (rc == XLS_OK && lx->run.type == XLS_REC_TSC_INFO) {
        rc = xls_rec_page_close(lx, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    /* [S-87] A guest whose CPU has XSAVE has a record of it. */
    if (lx->phase == XLS_PHASE_PV_XSAVE &&
        (!lx->cpu.known || !xls_cpu_has(&lx->cpu, XLS_CPU_1C, 26))) {
        lx->phase = XLS_PHASE_PV_XSAVE2;
    }
    if (xls_run_start(&lx->run, want)) {
        record_done(lx, want);
    }
    return XLS_OK;
}

/* Let pages pass up to the next page table, which is held, or to the end. */
static void pages_next(struct xls_libxc *lx, struct xls_want *want)
{
    struct xls_tables *t = &lx->tables;
    uint32_t from = t->at;

    while (t->at < t->pages && t->level[t->at] == 0) {
        t->at++;
    }
    want->flow = (uint64_t)(t->at - from) * XLS_PAGE_SIZE;
    if (t->at == t->pages) {
        record_done(lx, want);
        return;
    }
    lx->run.at = XLS_RUN_TABLE;
    want->next = XLS_PAGE_SIZE;
    want->inside = true;
}

/* PAGE_DATA: first how many frames, then which; then their pages pass. */
static enum xls_rc pages_step(struct xls_libxc *lx, const uint8_t *buf,
                              size_t len, struct xls_want *want,
                              struct xls_finding *why)
{
    struct xls_part part;
    uint32_t n = 0;
    enum xls_rc rc = xls_run_part(&lx->run, "S-63", buf, len, &part, why);

    if (rc == XLS_OK && lx->run.at == XLS_RUN_COUNT) {
        rc = xls_rec_page_head(&part, &n, why);
        lx->run.at = XLS_RUN_LIST;
        want->more = (size_t)n * 8;
        return rc;
    }
    if (rc == XLS_OK) {
        rc = xls_rec_page_list(lx, &part, &n, why);
    }
    if (rc == XLS_OK) {
        pages_next(lx, want);
    }
    return rc;
}

static enum xls_rc table_step(struct xls_libxc *lx, const uint8_t *buf,
                              size_t len, struct xls_want *want,
                              struct xls_finding *why)
{
    struct xls_part part = {buf, len, 0, XLS_PAGE_SIZE};
    enum xls_rc rc =
        xls_rec_table_judge(lx, lx->tables.level[lx->tables.at], &part, why);

    if (rc == XLS_OK) {
        lx->tables.at++;
        pages_next(lx, want);
    }
    return rc;
}

static enum xls_rc body_step(struct xls_libxc *lx, const uint8_t *buf,
                             size_t len, struct xls_want *want,
                             struct xls_finding *why)
{
    struct xls_part part;
    xls_judge *judge = xls_judge_of(lx->run.type);
    enum xls_rc rc = xls_run_part(&lx->run, "S-63", buf, len, &part, why);

    if (rc == XLS_OK && judge != NULL && part.len > 0) {
        rc = judge(lx, &part, why);
    }
    if (rc == XLS_OK && xls_run_next(&lx->run, &part, want)) {
        record_done(lx, want);
    }
    return rc;
}

static enum xls_rc record_step(struct xls_libxc *lx, const uint8_t *buf,
                               size_t len, struct xls_want *want,
                               struct xls_finding *why)
{
    switch (lx->run.at) {
    case XLS_RUN_HEAD:
        return head_step(lx, buf, len, want, why);
    case XLS_RUN_COUNT:
    case XLS_RUN_LIST:
        return pages_step(lx, buf, len, want, why);
    case XLS_RUN_TABLE:
        return table_step(lx, buf, len, want, why);
    case XLS_RUN_WHOLE:
    case XLS_RUN_PIECE:
    case XLS_RUN_PAD:
        return body_step(lx, buf, len, want, why);
    case XLS_RUN_DEAD:
        break;
    }
    return XLS_BUG_CONTRACT;
}

enum xls_rc xls_libxc_step(struct xls_libxc *lx, const uint8_t *buf, size_t len,
                           struct xls_want *want, struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);
    enum xls_rc rc = XLS_BUG_CONTRACT;

    *want = (struct xls_want){0};
    switch (lx->at) {
    case XLS_LIBXC_IMAGE:
        rc = image_judge(lx, &rd, why);
        want->next = DOMAIN_LEN;
        break;
    case XLS_LIBXC_DOMAIN:
        rc = domain_judge(lx, &rd, why);
        xls_run_again(&lx->run, want);
        break;
    case XLS_LIBXC_RECORDS:
        rc = record_step(lx, buf, len, want, why);
        break;
    case XLS_LIBXC_DEAD:
        break;
    }
    if (rc != XLS_OK) {
        xls_libxc_name(lx, why->record);
        lx->at = XLS_LIBXC_DEAD;
        lx->phase = XLS_PHASE_DEAD;
        return rc;
    }
    lx->at = lx->at == XLS_LIBXC_IMAGE ? XLS_LIBXC_DOMAIN : XLS_LIBXC_RECORDS;
    return XLS_OK;
}
