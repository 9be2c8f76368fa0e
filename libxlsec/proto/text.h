/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * text: is this a string that a terminal and a log can be shown?  Level 3.
 */
#ifndef XLS_PROTO_TEXT_H
#define XLS_PROTO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * True when the len octets at p are UTF-8 without control characters as
 * [P-33] has it; lines permits tab, line feed and carriage return.
 */
bool xls_text_ok(const uint8_t *p, size_t len, bool lines);

#endif
