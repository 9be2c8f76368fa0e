/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ends: the two processes of a run, the source's and the destination's.
 */
#ifndef XLS_TEST_ENDS_H
#define XLS_TEST_ENDS_H

#include "run.h"

/* Become that end in a new process; net: the destination's connection, which
 * is its own, and hide the descriptors that it must not hold (-1: none). */
pid_t end_start(struct run *run, enum side side, int net, const int hide[2]);

#endif
