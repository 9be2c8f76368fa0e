/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * drive PEER: our handshake against the program PEER (peer.go, on somebody
 * else's Noise), as initiator and as responder, for XX and each single psk
 * modifier.  Handshake, handshake hash and transport messages have to agree;
 * with a wrong psk or another prologue they must not.
 *
 * Exit: 0 all as it should be, 1 not, 2 usage.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/start.h"
#include "proto/noise.h"
#include "unit/t-noise-oracle.h"

#define MESSAGES  40
#define SLOT_NONE 4U

struct peer {
    pid_t pid;
    int in;  /* we write, it reads */
    int out; /* it writes, we read */
};

struct trial {
    bool we_start;
    unsigned slot; /* 0 to 3, or SLOT_NONE */
    bool spoil_psk;
    bool spoil_prologue;
};

static const uint8_t prologue[] = {'x', 'l', 's', 'e', 'c'};

static bool write_all(int fd, const uint8_t *p, size_t len)
{
    while (len != 0) {
        ssize_t n = write(fd, p, len);

        if (n <= 0) {
            return false;
        }
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool read_all(int fd, uint8_t *p, size_t len)
{
    while (len != 0) {
        ssize_t n = read(fd, p, len);

        if (n <= 0) {
            return false;
        }
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool put(const struct peer *peer, const uint8_t *p, size_t len)
{
    const uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};

    return write_all(peer->in, head, 2) && write_all(peer->in, p, len);
}

static bool get(const struct peer *peer, uint8_t *p, size_t size, size_t *len)
{
    uint8_t head[2];

    if (!read_all(peer->out, head, 2)) {
        return false;
    }
    *len = (size_t)head[0] << 8 | head[1];
    return *len <= size && read_all(peer->out, p, *len);
}

static void hex(const uint8_t *p, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", p[i]);
    }
}

/* In the child: become the peer, with a pipe at each end. */
static void become(const char *program, const struct trial *trial,
                   const uint8_t psk[XLS_PSK_LEN], const int fds[4])
{
    char slot[2] = {'-', '\0'};
    char psk_hex[2 * XLS_PSK_LEN + 1];
    char prologue_hex[2 * sizeof(prologue) + 1];
    char count[16];

    if (trial->slot != SLOT_NONE) {
        slot[0] = (char)('0' + trial->slot);
    }
    hex(psk, XLS_PSK_LEN, psk_hex);
    hex(prologue, sizeof(prologue), prologue_hex);
    (void)snprintf(count, sizeof(count), "%d", MESSAGES);
    if (dup2(fds[0], 0) == 0 && dup2(fds[3], 1) == 1) {
        for (int i = 0; i < 4; i++) {
            (void)close(fds[i]);
        }
        (void)execl(program, program,
                    trial->we_start ? "responder" : "initiator", slot, psk_hex,
                    prologue_hex, count, (char *)NULL);
    }
    _exit(127);
}

static bool start(struct peer *peer, const char *program,
                  const struct trial *trial, const uint8_t psk[XLS_PSK_LEN])
{
    int fds[4];

    if (pipe(fds) != 0 || pipe(fds + 2) != 0) {
        return false;
    }
    peer->pid = fork();
    if (peer->pid == 0) {
        become(program, trial, psk, fds);
    }
    (void)close(fds[0]);
    (void)close(fds[3]);
    peer->in = fds[1];
    peer->out = fds[2];
    return peer->pid > 0;
}

/* The peer's own verdict: true when it ended well. */
static bool stop(struct peer *peer)
{
    int status = 0;

    (void)close(peer->in);
    (void)close(peer->out);
    while (waitpid(peer->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool handshake(const struct peer *peer, const struct trial *trial,
                      struct xls_noise *st)
{
    uint8_t buf[1024];
    uint8_t payload[64];
    char want[16];

    for (unsigned i = 0; i < XLS_NOISE_MESSAGES; i++) {
        size_t overhead = xls_noise_overhead(st);
        size_t said = (size_t)snprintf(want, sizeof(want), "payload %u", i);
        size_t len;
        struct xls_dh_key e;

        if ((i % 2 == 0) == trial->we_start) {
            xls_dh_key_random(&e);
            if (xls_noise_write(st, i < 2 ? &e : NULL, (const uint8_t *)want,
                                said, buf, sizeof(buf)) != XLS_OK ||
                !put(peer, buf, overhead + said)) {
                return false;
            }
        } else if (!get(peer, buf, sizeof(buf), &len) ||
                   xls_noise_read(st, buf, len, payload, sizeof(payload)) !=
                       XLS_OK ||
                   len != overhead + said || memcmp(payload, want, said) != 0) {
            return false;
        }
    }
    return true;
}

static bool say(const struct peer *peer, struct xls_cipher *cipher,
                const uint8_t *p, size_t len)
{
    static uint8_t buf[XLS_NOISE_MAX];
    const struct xls_aead_text text = {NULL, 0, p, len, buf};

    return xls_cipher_seal(cipher, &text) == XLS_OK &&
           put(peer, buf, len + XLS_TAG_LEN);
}

/* The next message has to be these octets. */
static bool hear(const struct peer *peer, struct xls_cipher *cipher,
                 const uint8_t *want, size_t want_len)
{
    static uint8_t buf[XLS_NOISE_MAX];
    static uint8_t plain[XLS_NOISE_MAX];
    struct xls_aead_text text = {NULL, 0, buf, 0, plain};

    return get(peer, buf, sizeof(buf), &text.in_len) &&
           xls_cipher_open(cipher, &text) == XLS_OK &&
           text.in_len == want_len + XLS_TAG_LEN &&
           memcmp(plain, want, want_len) == 0;
}

static bool talk(const struct peer *peer, struct xls_noise_keys *keys)
{
    static uint8_t buf[XLS_NOISE_MAX - XLS_TAG_LEN];

    if (!say(peer, &keys->send, keys->h, XLS_HASH_LEN) ||
        !hear(peer, &keys->receive, keys->h, XLS_HASH_LEN)) {
        return false;
    }
    for (size_t i = 0; i < MESSAGES; i++) {
        size_t len = i == MESSAGES - 1 ? sizeof(buf) : i * i * 7;

        xls_random(buf, len);
        if (!say(peer, &keys->send, buf, len) ||
            !hear(peer, &keys->receive, buf, len)) {
            return false;
        }
    }
    return true;
}

static bool attempt(const char *program, const struct trial *trial)
{
    struct t_oracle oracle;
    struct xls_noise st;
    struct xls_noise_keys keys;
    struct peer peer;
    struct xls_noise_setup setup = {
        .role = trial->we_start ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION,
        .psks = trial->slot == SLOT_NONE ? 0 : XLS_NOISE_PSK(trial->slot),
        .prologue = prologue,
        .prologue_len = sizeof(prologue) - (trial->spoil_prologue ? 1 : 0),
        .oracle = &oracle.api,
    };
    uint8_t psk[XLS_PSK_LEN];
    bool good;

    t_oracle_init(&oracle);
    xls_random(psk, sizeof(psk));
    for (size_t i = 0; i < 4; i++) {
        memcpy(oracle.psk[i], psk, sizeof(psk));
        oracle.psk[i][31] ^= trial->spoil_psk ? 1 : 0;
    }
    memcpy(setup.own_static, oracle.key.pub, XLS_DH_LEN);
    if (xls_noise_init(&st, &setup) != XLS_OK ||
        !start(&peer, program, trial, psk)) {
        return false;
    }
    good = handshake(&peer, trial, &st) &&
           xls_noise_split(&st, &keys) == XLS_OK && talk(&peer, &keys);
    return stop(&peer) && good;
}

static unsigned try(const char *program, const struct trial *trial)
{
    bool spoilt = trial->spoil_psk || trial->spoil_prologue;
    bool good = attempt(program, trial) != spoilt;

    printf("%s we %s, psk %c%s%s\n", good ? "ok  " : "FAIL",
           trial->we_start ? "start" : "answer",
           trial->slot == SLOT_NONE ? '-' : (char)('0' + trial->slot),
           trial->spoil_psk ? ", which differs: refused" : "",
           trial->spoil_prologue ? ", the prologue differs: refused" : "");
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    unsigned failed = 0;

    if (argc != 2) {
        fprintf(stderr, "usage: drive PEER\n");
        return 2;
    }
    if (xls_crypto_start() != XLS_OK || signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return 2;
    }
    for (unsigned slot = 0; slot <= SLOT_NONE; slot++) {
        for (int we = 0; we < 2; we++) {
            struct trial trial = {we != 0, slot, false, false};

            failed += try(argv[1], &trial);
            trial.spoil_prologue = true;
            failed += try(argv[1], &trial);
            trial.spoil_prologue = false;
            trial.spoil_psk = slot != SLOT_NONE;
            failed += slot != SLOT_NONE ? try(argv[1], &trial) : 0;
        }
    }
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
