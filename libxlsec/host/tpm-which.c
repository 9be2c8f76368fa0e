/* SPDX-License-Identifier: LGPL-2.1-only */
#include <string.h>
#include <unistd.h>

#include "host/tpm.h"

#define DEVICE "/dev/tpmrm0"

const char *xls_tpm_which(const char *configured)
{
    if (strcmp(configured, "none") == 0) {
        return NULL;
    }
    if (configured[0] != '\0') {
        return configured; /* a build without support says so when it opens */
    }
    return xls_tpm_built() && access(DEVICE, F_OK) == 0 ? "device:" DEVICE
                                                        : NULL;
}
