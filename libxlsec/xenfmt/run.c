/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/run.h"

#include <stdio.h>

#include "base/rd.h"

enum xls_rc xls_run_head(struct xls_run *run, bool libxl, const uint8_t *buf,
                         size_t len, struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);

    run->type = xls_rd_u32le(&rd);
    run->length = xls_rd_u32le(&rd);
    run->judged = 0;
    if (xls_rd_end(&rd) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    run->rule =
        libxl ? xls_rec_libxl_rule(run->type) : xls_rec_libxc_rule(run->type);
    return xls_rec_head_judge(run->rule, libxl, run->type, run->length, why);
}

bool xls_run_start(struct xls_run *run, struct xls_want *want)
{
    switch (run->rule->way) {
    case XLS_WAY_WHOLE:
        run->at = XLS_RUN_WHOLE;
        want->more = (size_t)run->length + xls_rec_pad(run->length);
        break;
    case XLS_WAY_PIECES:
        run->at = XLS_RUN_PIECE;
        want->more = run->rule->head;
        break;
    case XLS_WAY_PAGES:
        run->at = XLS_RUN_COUNT;
        want->more = run->rule->head;
        break;
    case XLS_WAY_REFUSED:
        run->at = XLS_RUN_DEAD;
        break;
    }
    return want->more == 0;
}

enum xls_rc xls_run_part(const struct xls_run *run, const char *label,
                         const uint8_t *buf, size_t len, struct xls_part *part,
                         struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(buf, len);
    bool ends = run->at == XLS_RUN_WHOLE || run->at == XLS_RUN_PAD;
    size_t pad = ends ? xls_rec_pad(run->length) : 0;
    struct xls_rd body;

    if (run->judged == 0) {
        (void)xls_rd_sub(&rd, XLS_REC_HEAD);
    }
    if (rd.rc != XLS_OK || rd.left < pad) {
        return XLS_BUG_CONTRACT;
    }
    body = xls_rd_sub(&rd, rd.left - pad);
    xls_rd_zero(&rd, pad);
    if (xls_rd_end(&rd) != XLS_OK) {
        return xls_refuse(why, XLS_PEER_RANGE, label, "padding is not zero");
    }
    if (body.left > run->length - run->judged) {
        return XLS_BUG_CONTRACT;
    }
    *part = (struct xls_part){body.at, body.left, run->judged, run->length};
    return XLS_OK;
}

bool xls_run_next(struct xls_run *run, const struct xls_part *part,
                  struct xls_want *want)
{
    uint32_t pad = xls_rec_pad(run->length);

    run->judged += (uint32_t)part->len;
    if (run->at != XLS_RUN_PIECE) {
        return true;
    }
    want->inside = true;
    if (run->judged < run->length) {
        want->next = xls_rec_piece(run->judged, run->length);
        return false;
    }
    run->at = XLS_RUN_PAD;
    want->next = pad;
    return pad == 0;
}

void xls_run_again(struct xls_run *run, struct xls_want *want)
{
    run->at = XLS_RUN_HEAD;
    want->inside = false;
    want->next = XLS_REC_HEAD;
}

void xls_run_name(const struct xls_run *run, char out[32])
{
    if (run->rule != NULL) {
        (void)snprintf(out, 32, "%s", run->rule->name);
    } else {
        (void)snprintf(out, 32, "type 0x%08x", run->type);
    }
}
