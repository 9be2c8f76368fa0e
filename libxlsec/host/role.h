/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * role: the four helper processes, each a program of its own.  Level 5.
 *
 * Each takes its descriptors as host/spawn lays them out, is told what to do on
 * its control socket (host/msg), and gives its exit status.
 *
 *             descriptors after the control socket (3)
 *   keys      4 wire's requests
 *   wire      4 network in, 5 network out, 6 ring memory, 7 bell, 8 keys
 *   guard     4 pipe from or to libxl, 5 ring memory, 6 bell
 *   verify    none
 */
#ifndef XLS_HOST_ROLE_H
#define XLS_HOST_ROLE_H

#include "crypto/kem.h"

/* Holds the static key and the pre-shared keys; no network. */
int xls_keys_main(void);

/* Handshake, records, socket; no files, no long-term key, no libxl.  kem is
 * xls_kem(), which only the program is linked with; NULL: there is none. */
int xls_wire_main(const struct xls_kem_ops *kem);

/* Judges the stream and the config; no network, no key. */
int xls_guard_main(void);

/* Judges the peer's Evidence; no network, no key of ours, no files. */
int xls_verify_main(void);

#define XLS_KEYS_PROGRAM   "xlsec-keys"
#define XLS_WIRE_PROGRAM   "xlsec-wire"
#define XLS_GUARD_PROGRAM  "xlsec-guard"
#define XLS_VERIFY_PROGRAM "xlsec-verify"

#endif
