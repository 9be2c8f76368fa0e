/* SPDX-License-Identifier: LGPL-2.1-only */
#ifndef XLS_TOOLSTACK_MEASURE_H
#define XLS_TOOLSTACK_MEASURE_H
#include "toolstack/guest.h"
struct xls_measure_ops xls_measure_ops(void);
#endif
