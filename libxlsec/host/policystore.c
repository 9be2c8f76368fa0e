/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/policystore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "attest/policy.h"
#include "host/fd.h"

enum xls_rc xls_policystore_load(const struct xls_conf *conf, char **text,
                                 size_t *len, struct xls_why *why)
{
    char path[XLS_PATH + 32];
    enum xls_rc rc;
    int fd;

    *text = NULL;
    *len = 0;
    (void)snprintf(path, sizeof(path), "%s/policy", conf->dir);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, XLS_POLICY_MAX, text, len);
    xls_fd_close(&fd);
    return rc == XLS_OK
               ? rc
               : xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s", path,
                             strerror(errno));
}
