/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/claimlog.h"

#include <string.h>

enum xls_rc xls_claimlog_read(const struct xls_claims *claims,
                              struct xls_claimlog *out, struct xls_reason *why)
{
    struct xls_claimlog log = {.kind = claims->kind};
    enum xls_rc rc;

    if (claims->kind == XLS_EVIDENCE_SOFTWARE) {
        rc = xls_softlog_read(claims->log, claims->log_len, &log.software, why);
        log.pcrs = log.software.pcrs;
    } else {
        rc =
            xls_eventlog_read(claims->log, claims->log_len, &log.firmware, why);
        log.pcrs = log.firmware.pcrs;
    }
    if (rc == XLS_OK) {
        *out = log;
    }
    return rc;
}

static bool firmware_next(struct xls_eventlog *log,
                          struct xls_claimlog_event *out)
{
    struct xls_event event;

    do {
        if (!xls_eventlog_next(log, &event)) {
            return false;
        }
    } while (!event.extends);
    out->pcr = event.pcr;
    memcpy(out->digest, event.digest, XLS_PCR_LEN);
    out->data = event.data;
    out->len = event.len;
    return true;
}

bool xls_claimlog_next(struct xls_claimlog *log, struct xls_claimlog_event *out)
{
    struct xls_softevent event;

    if (log->kind != XLS_EVIDENCE_SOFTWARE) {
        return firmware_next(&log->firmware, out);
    }
    if (!xls_softlog_next(&log->software, &event)) {
        return false;
    }
    out->pcr = event.pcr;
    memcpy(out->digest, event.digest, XLS_PCR_LEN);
    out->data = event.words;
    out->len = event.len;
    return true;
}
