/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/keytext.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"

/* Is text what these octets are in base64?  libsodium takes some octets above
 * 127 for digits. */
static bool is_base64_of(const char *text, const uint8_t *octets, size_t len)
{
    enum { PIECE = 48, DIGITS = 64 };
    size_t left = strlen(text);
    char piece[DIGITS + 1];
    bool good = true;

    while (good && len > 0) {
        size_t n = len < PIECE ? len : PIECE;
        size_t digits;

        (void)sodium_bin2base64(piece, sizeof(piece), octets, n,
                                sodium_base64_VARIANT_ORIGINAL);
        digits = strlen(piece);
        good = digits <= left && xls_same(text, piece, digits) == XLS_OK;
        text += digits;
        left -= digits;
        octets += n;
        len -= n;
    }
    xls_wipe(piece, sizeof(piece));
    return good && left == 0;
}

bool xls_base64_append(const char *text, uint8_t *out, size_t max, size_t *len)
{
    size_t text_len = strlen(text);
    size_t got = 0;
    const char *end = NULL;

    if (*len % 3 != 0 || text_len == 0 ||
        sodium_base642bin(out + *len, max - *len, text, text_len, NULL, &got,
                          &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text + text_len || !is_base64_of(text, out + *len, got)) {
        return false;
    }
    *len += got;
    return true;
}

bool xls_key_decode(const char *text, uint8_t out[XLS_KEY])
{
    size_t len = 0;

    if (strlen(text) != XLS_KEY_TEXT - 1 ||
        !xls_base64_append(text, out, XLS_KEY, &len) || len != XLS_KEY) {
        xls_wipe(out, XLS_KEY);
        return false;
    }
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

void xls_digest_fingerprint(const uint8_t digest[32],
                            char out[XLS_FINGERPRINT_TEXT])
{
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): it goes on below */
    memcpy(out, "SHA256:", 7);
    (void)sodium_bin2base64(out + 7, XLS_FINGERPRINT_TEXT - 7, digest, 32,
                            sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

void xls_fingerprint(const void *octets, size_t len,
                     char out[XLS_FINGERPRINT_TEXT])
{
    uint8_t digest[crypto_hash_sha256_BYTES];

    (void)crypto_hash_sha256(digest, octets, len);
    xls_digest_fingerprint(digest, out);
}

void xls_key_fingerprint(const uint8_t key[XLS_KEY],
                         char out[XLS_FINGERPRINT_TEXT])
{
    xls_fingerprint(key, XLS_KEY, out);
}
