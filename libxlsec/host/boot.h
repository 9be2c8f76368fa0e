/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * boot: which boot of this host this is.  Level 5.
 */
#ifndef XLS_HOST_BOOT_H
#define XLS_HOST_BOOT_H

#include "attest/software.h"
#include "base/rc.h"
#include "base/why.h"

/* Where Linux has the random number of the boot. */
#define XLS_BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

/*
 * The number at path, which is XLS_BOOT_ID_PATH but in tests: a UUID in text,
 * and not zeros.  out is untouched on error.
 * Errors: XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_boot_id_read(const char *path,
                                          uint8_t out[XLS_BOOT_ID_LEN],
                                          struct xls_why *why);

#endif
