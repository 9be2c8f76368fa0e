/* SPDX-License-Identifier: LGPL-2.1-only */
/* What a host is, as it shows it itself. */
#include <stdlib.h>
#include <string.h>

#include "attest/evidence.h"
#include "attest/softlog.h"
#include "policy.h"
#include "say.h"
#include "toolstack/send.h"
#include "toolstack/xen.h"

/* Octets that the claims point into become their owner's. */
static enum xls_rc take(const uint8_t *from, size_t len, char **owner,
                        const uint8_t **at, size_t *at_len)
{
    if (len == 0) {
        return XLS_OK;
    }
    *owner = malloc(len);
    if (*owner == NULL) {
        return XLS_HOST_NOMEM;
    }
    memcpy(*owner, from, len);
    *at = (const uint8_t *)*owner;
    *at_len = len;
    return XLS_OK;
}

enum xls_rc xls_policy_of_host(const struct xls_policy_options *opts,
                               struct xls_bootlogs *out, struct xls_why *why)
{
    struct xls_send_setup setup = {.confdir = opts->confdir,
                                   .host = opts->host,
                                   .command = opts->command,
                                   .attest_only = true,
                                   .learning = true,
                                   .cancel_fd = -1,
                                   .measure = xls_xen_measure_ops()};
    struct xls_claims *claims = &out->claims;
    struct xls_report report;
    struct xls_evidence e = {.kind = XLS_EVIDENCE_NONE};
    enum xls_rc rc = XLS_HOST_GONE;

    if (xls_send(&setup, &report, why) == XLS_MOVED) {
        rc = xls_evidence_get(report.shown, report.shown_len, &e);
        if (rc == XLS_OK && e.kind == XLS_EVIDENCE_NONE) {
            rc = xls_why_set(why, XLS_PEER_POLICY,
                             "%s shows no Evidence to learn from: run xlsec "
                             "init there",
                             opts->host);
        }
    }
    if (rc == XLS_OK) {
        claims->kind = e.kind;
        claims->pcrs = e.pcrs;
        rc = take(e.log, e.log_len, &out->log, &claims->log, &claims->log_len);
    }
    if (rc == XLS_OK) {
        rc =
            take(e.list, e.list_len, &out->ima, &claims->ima, &claims->ima_len);
    }
    if (rc == XLS_OK && report.refusal[0] != '\0') {
        xls_say_error(XLS_POLICY_PROGRAM,
                      "note: %s (its own policy has to allow this host)",
                      report.refusal);
    }
    xls_report_free(&report);
    return rc;
}

enum xls_rc xls_policy_of_software(const struct xls_conf *conf,
                                   struct xls_bootlogs *out,
                                   struct xls_why *why)
{
    const struct xls_measure_ops ops = xls_xen_measure_ops();
    struct xls_claims *claims = &out->claims;
    struct xls_softlog log;
    enum xls_rc rc =
        ops.measure(ops.ctx, conf->libexec, &out->log, &claims->log_len, why);

    if (rc == XLS_OK) {
        claims->kind = XLS_EVIDENCE_SOFTWARE;
        claims->log = (const uint8_t *)out->log;
        rc = xls_softlog_read(claims->log, claims->log_len, &log, NULL);
    }
    if (rc == XLS_OK) {
        claims->pcrs = log.pcrs;
    }
    return rc;
}
