/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/peerfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "host/fd.h"
#include "host/keep.h"
#include "host/revoked.h"

enum { FILE_MAX = 65536 };

#define NOTE                                                                   \
    "# enrolled" /* a note of ours begins so, and goes with the keys           \
                  */

/* --- the text ------------------------------------------------------------- */

/* Is this line one of those that are written anew? */
static bool is_ours(const char *line)
{
    static const char *const list[] = {"name", "address",   "port",
                                       "key",  "evidence",  "evidence-key",
                                       "ak",   "ak-scheme", "ak-name"};
    size_t len;

    line += strspn(line, " \t");
    if (strncmp(line, "[peer]", 6) == 0 ||
        strncmp(line, NOTE, strlen(NOTE)) == 0) {
        return true;
    }
    len = strcspn(line, " \t=:");
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        if (strlen(list[i]) == len && strncmp(line, list[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* What is kept of the old file, in its order. */
static enum xls_rc copy_old(const struct xls_peer *old, FILE *to,
                            struct xls_why *why)
{
    int fd = open(old->path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc =
        fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, FILE_MAX, &text, &len);

    if (rc == XLS_HOST_IO) {
        rc = xls_why_set(why, rc, "%s: cannot be read: %s", old->path,
                         strerror(errno));
    }
    for (char *at = text; rc == XLS_OK && at != NULL && *at != '\0';) {
        char *line = strsep(&at, "\n");

        if (!is_ours(line)) {
            (void)fprintf(to, "%s\n", line);
        }
    }
    free(text);
    xls_fd_close(&fd);
    return rc;
}

/* No attestation key that was not enrolled; and no evidence key that a host
 * with a TPM could fall back to without a word. */
static void print_new(const struct xls_peerfile *what, FILE *to)
{
    bool tpm = what->evidence != NULL && strcmp(what->evidence, "tpm") == 0;
    struct xls_bundle kept = *what->bundle;

    kept.has_evidence_key = kept.has_evidence_key && what->evidence != NULL;
    kept.ak_len = tpm ? kept.ak_len : 0;
    (void)fprintf(to, "[peer]\n");
    xls_bundle_print_words(&kept, to);
    if (what->evidence != NULL) {
        (void)fprintf(to, "evidence = %s\n", what->evidence);
    }
}

static enum xls_rc print_all(const struct xls_peer *old,
                             const struct xls_peerfile *what, FILE *to,
                             struct xls_why *why)
{
    if (what->note != NULL) {
        (void)fprintf(to, NOTE " %s\n", what->note);
    }
    print_new(what, to);
    if (old != NULL) {
        return copy_old(old, to, why);
    }
    (void)fprintf(to, "allow = %s\n", what->allow);
    if (what->class != NULL) {
        (void)fprintf(to, "class = %s\n", what->class);
    }
    return XLS_OK;
}

enum xls_rc xls_peerfile_write(const char *dir, const struct xls_peer *old,
                               const struct xls_peerfile *what,
                               struct xls_why *why)
{
    char peers[XLS_PATH + 16];
    char file[XLS_NAME + 8];
    const char *name = file;
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    struct xls_peer *again = calloc(1, sizeof(*again));
    enum xls_rc rc = XLS_HOST_NOMEM;

    (void)snprintf(peers, sizeof(peers), "%.255s/peers.d", dir);
    (void)snprintf(file, sizeof(file), "%s.conf", what->bundle->name);
    if (old != NULL && strrchr(old->path, '/') != NULL) {
        name = strrchr(old->path, '/') + 1;
    }
    if (to != NULL) {
        rc = print_all(old, what, to, why);
        rc = fclose(to) != 0 && rc == XLS_OK ? XLS_HOST_NOMEM : rc;
    }
    if (rc == XLS_OK) { /* what is written can be read */
        rc = again == NULL ? XLS_HOST_NOMEM
                           : xls_peer_parse(text, name, again, why);
    }
    if (rc == XLS_OK) {
        rc = xls_keep(peers, name, text, len, 0644, why);
    }
    free(text);
    free(again);
    return rc;
}

/* --- revoked keys --------------------------------------------------------- */

/* One more entry, unless the bundle has the same. */
static void note(struct xls_revoked_entry *list, size_t *count,
                 enum xls_revoked_kind kind, const uint8_t *octets,
                 const uint8_t *kept, size_t len)
{
    if (octets == NULL ||
        (kept != NULL && xls_same(octets, kept, len) == XLS_OK)) {
        return;
    }
    list[*count].kind = kind;
    memcpy(list[*count].octets, octets, len);
    ++*count;
}

enum xls_rc xls_peerfile_revoke(const char *dir, const struct xls_peer *old,
                                const struct xls_bundle *bundle,
                                const char *reason, struct xls_why *why)
{
    static const struct xls_bundle none;
    const struct xls_bundle *b = bundle == NULL ? &none : bundle;
    struct xls_revoked_entry list[3] = {{.kind = XLS_REVOKED_NONE}};
    size_t count = 0;

    note(list, &count, XLS_REVOKED_KEY, old->key,
         bundle == NULL ? NULL : b->key, XLS_KEY);
    note(list, &count, XLS_REVOKED_AK_NAME,
         old->has_ak_name ? old->ak_name : NULL,
         b->has_ak_name ? b->ak_name : NULL, XLS_NAME_LEN);
    note(list, &count, XLS_REVOKED_EVIDENCE_KEY,
         old->has_evidence_key ? old->evidence_key : NULL,
         b->has_evidence_key ? b->evidence_key : NULL, XLS_KEY);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(list[i].host, sizeof(list[i].host), "%s", old->name);
        (void)snprintf(list[i].reason, sizeof(list[i].reason), "%s",
                       reason == NULL ? "" : reason);
    }
    return count == 0 ? XLS_OK : xls_revoked_add(dir, list, count, why);
}

enum xls_rc xls_bundle_not_revoked(const char *dir,
                                   const struct xls_bundle *bundle,
                                   const char *path, struct xls_why *why)
{
    struct xls_revoked revoked;
    enum xls_rc rc = xls_revoked_load(dir, &revoked, why);

    if (rc == XLS_OK) {
        rc = xls_revoked_check(&revoked, XLS_REVOKED_KEY, bundle->key, path,
                               why);
    }
    if (rc == XLS_OK) {
        rc = xls_revoked_check(&revoked, XLS_REVOKED_AK_NAME,
                               bundle->has_ak_name ? bundle->ak_name : NULL,
                               path, why);
    }
    if (rc == XLS_OK) {
        rc = xls_revoked_check(
            &revoked, XLS_REVOKED_EVIDENCE_KEY,
            bundle->has_evidence_key ? bundle->evidence_key : NULL, path, why);
    }
    xls_revoked_free(&revoked);
    return rc;
}
