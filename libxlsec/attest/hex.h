/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * hex: octets as hexadecimal digits, and characters that a terminal may see.
 * Level 2.  The other way: xls_hex() of attest/reason.
 */
#ifndef XLS_ATTEST_HEX_H
#define XLS_ATTEST_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* out = the digits octets (an even number) at text, of either case; false when
 * one is none.  out has half as many octets, and may be text. */
bool xls_hex_read(const char *text, size_t digits, uint8_t *out);

/* Is every one of len octets printable ASCII, or a blank? */
bool xls_printable(const char *text, size_t len);

/*
 * What a person can read in len octets at p that nobody vouches for: runs of 4
 * printable characters and more, in ASCII or UTF-16, with a blank between them,
 * as many as fit in size octets at out (1 at least) with the NUL.
 */
void xls_words(char *out, size_t size, const void *p, size_t len);

/* len octets at p in at most size octets at out with the NUL, those that are
 * not printable, the blank and '\' as '\xHH': how a policy writes a path. Their
 * number without the NUL; size or more when it did not fit. */
size_t xls_path_text(char *out, size_t size, const void *p, size_t len);

#endif
