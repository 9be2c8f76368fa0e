/* What boot.h says. */
#include "boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SHA-256 of EV_SEPARATOR's four bytes of 0xff, with which PC firmware ends. */
static const unsigned char separator[32] = {
    0xad, 0x95, 0x13, 0x1b, 0xc0, 0xb7, 0x99, 0xc0, 0xb1, 0xaf, 0x47,
    0x7f, 0xb1, 0x4f, 0xcf, 0x26, 0xa6, 0xa9, 0xf7, 0x60, 0x79, 0xe4,
    0x8b, 0xf0, 0x90, 0xac, 0xb7, 0xe8, 0x36, 0x7b, 0xfd, 0x0e,
};

/* TPM2_PCR_Extend, up to the digest: PCR at 13, an empty password, SHA-256. */
static const unsigned char extend_head[TPM_EXTEND_LEN - 32] = {
    0x80, 0x02, 0,    0,    0, TPM_EXTEND_LEN,
    0,    0,    0x01, 0x82, 0, 0,
    0,    0,    0,    0,    0, 9,
    0x40, 0,    0,    9,    0, 0,
    0,    0,    0,    0,    0, 0,
    1,    0,    0x0b,
};

unsigned long tpm_number(const unsigned char *at, size_t len)
{
    unsigned long v = 0;

    while (len-- > 0) {
        v = v << 8 | *at++;
    }
    return v;
}

void boot_begin(struct boot *b)
{
    b->separators = 0;
    b->loaded = 0;
    b->count = 0;
}

static void keep(struct boot *b, const unsigned char *command, size_t len)
{
    if (b->count == b->room) {
        size_t room = b->room ? 2 * b->room : 256;
        struct extend *more = realloc(b->extends, room * sizeof(*more));

        if (!more) {
            perror("tpmline");
            exit(1);
        }
        b->extends = more;
        b->room = room;
    }
    b->extends[b->count].len = len;
    memcpy(b->extends[b->count].command, command, len);
    b->count++;
}

int boot_saw(struct boot *b, const unsigned char *command, size_t len,
             const unsigned char *answer)
{
    unsigned long pcr;

    if (len < TPM_EXTEND_LEN || len > sizeof(b->extends->command) ||
        tpm_number(command + 6, 4) != TPM_CC_PCR_EXTEND ||
        tpm_number(answer + 6, 4) != 0) {
        return 0;
    }
    keep(b, command, len);
    pcr = tpm_number(command + 10, 4);
    if (pcr < 8 && !memcmp(command + len - 32, separator, 32)) {
        b->separators |= 1u << pcr;
    }
    if (b->separators != 0xff || b->loaded) {
        return 0;
    }
    b->loaded = 1;
    return 1;
}

size_t boot_command(unsigned char *out, unsigned long code, unsigned type)
{
    const unsigned char bytes[12] = {0x80,
                                     1,
                                     0,
                                     0,
                                     0,
                                     12,
                                     0,
                                     0,
                                     (unsigned char)(code >> 8),
                                     (unsigned char)code,
                                     0,
                                     (unsigned char)type};

    memcpy(out, bytes, sizeof(bytes));
    return sizeof(bytes);
}

static unsigned long little(const unsigned char *at)
{
    return at[0] | (unsigned long)at[1] << 8 | (unsigned long)at[2] << 16 |
           (unsigned long)at[3] << 24;
}

/* PCR, type, number of digests, algorithm, digest, length, data. */
size_t boot_event(const unsigned char *events, size_t len, size_t *at,
                  unsigned char out[TPM_EXTEND_LEN])
{
    const unsigned char *e = events + *at;
    size_t left = len - *at;

    if (left < 50 || little(e) > 23 || little(e + 8) != 1 || e[12] != 0x0b ||
        e[13] != 0 || little(e + 46) > left - 50) {
        return 0;
    }
    memcpy(out, extend_head, sizeof(extend_head));
    out[13] = e[0];
    memcpy(out + sizeof(extend_head), e + 14, 32);
    *at += 50 + little(e + 46);
    return TPM_EXTEND_LEN;
}
