/* SPDX-License-Identifier: LGPL-2.1-only */
#include "standin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attest/softlog.h"
#include "base/rd.h"
#include "host/fd.h"
#include "madestream.h"

enum {
    CHUNK = 1 << 18,
    XL_HEAD = 48,
    JSON_MAX = 1 << 20,
    MIDDLE = CHUNK, /* where an act that is to fail does */
};

/* Where a stand-in's stream goes, and its sums. */
struct sink {
    struct xls_standin *s;
    int fd;
    crypto_hash_sha256_state hash;
};

static enum xls_rc put(void *ctx, const void *p, size_t len)
{
    struct sink *sink = ctx;

    if (sink->s->fail_save && sink->s->bytes + len > MIDDLE) {
        errno = EIO;
        return XLS_HOST_IO;
    }
    if (sink->s->keep_digest) {
        (void)crypto_hash_sha256_update(&sink->hash, p, len);
    }
    sink->s->bytes += len;
    return xls_fd_write(sink->fd, p, len);
}

enum xls_rc xls_standin_made(struct xls_standin *out, uint64_t pages)
{
    char json[512];

    *out = (struct xls_standin){
        .state = XLS_STANDIN_RUNNING, .file = -1, .pages = pages};
    (void)snprintf(json, sizeof(json),
                   "{\"c_info\":{\"type\":\"pvh\",\"name\":\"made\","
                   "\"uuid\":\"6d616465-0000-4000-8000-000000000001\"},"
                   "\"b_info\":{\"max_vcpus\":1,\"max_memkb\":%" PRIu64
                   ",\"target_memkb\":%" PRIu64 ",\"type.pvh\":{}}}",
                   pages * 4, pages * 4);
    out->json = strdup(json);
    return out->json == NULL ? XLS_HOST_NOMEM : XLS_OK;
}

/* The xl header and the config, up to the libxl stream. */
static enum xls_rc read_head(struct xls_standin *s, uint8_t head[XL_HEAD + 4])
{
    struct xls_rd rd;
    uint32_t optional;
    uint32_t len;

    if (read(s->file, head, XL_HEAD + 4) != XL_HEAD + 4) {
        return XLS_PEER_SHORT;
    }
    rd = xls_rd_over(head + XL_HEAD - 4, 8);
    optional = xls_rd_u32le(&rd);
    len = xls_rd_u32le(&rd);
    xls_rd_range(&rd, len, 2, JSON_MAX);
    xls_rd_range(&rd, optional, (uint64_t)len + 4, (uint64_t)len + 4);
    if (xls_rd_end(&rd) != XLS_OK) {
        return XLS_PEER_RANGE;
    }
    s->json = calloc(1, (size_t)len + 1);
    if (s->json == NULL) {
        return XLS_HOST_NOMEM;
    }
    return read(s->file, s->json, len) == (ssize_t)len ? XLS_OK
                                                       : XLS_PEER_SHORT;
}

enum xls_rc xls_standin_file(struct xls_standin *out, const char *path,
                             struct xls_why *why)
{
    uint8_t head[XL_HEAD + 4];
    enum xls_rc rc;

    *out = (struct xls_standin){.state = XLS_STANDIN_RUNNING, .file = -1};
    out->file = open(path, O_RDONLY | O_CLOEXEC);
    if (out->file < 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be opened: %s", path,
                           strerror(errno));
    }
    rc = read_head(out, head);
    if (rc != XLS_OK) {
        rc = xls_why_set(why, rc, "%s: is not what xl save writes", path);
    }
    return rc;
}

void xls_standin_host(struct xls_standin *out)
{
    *out = (struct xls_standin){.state = XLS_STANDIN_NONE, .file = -1};
}

void xls_standin_free(struct xls_standin *standin)
{
    xls_fd_close(&standin->file);
    free(standin->json);
    standin->json = NULL;
}

/* --- source
 * -------------------------------------------------------------------- */

static enum xls_rc describe(void *ctx, char **json, struct xls_offer *offer,
                            struct xls_why *why)
{
    struct xls_standin *s = ctx;

    (void)why;
    offer->xen_major = 4;
    offer->xen_minor = 17;
    (void)snprintf(offer->xen, sizeof(offer->xen), "4.17-standin");
    *json = strdup(s->json);
    return *json == NULL ? XLS_HOST_NOMEM : XLS_OK;
}

static void rest(struct xls_standin *s)
{
    const struct timespec nap = {s->pause_ms / 1000,
                                 (long)(s->pause_ms % 1000) * 1000000};

    if (s->pause_ms > 0) {
        (void)nanosleep(&nap, NULL);
        s->pause_ms = 0;
    }
}

static enum xls_rc feed_file(struct sink *sink)
{
    uint8_t *buf = malloc(CHUNK);
    enum xls_rc rc = buf == NULL ? XLS_HOST_NOMEM : XLS_OK;

    while (rc == XLS_OK) {
        ssize_t n = read(sink->s->file, buf, CHUNK);

        if (n <= 0) {
            rc = n == 0 ? XLS_OK : XLS_HOST_IO;
            break;
        }
        rc = put(sink, buf, (size_t)n);
        rest(sink->s);
    }
    free(buf);
    return rc;
}

static enum xls_rc save(void *ctx, int fd, struct xls_why *why)
{
    struct xls_standin *s = ctx;
    struct sink sink = {.s = s, .fd = fd};
    enum xls_rc rc;

    (void)crypto_hash_sha256_init(&sink.hash);
    rc =
        s->file >= 0 ? feed_file(&sink) : xls_made_stream(s->pages, put, &sink);
    /* as libxl: suspended at the end, and possibly also when it failed */
    s->state = XLS_STANDIN_SUSPENDED;
    (void)crypto_hash_sha256_final(&sink.hash, s->digest);
    return rc == XLS_OK ? rc
                        : xls_why_set(why, XLS_HOST_XEN,
                                      "the stand-in could not write its "
                                      "stream: %s",
                                      strerror(errno));
}

static enum xls_rc is_down(void *ctx, bool *down, struct xls_why *why)
{
    (void)why;
    *down = ((struct xls_standin *)ctx)->state == XLS_STANDIN_SUSPENDED;
    return XLS_OK;
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    (void)why;
    ((struct xls_standin *)ctx)->state = XLS_STANDIN_RUNNING;
    return XLS_OK;
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *why)
{
    (void)why;
    ((struct xls_standin *)ctx)->is_away = away;
    return XLS_OK;
}

static enum xls_rc destroy_source(void *ctx, struct xls_why *why)
{
    (void)why;
    ((struct xls_standin *)ctx)->state = XLS_STANDIN_DESTROYED;
    return XLS_OK;
}

struct xls_source_ops xls_standin_source_ops(struct xls_standin *standin)
{
    return (struct xls_source_ops){.ctx = standin,
                                   .describe = describe,
                                   .save = save,
                                   .is_down = is_down,
                                   .resume = resume,
                                   .rename = rename_guest,
                                   .destroy = destroy_source};
}

/* --- destination
 * ------------------------------------------------------------------*/

static enum xls_rc admit(void *ctx, const struct xls_incoming *guest,
                         struct xls_admit *out, const char **rule,
                         struct xls_why *why)
{
    const struct xls_standin *s = ctx;

    if (s->refuse != NULL) {
        *rule = s->refuse;
        return xls_why_set(why, XLS_PEER_POLICY, "the stand-in takes no guest");
    }
    out->free_kib = guest->facts->max_memkb;
    out->xen_major = 4;
    out->xen_minor = 17;
    (void)snprintf(out->host, sizeof(out->host), "standin");
    return XLS_OK;
}

static enum xls_rc restore(void *ctx, const struct xls_incoming *guest, int fd,
                           struct xls_why *why)
{
    struct xls_standin *s = ctx;
    crypto_hash_sha256_state hash;
    uint8_t *buf = malloc(CHUNK);
    ssize_t n = -1;

    (void)guest;
    (void)crypto_hash_sha256_init(&hash);
    s->state = XLS_STANDIN_SUSPENDED;
    while (buf != NULL && !(s->fail_restore && s->bytes >= MIDDLE) &&
           (n = read(fd, buf, CHUNK)) > 0) {
        if (s->keep_digest) {
            (void)crypto_hash_sha256_update(&hash, buf, (size_t)n);
        }
        s->bytes += (uint64_t)n;
    }
    (void)crypto_hash_sha256_final(&hash, s->digest);
    free(buf);
    /* as libxl: end of file passes for the end */
    return n == 0 ? XLS_OK
                  : xls_why_set(why, XLS_HOST_XEN,
                                "the stand-in could not read its stream");
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *why)
{
    struct xls_standin *s = ctx;

    (void)paused;
    if (s->fail_run) {
        return xls_why_set(why, XLS_HOST_XEN, "the stand-in may not start");
    }
    s->state = XLS_STANDIN_RUNNING;
    return XLS_OK;
}

static enum xls_rc destroy_destination(void *ctx, struct xls_why *why)
{
    (void)why;
    ((struct xls_standin *)ctx)->state = XLS_STANDIN_NONE;
    return XLS_OK;
}

/* It is forgotten with the process that has it. */
static enum xls_rc find(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why)
{
    (void)ctx;
    (void)uuid;
    (void)name;
    (void)why;
    *found = XLS_FOUND_NOTHING;
    return XLS_OK;
}

struct xls_destination_ops
xls_standin_destination_ops(struct xls_standin *standin)
{
    return (struct xls_destination_ops){.ctx = standin,
                                        .admit = admit,
                                        .restore = restore,
                                        .run = run,
                                        .destroy = destroy_destination,
                                        .find = find};
}

static enum xls_rc made_up(void *ctx, const char *libexec, char **lines,
                           size_t *len, struct xls_why *why)
{
    static const char *const words[] = {"a hypervisor", "its command line"};
    struct xls_softdraft draft = {.text = NULL};
    uint8_t digest[XLS_PCR_LEN] = {0};
    enum xls_rc rc = XLS_OK;

    (void)ctx;
    (void)libexec;
    for (unsigned i = 0; rc == XLS_OK && i < 2; i++) {
        digest[0] = (uint8_t)(i + 1);
        rc = xls_softdraft_add(&draft, i, digest, words[i]);
    }
    if (rc != XLS_OK) {
        xls_softdraft_free(&draft);
        return xls_why_set(why, rc, "no measurements could be made up");
    }
    *lines = draft.text;
    *len = draft.len;
    return XLS_OK;
}

struct xls_measure_ops xls_standin_measure_ops(void)
{
    return (struct xls_measure_ops){.ctx = NULL, .measure = made_up};
}
