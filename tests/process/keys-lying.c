/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The keys process of a host that lies about itself: its TPM and its keys are
 * genuine and enrolled, and it answers another question than it was asked, or
 * with what it kept, or by another TPM.  Which, is in the file "lie" of its
 * configuration.  Linked with --wrap, so that the rest of it is the real one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/attester.h"
#include "host/fd.h"
#include "host/role.h"

enum { LIE_MAX = 64, KEPT_MAX = 65536 };

enum xls_rc __real_xls_attester_open(const struct xls_conf *conf,
                                     struct xls_attester **out,
                                     struct xls_why *why);
enum xls_rc __wrap_xls_attester_open(const struct xls_conf *conf,
                                     struct xls_attester **out,
                                     struct xls_why *why);
enum xls_rc __real_xls_attester_show(struct xls_attester *a,
                                     const struct xls_binder *b, uint8_t **out,
                                     size_t *len, struct xls_why *why);
enum xls_rc __wrap_xls_attester_show(struct xls_attester *a,
                                     const struct xls_binder *b, uint8_t **out,
                                     size_t *len, struct xls_why *why);

static char lie[LIE_MAX];
static int tape = -1; /* what was shown once, for "replay" */

static void read_lie(const char *dir)
{
    char path[XLS_PATH + 16];
    int fd;
    ssize_t n;

    (void)snprintf(path, sizeof(path), "%s/lie", dir);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? 0 : read(fd, lie, sizeof(lie) - 1);
    lie[n < 0 ? 0 : n] = '\0';
    lie[strcspn(lie, "\n")] = '\0';
    xls_fd_close(&fd);
    (void)snprintf(path, sizeof(path), "%s/tape", dir);
    tape = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool is(const char *word)
{
    return strcmp(lie, word) == 0;
}

enum xls_rc __wrap_xls_attester_open(const struct xls_conf *conf,
                                     struct xls_attester **out,
                                     struct xls_why *why)
{
    struct xls_conf bent = *conf;

    read_lie(conf->dir);
    if (is("software")) { /* in place of the TPM that there is */
        (void)snprintf(bent.tcti, sizeof(bent.tcti), "none");
    } else if (is("third")) { /* a host's that is in a good state */
        (void)snprintf(bent.tcti, sizeof(bent.tcti),
                       "swtpm:path=/run/third.sock");
    }
    return __real_xls_attester_open(&bent, out, why);
}

/* The question, bent.  The arrays are static: they have to outlive the call. */
static struct xls_binder bend(const struct xls_binder *b)
{
    static uint8_t other[64];
    struct xls_binder bent = *b;

    if (is("relay")) { /* what a healthy host says in another session */
        memcpy(other, b->h, 64);
        other[63] ^= 1;
        bent.h = other;
    } else if (is("nonce")) {
        memcpy(other, b->nonce, 32);
        other[0] ^= 1;
        bent.nonce = other;
    } else if (is("reflect")) { /* what the peer would say to us */
        bent.role = (uint8_t)(3 - b->role);
        bent.attester = b->verifier;
        bent.verifier = b->attester;
    } else if (is("role")) {
        bent.role = (uint8_t)(3 - b->role);
    } else if (is("peer")) { /* what it says to somebody else */
        memcpy(other, b->verifier, 32);
        other[5] ^= 4;
        bent.verifier = other;
    } else if (is("id")) {
        memcpy(other, b->id, 16);
        other[0] ^= 1;
        bent.id = other;
    } else if (is("suite")) {
        bent.suite ^= 3;
    } else if (is("epoch")) {
        bent.epoch = 1 - b->epoch;
    } else if (is("sums") && b->epoch == 1) { /* another end of the stream */
        memcpy(other, b->sums, 32);
        other[31] ^= 1;
        bent.sums = other;
    }
    return bent;
}

static enum xls_rc keep(const uint8_t *octets, size_t len)
{
    return pwrite(tape, octets, len, 0) == (ssize_t)len ? XLS_OK : XLS_HOST_IO;
}

/* The Evidence of an earlier session, or of this one's beginning. */
static enum xls_rc play(uint8_t **out, size_t *len)
{
    uint8_t *kept = malloc(KEPT_MAX);
    ssize_t n = kept == NULL ? -1 : pread(tape, kept, KEPT_MAX, 0);

    if (n <= 0) {
        free(kept);
        return XLS_HOST_IO;
    }
    free(*out);
    *out = kept;
    *len = (size_t)n;
    return XLS_OK;
}

/* Made when nothing is known of the stream, and kept for the second Evidence:
 * in between the host may boot into anything. */
static enum xls_rc make_early(struct xls_attester *a,
                              const struct xls_binder *b, struct xls_why *why)
{
    struct xls_binder second = *b;
    uint8_t *octets = NULL;
    size_t len = 0;
    enum xls_rc rc;

    second.epoch = 1;
    rc = __real_xls_attester_show(a, &second, &octets, &len, why);
    if (rc == XLS_OK) {
        rc = keep(octets, len);
    }
    free(octets);
    return rc;
}

enum xls_rc __wrap_xls_attester_show(struct xls_attester *a,
                                     const struct xls_binder *b, uint8_t **out,
                                     size_t *len, struct xls_why *why)
{
    struct xls_binder bent = bend(b);
    bool second = b->epoch == 1;
    enum xls_rc rc = __real_xls_attester_show(a, &bent, out, len, why);

    if (rc != XLS_OK) {
        return rc;
    }
    if (is("epoch")) { /* the other moment's, and says that it were this one's
                        */
        (*out)[7] = (uint8_t)b->epoch;
    }
    if (is("replay") || ((is("again") || is("early")) && second)) {
        rc = play(out, len);
        if (rc == XLS_OK && is("again")) {
            (*out)[7] = 1;
        }
    }
    if ((is("keep") || is("again")) && !second) {
        rc = keep(*out, *len);
    }
    if (is("early") && !second) {
        rc = make_early(a, b, why);
    }
    if (is("flip")) {
        (*out)[*len / 2] ^= 1;
    }
    if (is("policy")) { /* says that it had another policy */
        (*out)[8] ^= 1;
    }
    return rc;
}

int main(void)
{
    return xls_keys_main();
}
