/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/keytext.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"

bool xls_key_decode(const char *text, uint8_t out[XLS_KEY])
{
    size_t len = 0;
    const char *end = NULL;
    size_t text_len = strlen(text);
    char again[XLS_KEY_TEXT] = "";
    bool good;

    if (text_len != XLS_KEY_TEXT - 1 ||
        sodium_base642bin(out, XLS_KEY, text, text_len, NULL, &len, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        len != XLS_KEY || end != text + text_len) {
        xls_wipe(out, XLS_KEY);
        return false;
    }
    /* libsodium takes some octets above 127 for digits */
    xls_key_encode(out, again);
    good = xls_same(again, text, text_len) == XLS_OK;
    xls_wipe(again, sizeof(again));
    if (!good) {
        xls_wipe(out, XLS_KEY);
    }
    return good;
}

bool xls_base64_append(const char *text, uint8_t *out, size_t max, size_t *len)
{
    enum { PIECE = 192 }; /* octets; a line of a file holds fewer */
    size_t text_len = strlen(text);
    uint8_t piece[PIECE];
    char
        again[sodium_base64_ENCODED_LEN(PIECE, sodium_base64_VARIANT_ORIGINAL)];
    size_t got = 0;
    const char *end = NULL;

    if (*len % 3 != 0 || text_len == 0 ||
        sodium_base642bin(piece, sizeof(piece), text, text_len, NULL, &got,
                          &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text + text_len || got > max - *len) {
        return false;
    }
    /* as in xls_key_decode() */
    (void)sodium_bin2base64(again, sizeof(again), piece, got,
                            sodium_base64_VARIANT_ORIGINAL);
    if (strcmp(again, text) != 0) {
        return false;
    }
    memcpy(out + *len, piece, got);
    *len += got;
    return true;
}

bool xls_hex_decode(const char *text, uint8_t *out, size_t len)
{
    size_t got = 0;

    if (strlen(text) == 2 * len &&
        sodium_hex2bin(out, len, text, 2 * len, NULL, &got, NULL) == 0 &&
        got == len) {
        return true;
    }
    memset(out, 0, len);
    return false;
}

void xls_key_encode(const uint8_t key[XLS_KEY], char out[XLS_KEY_TEXT])
{
    (void)sodium_bin2base64(out, XLS_KEY_TEXT, key, XLS_KEY,
                            sodium_base64_VARIANT_ORIGINAL);
}

void xls_key_fingerprint(const uint8_t key[XLS_KEY],
                         char out[XLS_FINGERPRINT_TEXT])
{
    uint8_t digest[crypto_hash_sha256_BYTES];

    (void)crypto_hash_sha256(digest, key, XLS_KEY);
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): it goes on below */
    memcpy(out, "SHA256:", 7);
    (void)sodium_bin2base64(out + 7, XLS_FINGERPRINT_TEXT - 7, digest,
                            sizeof(digest),
                            sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}
