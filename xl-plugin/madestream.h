/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * madestream: a libxl stream of any size, of a PVH guest that never was.
 */
#ifndef XLS_PLUGIN_MADESTREAM_H
#define XLS_PLUGIN_MADESTREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/*
 * Give the stream of a guest of pages pages (4 KiB each, full of data that does
 * not compress) to put(), piece by piece.  Errors: put's, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_made_stream(uint64_t pages,
                enum xls_rc (*put)(void *ctx, const void *p, size_t len),
                void *ctx);

#endif
