/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/libxl.h"

#include <stdio.h>

#include "base/rd.h"

#define LIBXL_IDENT UINT64_C(0x4c6962786c466d74) /* "LibxlFmt" */

void xls_libxl_init(struct xls_libxl *ll, enum xls_guest_type type)
{
    *ll = (struct xls_libxl){.type = type, .phase = XLS_LPHASE_CONTEXT};
}

/* [S-40] */
static enum xls_rc header_judge(const uint8_t *buf, size_t len,
                                struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);
    uint64_t ident = xls_rd_u64be(&rd);
    uint32_t version = xls_rd_u32be(&rd);
    uint32_t options = xls_rd_u32be(&rd);

    if (xls_rd_end(&rd) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    if (ident != LIBXL_IDENT) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-40",
                          "this is not a libxl stream");
    }
    if (version != 2) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-40", "version %u is not 2",
                          version);
    }
    if (options != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-40",
                          "options 0x%08x are not zero", options);
    }
    return XLS_OK;
}

/* A record is complete: on to the next, inwards, or out. */
static void record_done(struct xls_libxl *ll, struct xls_want *want)
{
    ll->records++;
    if (ll->run.type == XLS_LIBXL_LIBXC_CONTEXT) {
        want->descend = true;
        return;
    }
    if (ll->phase == XLS_LPHASE_DONE) {
        want->done = true;
        return;
    }
    xls_run_again(&ll->run, want);
}

static enum xls_rc head_step(struct xls_libxl *ll, const uint8_t *buf,
                             size_t len, struct xls_want *want,
                             struct xls_finding *why)
{
    enum xls_rc rc = xls_run_head(&ll->run, true, buf, len, why);

    if (rc == XLS_OK) {
        rc = xls_order_libxl(ll->phase, ll->run.type, &ll->phase, why);
    }
    if (rc == XLS_OK && xls_run_start(&ll->run, want)) {
        record_done(ll, want);
    }
    return rc;
}

static enum xls_rc body_step(struct xls_libxl *ll, const uint8_t *buf,
                             size_t len, struct xls_want *want,
                             struct xls_finding *why)
{
    struct xls_part part;
    enum xls_rc rc = xls_run_part(&ll->run, "S-44", buf, len, &part, why);

    if (rc == XLS_OK && ll->run.type == XLS_LIBXL_XENSTORE_DATA) {
        rc = xls_rec_xenstore_judge(ll, &part, why);
    }
    if (rc == XLS_OK && ll->run.type == XLS_LIBXL_EMULATOR_CONTEXT) {
        rc = xls_rec_emulator_judge(ll, &part, why);
    }
    if (rc == XLS_OK && xls_run_next(&ll->run, &part, want)) {
        record_done(ll, want);
    }
    return rc;
}

static enum xls_rc step(struct xls_libxl *ll, const uint8_t *buf, size_t len,
                        struct xls_want *want, struct xls_finding *why)
{
    enum xls_rc rc;

    if (ll->phase == XLS_LPHASE_DEAD) {
        return XLS_BUG_CONTRACT;
    }
    if (!ll->headed) {
        rc = header_judge(buf, len, why);
        ll->headed = rc == XLS_OK;
        xls_run_again(&ll->run, want);
        return rc;
    }
    return ll->run.at == XLS_RUN_HEAD ? head_step(ll, buf, len, want, why)
                                      : body_step(ll, buf, len, want, why);
}

enum xls_rc xls_libxl_step(struct xls_libxl *ll, const uint8_t *buf, size_t len,
                           struct xls_want *want, struct xls_finding *why)
{
    bool headed = ll->headed;
    enum xls_rc rc;

    *want = (struct xls_want){0};
    rc = step(ll, buf, len, want, why);
    if (rc != XLS_OK) {
        if (headed) {
            xls_run_name(&ll->run, why->record);
        } else {
            (void)snprintf(why->record, sizeof(why->record), "libxl header");
        }
        ll->phase = XLS_LPHASE_DEAD;
    }
    return rc;
}

/* [S-48] Which records may follow is a matter of the guest's type. */
void xls_libxl_ascend(struct xls_libxl *ll, bool hvm, uint64_t frames)
{
    ll->frames = frames;
    if (!hvm || ll->type == XLS_GUEST_PVH || ll->type == XLS_GUEST_PV) {
        ll->phase = XLS_LPHASE_PLAIN;
    } else {
        ll->phase =
            ll->type == XLS_GUEST_HVM ? XLS_LPHASE_EMULATOR : XLS_LPHASE_EITHER;
    }
    ll->run.at = XLS_RUN_HEAD;
}
