/* SPDX-License-Identifier: LGPL-2.1-only */
#include "realxl.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one that we installed, by whatever path. */
static bool is_ours(const char *path)
{
    struct stat ours;
    struct stat it;

    return stat(XLS_SBINDIR "/xl", &ours) == 0 && stat(path, &it) == 0 &&
           ours.st_dev == it.st_dev && ours.st_ino == it.st_ino;
}

bool xls_real_xl(char *out, size_t size)
{
    static const char *const dirs[] = {"/usr/sbin", "/sbin", "/usr/local/sbin",
                                       "/opt/xen/sbin", "/usr/bin"};

    for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
        (void)snprintf(out, size, "%s/xl", dirs[i]);
        if (access(out, X_OK) == 0 && !is_ours(out)) {
            return true;
        }
    }
    return false;
}
