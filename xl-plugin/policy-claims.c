/* SPDX-License-Identifier: LGPL-2.1-only */
/* What a host claims, from files or from this host. */
#include <stdio.h>
#include <stdlib.h>

#include "attest/eventlog.h"
#include "attest/imalog.h"
#include "attest/softlog.h"
#include "host/tpm.h"
#include "policy.h"
#include "say.h"

#define PROGRAM XLS_POLICY_PROGRAM

static const char pcrs_default[] = "0-10";

/* Logs from the files that were named; none where there are none. */
static enum xls_rc logs_read(const struct xls_policy_options *opts,
                             struct xls_bootlogs *out, struct xls_why *why)
{
    const char *log = opts->software != NULL ? opts->software : opts->event_log;
    struct xls_claims *claims = &out->claims;
    enum xls_rc rc = XLS_OK;

    if (log != NULL) {
        rc = xls_bootlogs_file(log, XLS_EVENTLOG_MAX, false, &out->log,
                               &claims->log_len, why);
    }
    if (rc == XLS_OK && opts->ima != NULL) {
        rc = xls_bootlogs_file(opts->ima, XLS_IMALOG_MAX, false, &out->ima,
                               &claims->ima_len, why);
    }
    claims->log = (const uint8_t *)out->log;
    claims->ima = (const uint8_t *)out->ima;
    return rc;
}

/* Claims from files. */
static enum xls_rc files_read(const struct xls_policy_options *opts,
                              struct xls_bootlogs *out, struct xls_why *why,
                              struct xls_reason *reason)
{
    struct xls_claims *claims = &out->claims;
    struct xls_softlog log;
    char *pcrs = NULL;
    size_t len = 0;
    enum xls_rc rc = logs_read(opts, out, why);

    if (rc == XLS_OK && opts->software != NULL) {
        claims->kind = XLS_EVIDENCE_SOFTWARE;
        rc = xls_softlog_read(claims->log, claims->log_len, &log, reason);
        if (rc == XLS_OK) {
            claims->pcrs = log.pcrs;
        }
        return rc;
    }
    claims->kind = XLS_EVIDENCE_TPM;
    if (rc == XLS_OK) {
        rc = xls_bootlogs_file(opts->pcrs, XLS_PCRS_FILE_MAX, false, &pcrs,
                               &len, why);
    }
    if (rc == XLS_OK) {
        rc = xls_pcrs_read(pcrs, len, &claims->pcrs, reason);
    }
    free(pcrs);
    return rc;
}

bool xls_policy_list(const char *option, const char *list, uint32_t *out)
{
    *out = xls_pcrs_mask(list);
    if (*out == 0 || (*out & ~XLS_PCRS_BOOT) != 0) {
        xls_say_error(PROGRAM,
                      "%s %s: no list of PCRs of 0 to 15 such as "
                      "0-7,9",
                      option, list);
        return false;
    }
    return true;
}

static int usage(const char *text)
{
    xls_say_error(PROGRAM, "%s; see `xlsec policy --help`", text);
    return XLS_POLICY_USAGE;
}

int xls_policy_sources(const struct xls_policy_options *opts)
{
    return (opts->local ? 1 : 0) + (opts->host != NULL ? 1 : 0) +
           (opts->pcrs != NULL ? 1 : 0) + (opts->software != NULL ? 1 : 0);
}

/* This host's TPM; or, where it proves itself by none, its software. */
static enum xls_rc local_read(const struct xls_policy_options *opts,
                              uint32_t select, struct xls_bootlogs *out,
                              struct xls_why *why)
{
    struct xls_conf conf;
    struct xls_bootlogs_paths paths = {NULL, opts->event_log, opts->ima};
    enum xls_rc rc = xls_conf_load(opts->confdir, &conf, why);

    if (rc != XLS_OK) {
        return rc;
    }
    if (xls_tpm_which(conf.tcti) == NULL) {
        return xls_policy_of_software(&conf, out, why);
    }
    if (paths.log == NULL && conf.event_log[0] == '/') {
        paths.log = conf.event_log;
    }
    if (paths.ima == NULL && conf.ima_log[0] == '/') {
        paths.ima = conf.ima_log;
    }
    return xls_bootlogs_read(&paths, opts->select != NULL ? select : conf.pcrs,
                             out, why);
}

int xls_policy_claims(const struct xls_policy_options *opts,
                      struct xls_bootlogs *out)
{
    const char *list = opts->select != NULL ? opts->select : pcrs_default;
    struct xls_reason reason = {.rule = ""};
    struct xls_why why = {""};
    uint32_t select = 0;
    enum xls_rc rc;

    if (xls_policy_sources(opts) != 1) {
        return usage("one of --local, --host, --pcrs and --software says whose "
                     "state it is");
    }
    if (opts->software != NULL &&
        (opts->event_log != NULL || opts->ima != NULL)) {
        return usage("--software has no other log beside it");
    }
    if (opts->select != NULL && !opts->local) {
        return usage("--select is for --local");
    }
    if (!xls_policy_list("--select", list, &select)) {
        return XLS_POLICY_USAGE;
    }
    if (opts->host != NULL) {
        rc = xls_policy_of_host(opts, out, &why);
    } else if (opts->local) {
        rc = local_read(opts, select, out, &why);
    } else {
        rc = files_read(opts, out, &why, &reason);
    }
    return rc == XLS_OK ? XLS_POLICY_DONE
                        : xls_policy_failed(rc, &why, &reason);
}

int xls_policy_failed(enum xls_rc rc, const struct xls_why *why,
                      const struct xls_reason *reason)
{
    if (why->text[0] != '\0') {
        xls_say_error(PROGRAM, "%s", why->text);
    } else if (reason->text[0] != '\0') {
        xls_say_error(PROGRAM, "%s [%s]", reason->text, reason->rule);
    } else {
        xls_say_error(PROGRAM, "%s", xls_rc_text(rc));
    }
    return xls_rc_is_peer(rc) || rc == XLS_HOST_CONF ? XLS_POLICY_REFUSED
           : rc == XLS_HOST_IO                       ? XLS_POLICY_UNREAD
                                                     : XLS_POLICY_HOST;
}
