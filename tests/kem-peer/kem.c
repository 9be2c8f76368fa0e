/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * kem COMMAND: our ML-KEM-768 for a shell script, octets on stdin and stdout.
 *
 *   by             whose it is, in words; exit 1 when this build has none
 *   pub            a seed (64): its encapsulation key (1184)
 *   wrap           an encapsulation key: a ciphertext and a secret (1088 + 32)
 *   unwrap         a seed and a ciphertext (64 + 1088): the secret (32)
 *
 * Exit: 0 done, 1 refused, 2 usage.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/kem.h"
#include "crypto/start.h"

struct unwrap {
    struct xls_kem_key key;
    uint8_t text[XLS_KEM_TEXT_LEN];
};

/* All of stdin, which has to be len octets. */
static bool get(void *p, size_t len)
{
    return fread(p, 1, len, stdin) == len && fgetc(stdin) == EOF;
}

static bool put(const void *p, size_t len)
{
    return fwrite(p, 1, len, stdout) == len && fflush(stdout) == 0;
}

static bool pub(void)
{
    struct xls_kem_key key;
    uint8_t out[XLS_KEM_PUB_LEN];

    return get(&key, sizeof(key)) && xls_kem()->pub(&key, out) == XLS_OK &&
           put(out, sizeof(out));
}

static bool wrap(void)
{
    uint8_t in[XLS_KEM_PUB_LEN];
    uint8_t text[XLS_KEM_TEXT_LEN];
    struct xls_kem secret;

    return get(in, sizeof(in)) &&
           xls_kem()->wrap(in, text, &secret) == XLS_OK &&
           put(text, sizeof(text)) && put(secret.bytes, sizeof(secret.bytes));
}

static bool unwrap(void)
{
    struct unwrap in;
    struct xls_kem secret;

    return get(&in, sizeof(in)) &&
           xls_kem()->unwrap(&in.key, in.text, &secret) == XLS_OK &&
           put(secret.bytes, sizeof(secret.bytes));
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";

    if (xls_crypto_start() != XLS_OK) {
        return 2;
    }
    if (strcmp(what, "by") == 0) {
        (void)puts(xls_kem_by() == NULL ? "nobody" : xls_kem_by());
        return xls_kem() == NULL ? 1 : 0;
    }
    if (strcmp(what, "pub") == 0) {
        return pub() ? 0 : 1;
    }
    if (strcmp(what, "wrap") == 0) {
        return wrap() ? 0 : 1;
    }
    if (strcmp(what, "unwrap") == 0) {
        return unwrap() ? 0 : 1;
    }
    (void)fprintf(stderr, "usage: kem by|pub|wrap|unwrap\n");
    return 2;
}
