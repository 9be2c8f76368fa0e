/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The verify process: gives up root before it looks at anything, is told what
 * is known of the peer and what the policy is, and judges its Evidence, the
 * first and that of the commit.
 */
#include "host/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "attest/evidence.h"
#include "attest/lean.h"
#include "crypto/start.h"
#include "host/cage.h"
#include "host/clock.h"
#include "host/msg.h"
#include "host/role.h"
#include "host/spawn.h"

enum { START_MS = 10000, CPU_SECONDS = 30 };

struct verify {
    struct xls_ipc_msg msg;
    struct xls_appraiser *appraiser;
    char *octets; /* of what comes in pieces */
    size_t len;
};

/* A piece is added to those before; *last when it is the last. */
static enum xls_rc gather(struct verify *v, size_t most, bool *last)
{
    struct xls_rd rd = xls_ipc_body(&v->msg);
    uint8_t flag = xls_rd_u8(&rd);
    char *more;

    if (rd.rc != XLS_OK || flag > 1 || rd.left > most - v->len) {
        return XLS_BUG_CONTRACT;
    }
    more = realloc(v->octets, v->len + rd.left + 1);
    if (more == NULL) {
        return XLS_HOST_NOMEM;
    }
    memcpy(more + v->len, rd.at, rd.left);
    v->octets = more;
    v->len += rd.left;
    *last = flag == 1;
    return XLS_OK;
}

static void drop(struct verify *v)
{
    free(v->octets);
    v->octets = NULL;
    v->len = 0;
}

static void say(const char *line)
{
    size_t len = strlen(line);

    (void)!xls_ipc_send(XLS_CTL_FD, XLS_MSG_VERIFY_SAID, line, len);
}

/* [E-134] The label and what is wrong, in a sentence, which the peer may hear;
 * what it should be and what it is, in lines for our own eyes. */
static enum xls_rc tell(struct xls_why *why, enum xls_rc rc,
                        const struct xls_reason *reason)
{
    char line[2 * sizeof(reason->seen)];

    if (reason->text[0] == '\0') {
        return rc;
    }
    if (reason->expected[0] != '\0') {
        (void)snprintf(line, sizeof(line), "expected %s", reason->expected);
        say(line);
    }
    if (reason->seen[0] != '\0') {
        (void)snprintf(line, sizeof(line), "seen     %s", reason->seen);
        say(line);
    }
    return xls_why_set(why, rc, "[%s] %s", reason->rule, reason->text);
}

/* VERIFY_START, then the policy, which may be empty. */
static enum xls_rc start(struct verify *v, struct xls_why *why)
{
    struct xls_enrolled enrolled;
    struct xls_occasion occasion;
    struct xls_reason reason = {.rule = ""};
    int64_t until = xls_now_ms() + START_MS;
    bool last = false;
    enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, until, &v->msg);

    if (rc == XLS_HOST_GONE) {
        return rc;
    }
    if (rc != XLS_OK || v->msg.type != XLS_MSG_VERIFY_START) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_verify_get_start(&v->msg, &enrolled, &occasion);
    while (rc == XLS_OK && !last) {
        rc = xls_ipc_recv(XLS_CTL_FD, until, &v->msg);
        if (rc == XLS_OK) {
            rc = v->msg.type == XLS_MSG_VERIFY_POLICY
                     ? gather(v, XLS_POLICY_MAX, &last)
                     : XLS_BUG_CONTRACT;
        }
    }
    if (rc == XLS_OK) {
        rc = xls_appraiser_new(&enrolled, &occasion,
                               v->len == 0 ? NULL : v->octets, v->len,
                               &v->appraiser, &reason);
        rc = tell(why, rc, &reason);
    }
    drop(v);
    return rc;
}

static enum xls_rc judge(struct verify *v, struct xls_why *why)
{
    uint8_t body[XLS_VERIFY_DONE_MAX];
    struct xls_attested attested;
    struct xls_reason reason = {.rule = ""};
    size_t len = 0;
    enum xls_rc rc = xls_appraise(v->appraiser, (const uint8_t *)v->octets,
                                  v->len, say, &attested, &reason);

    drop(v);
    if (rc != XLS_OK) {
        return tell(why, rc, &reason);
    }
    rc = xls_verify_put_done(&attested, body, &len);
    return rc == XLS_OK
               ? xls_ipc_send(XLS_CTL_FD, XLS_MSG_VERIFY_DONE, body, len)
               : rc;
}

/* What the second Evidence has to bind. */
static enum xls_rc take_sums(struct verify *v)
{
    struct xls_rd rd = xls_ipc_body(&v->msg);
    uint8_t sums[XLS_BINDER_SUMS];

    xls_rd_copy(&rd, sums, sizeof(sums));
    return xls_rd_end(&rd) == XLS_OK ? xls_appraiser_sums(v->appraiser, sums)
                                     : XLS_BUG_CONTRACT;
}

/* Evidence, piece by piece, until the toolstack closes. */
static enum xls_rc serve(struct verify *v, struct xls_why *why)
{
    for (;;) {
        bool last = false;
        enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, -1, &v->msg);

        if (rc == XLS_HOST_GONE) {
            return XLS_OK;
        }
        if (rc == XLS_OK && v->msg.type == XLS_MSG_VERIFY_SUMS) {
            rc = take_sums(v);
        } else if (rc == XLS_OK) {
            rc = v->msg.type == XLS_MSG_VERIFY_PART
                     ? gather(v, XLS_EVIDENCE_MAX, &last)
                     : XLS_BUG_CONTRACT;
        }
        if (rc == XLS_OK && last) {
            rc = judge(v, why);
        }
        if (rc != XLS_OK) {
            return rc;
        }
    }
}

int xls_verify_main(void)
{
    const struct rlimit most = {CPU_SECONDS, CPU_SECONDS};
    struct verify *v = calloc(1, sizeof(*v));
    struct xls_why why = {""};
    enum xls_rc rc = v == NULL ? XLS_HOST_NOMEM : xls_cage_common();

    if (rc == XLS_OK) {
        rc = xls_cage_drop();
    }
    if (rc == XLS_OK && setrlimit(RLIMIT_CPU, &most) != 0) {
        rc = XLS_HOST_IO;
    }
    if (rc == XLS_OK) {
        xls_libcrypto_lean();
        rc = xls_crypto_start();
    }
    if (rc == XLS_OK) {
        rc = start(v, &why);
    }
    if (rc == XLS_OK) {
        rc = serve(v, &why);
    }
    if (rc != XLS_OK && rc != XLS_HOST_GONE) {
        xls_msg_failed(XLS_CTL_FD, rc, &why);
    }
    if (v != NULL) {
        drop(v);
        xls_appraiser_free(v->appraiser);
    }
    free(v);
    return rc == XLS_OK ? 0 : 1;
}
