/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * streams: the cut-down real save files, unpacked.
 */
#ifndef XLS_TEST_STREAMS_H
#define XLS_TEST_STREAMS_H

#include <stddef.h>

enum { STREAMS = 3 }; /* the first is the smallest */

struct streams {
    char dir[40];
    char path[STREAMS][64];
};

const char *stream_name(size_t i);

/* 0, or 77 with a word on stdout when there is no xz, or 1.  Remove with
 * streams_remove() in any case. */
int streams_unpack(struct streams *out);
void streams_remove(struct streams *streams);

#endif
