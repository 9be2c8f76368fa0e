/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/bootlogs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/eventlog.h"
#include "attest/hex.h"
#include "attest/imalog.h"
#include "host/fd.h"

enum { PCR_FILE_MAX = 256, PATH_ROOM = 512 };

static const struct xls_bootlogs_paths linux_paths = {
    "/sys/class/tpm/tpm0/pcr-sha256",
    "/sys/kernel/security/tpm0/binary_bios_measurements",
    "/sys/kernel/security/ima/binary_runtime_measurements",
};

enum xls_rc xls_bootlogs_file(const char *path, size_t max, bool may_lack,
                              char **p, size_t *len, struct xls_why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    enum xls_rc rc;

    if (fd < 0 && errno == ENOENT && may_lack) {
        *p = NULL;
        *len = 0;
        return XLS_OK;
    }
    rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, max, p, len);
    if (rc == XLS_HOST_IO) {
        rc = xls_why_set(why, rc, "%s: cannot be read: %s", path,
                         strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

/* A PCR as Linux shows it: 64 digits and the line's end. */
static enum xls_rc pcr_read(const char *dir, unsigned n, struct xls_pcrs *out,
                            struct xls_why *why)
{
    char path[PATH_ROOM];
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/%u", dir, n);
    rc = xls_bootlogs_file(path, PCR_FILE_MAX, true, &text, &len, why);
    if (rc != XLS_OK) {
        return rc;
    }
    if (text == NULL) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: there is no such file: is there a TPM 2.0 with "
                           "a bank of SHA-256, and Linux 5.12 or later?",
                           path);
    }
    if (len != 2 * (size_t)XLS_PCR_LEN + 1 || text[len - 1] != '\n' ||
        !xls_hex_read(text, len - 1, out->value[n])) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s: is not 64 digits", path);
    }
    if (rc == XLS_OK) {
        out->mask |= UINT32_C(1) << n;
    }
    free(text);
    return rc;
}

static const char *either(const char *path, const char *otherwise)
{
    return path != NULL ? path : otherwise;
}

enum xls_rc xls_bootlogs_read(const struct xls_bootlogs_paths *paths,
                              uint32_t pcrs, struct xls_bootlogs *out,
                              struct xls_why *why)
{
    struct xls_bootlogs logs = {.claims = {.kind = XLS_EVIDENCE_TPM}};
    struct xls_claims *claims = &logs.claims;
    enum xls_rc rc =
        xls_bootlogs_file(either(paths->log, linux_paths.log), XLS_EVENTLOG_MAX,
                          paths->log == NULL, &logs.log, &claims->log_len, why);

    for (unsigned n = 0; rc == XLS_OK && n < XLS_PCR_COUNT; n++) {
        if ((pcrs >> n & 1) != 0) {
            rc = pcr_read(either(paths->pcrs, linux_paths.pcrs), n,
                          &claims->pcrs, why);
        }
    }
    if (rc == XLS_OK) { /* behind PCR 10: a list may go on, and not lack */
        rc = xls_bootlogs_file(either(paths->ima, linux_paths.ima),
                               XLS_IMALOG_MAX, paths->ima == NULL, &logs.ima,
                               &claims->ima_len, why);
    }
    if (rc == XLS_OK) {
        claims->log = (const uint8_t *)logs.log;
        claims->ima = (const uint8_t *)logs.ima;
        *out = logs;
        logs = (struct xls_bootlogs){.log = NULL};
    }
    xls_bootlogs_free(&logs);
    return rc;
}

void xls_bootlogs_free(struct xls_bootlogs *logs)
{
    free(logs->log);
    free(logs->ima);
    *logs = (struct xls_bootlogs){.log = NULL};
}
