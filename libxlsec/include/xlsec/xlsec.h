/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec: secure live migration for Xen.  What every user of the library needs.
 */
#ifndef XLSEC_XLSEC_H
#define XLSEC_XLSEC_H

#ifdef __cplusplus
extern "C" {
#endif

#define XLSEC_API __attribute__((visibility("default")))

/* The library's version, "major.minor.patch"; static storage, never NULL. */
XLSEC_API const char *xlsec_version(void);

#ifdef __cplusplus
}
#endif

#endif
