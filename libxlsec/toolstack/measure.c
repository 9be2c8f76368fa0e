/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/measure-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/fd.h"

enum {
    SEEN = XLS_MEASURE_FILES_MAX + 1, /* register 9, and the kernel's image */
    PIECE = 65536,                    /* read at once */
    TEXT_MAX = 65536,                 /* of the kernel's command line */
    SETTLED_SECONDS = 2, /* older than any file system's grain of time */
};

/* A file that was measured before. */
struct seen {
    char *path; /* owned */
    struct stat st;
    bool settled; /* nobody can have written to it since, unseen */
    uint8_t digest[XLS_PCR_LEN];
};

struct xls_measure {
    struct seen seen[SEEN];
    size_t count;
};

struct xls_measure *xls_measure_new(void)
{
    return calloc(1, sizeof(struct xls_measure));
}

void xls_measure_free(struct xls_measure *measure)
{
    if (measure != NULL) {
        for (size_t i = 0; i < measure->count; i++) {
            free(measure->seen[i].path);
        }
        free(measure);
    }
}

void xls_measured_free(struct xls_measured *measured)
{
    xls_softdraft_free(&measured->log);
}

enum xls_rc xls_measure_failed(struct xls_measure_trial *t, const char *path,
                               const char *what)
{
    return xls_why_set(t->why, XLS_HOST_IO,
                       "%.400s: cannot be measured, and without it there is no "
                       "software Evidence: %s",
                       path, what);
}

static const char *what_of(int error)
{
    return error == ENOENT ? "it is not there; is xlsec, or Xen, installed "
                             "whole?"
                           : strerror(error);
}

/* --- texts ---------------------------------------------------------------- */

/* A line of len octets of text behind its name. */
static enum xls_rc text_add(struct xls_measure_trial *t, unsigned reg,
                            const char *name, const char *text, size_t len)
{
    char words[XLS_SOFTLOG_WORDS_MAX + 1];
    uint8_t digest[XLS_PCR_LEN];
    size_t used = (size_t)snprintf(words, sizeof(words), "%s: ", name);

    (void)crypto_hash_sha256(digest, (const unsigned char *)text, len);
    xls_why_peer(words + used, sizeof(words) - used, text, len); /* [E-127] */
    return xls_softdraft_add(&t->out.log, reg, digest, words);
}

static enum xls_rc xen_measure(struct xls_measure_trial *t)
{
    const struct xls_xen_facts *xen = &t->host->xen;
    const struct {
        unsigned reg;
        const char *name, *text;
    } lines[] = {
        {XLS_MEASURE_XEN, "xen version", xen->version},
        {XLS_MEASURE_XEN, "xen changeset", xen->changeset},
        {XLS_MEASURE_XEN, "xen build-id",
         xen->build_id[0] != '\0' ? xen->build_id : "none"},
        {XLS_MEASURE_XEN, "xen compiled", xen->compiled},
        {XLS_MEASURE_XEN_LINE, "xen command line", xen->command_line},
        {XLS_MEASURE_KERNEL, "kernel", t->host->kernel},
    };
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; rc == XLS_OK && i < sizeof(lines) / sizeof(lines[0]);
         i++) {
        rc = text_add(t, lines[i].reg, lines[i].name, lines[i].text,
                      strlen(lines[i].text));
    }
    return rc;
}

enum xls_rc xls_measure_slurp(struct xls_measure_trial *t, const char *path,
                              size_t max, char **text, size_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    enum xls_rc rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, max, text, len);

    if (rc == XLS_HOST_IO) {
        rc = xls_measure_failed(t, path, what_of(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

static enum xls_rc line_measure(struct xls_measure_trial *t)
{
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc = xls_measure_slurp(t, t->host->line, TEXT_MAX, &text, &len);

    if (rc == XLS_OK) {
        len -= len > 0 && text[len - 1] == '\n' ? 1 : 0;
        rc = text_add(t, XLS_MEASURE_KERNEL_LINE, "kernel command line", text,
                      len);
    }
    free(text);
    return rc;
}

/* --- a file --------------------------------------------------------------- */

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The same file, and nobody wrote to it in between? */
static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
           a->st_size == b->st_size && same_time(&a->st_mtim, &b->st_mtim) &&
           same_time(&a->st_ctim, &b->st_ctim);
}

/* The entry of this path, a new one where there was none; NULL: no memory. */
static struct seen *seen_of(struct xls_measure *measure, const char *path)
{
    struct seen *entry;

    for (size_t i = 0; i < measure->count; i++) {
        if (strcmp(measure->seen[i].path, path) == 0) {
            return &measure->seen[i];
        }
    }
    if (measure->count == SEEN) { /* others than before: begin anew */
        while (measure->count > 0) {
            free(measure->seen[--measure->count].path);
        }
    }
    entry = &measure->seen[measure->count];
    *entry = (struct seen){.path = strdup(path)};
    if (entry->path == NULL) {
        return NULL;
    }
    measure->count++;
    return entry;
}

/* Read all of it. */
static enum xls_rc hash(struct xls_measure_trial *t, int fd, const char *path,
                        uint8_t out[XLS_PCR_LEN])
{
    crypto_hash_sha256_state state;
    unsigned char *piece = malloc(PIECE);
    ssize_t n = 1;

    if (piece == NULL) {
        return XLS_HOST_NOMEM;
    }
    (void)crypto_hash_sha256_init(&state);
    while (n > 0) {
        do {
            n = read(fd, piece, PIECE);
        } while (n < 0 && errno == EINTR);
        if (n > 0) {
            (void)crypto_hash_sha256_update(&state, piece, (size_t)n);
            t->out.octets += (uint64_t)n;
        }
    }
    free(piece);
    (void)crypto_hash_sha256_final(&state, out);
    return n < 0 ? xls_measure_failed(t, path, strerror(errno)) : XLS_OK;
}

static bool is_settled(const struct stat *st)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec - st->st_ctim.tv_sec > SETTLED_SECONDS;
}

/* The digest of an open file; what was seen of it before may do. */
static enum xls_rc file_hash(struct xls_measure_trial *t, int fd,
                             const char *path, struct seen *seen)
{
    struct stat before;
    struct stat after;
    uint8_t digest[XLS_PCR_LEN];
    bool settled;
    enum xls_rc rc;

    if (fstat(fd, &before) != 0) {
        return xls_measure_failed(t, path, strerror(errno));
    }
    if (!S_ISREG(before.st_mode)) {
        return xls_measure_failed(t, path, "it is not a regular file");
    }
    if (seen->settled && same_file(&seen->st, &before)) {
        return XLS_OK;
    }
    settled = is_settled(&before);
    seen->settled = false;
    rc = hash(t, fd, path, digest);
    if (rc != XLS_OK) {
        return rc;
    }
    if (fstat(fd, &after) != 0 || !same_file(&before, &after)) {
        return xls_measure_failed(
            t, path,
            "it changed while it was read; try again when nothing "
            "writes to it");
    }
    memcpy(seen->digest, digest, sizeof(digest));
    seen->st = before;
    seen->settled = settled;
    return XLS_OK;
}

enum xls_rc xls_measure_file_add(struct xls_measure_trial *t, unsigned reg,
                                 const char *path)
{
    char words[XLS_SOFTLOG_WORDS_MAX + 1];
    struct seen *seen = seen_of(t->measure, path);
    int fd = -1;
    enum xls_rc rc;

    if (seen == NULL) {
        return XLS_HOST_NOMEM;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    rc = fd < 0 ? xls_measure_failed(t, path, what_of(errno))
                : file_hash(t, fd, path, seen);
    xls_fd_close(&fd);
    if (rc != XLS_OK) {
        return rc;
    }
    (void)snprintf(words, sizeof(words), "file %s", path);
    return xls_softdraft_add(&t->out.log, reg, seen->digest, words);
}

enum xls_rc xls_measure_resolve(struct xls_measure_trial *t, const char *path,
                                bool needed, char **out)
{
    *out = realpath(path, NULL);
    if (*out != NULL || (!needed && (errno == ENOENT || errno == ENOTDIR))) {
        return XLS_OK;
    }
    return errno == ENOMEM ? XLS_HOST_NOMEM
                           : xls_measure_failed(t, path, what_of(errno));
}

static enum xls_rc image_measure(struct xls_measure_trial *t)
{
    char *path = NULL;
    enum xls_rc rc = xls_measure_resolve(t, t->host->image, false, &path);

    if (path != NULL) {
        rc = xls_measure_file_add(t, XLS_MEASURE_KERNEL, path);
    }
    free(path);
    return rc;
}

/* The order of the log's lines. */
static enum xls_rc (*const parts[])(struct xls_measure_trial *t) = {
    xen_measure, image_measure, line_measure, xls_measure_files};

enum xls_rc xls_measure(struct xls_measure *measure,
                        const struct xls_measure_host *host,
                        struct xls_measured *out, struct xls_why *why)
{
    struct xls_measure_trial t = {.measure = measure, .host = host, .why = why};
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; rc == XLS_OK && i < sizeof(parts) / sizeof(parts[0]);
         i++) {
        rc = parts[i](&t);
    }
    if (rc == XLS_OK) {
        *out = t.out;
        t.out.log = (struct xls_softdraft){.text = NULL}; /* now the caller's */
    }
    xls_measured_free(&t.out);
    for (size_t i = 0; i < t.count; i++) {
        free(t.files[i]);
    }
    return rc;
}
