/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Software Evidence: statements that are good but for one thing, signed by the
 * right key, and logs that are good but for one thing, by the rules of
 * doc/EVIDENCE.md section 6.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/extend.h"
#include "attest/software.h"
#include "base/wr.h"
#include "t.h"

#define HEX63 "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX64 "0" HEX63

/* Evidence, and what it is held against. */
struct se {
    struct xls_sign_key key;
    uint8_t binder[XLS_SOFTWARE_BINDER_LEN];
    struct xls_software_clock clock;
    struct xls_softdraft draft;
    struct xls_pcrs pcrs; /* given beside */
    uint8_t message[XLS_SOFTWARE_MAX + 1];
    uint8_t sig[XLS_SIGN_LEN + 1];
    struct xls_software software;
    struct xls_software_want want;
};

static void sign(struct se *e)
{
    const struct xls_software_state state = {e->binder, &e->clock,
                                             &e->draft.pcrs};

    T(xls_software_sign(&state, &e->key, e->message, &e->software.message_len,
                        e->sig) == XLS_OK);
}

/* The same after a change of the message itself. */
static void sign_message(struct se *e)
{
    xls_sign(&e->key, e->message, e->software.message_len, e->sig);
}

/* Registers 0, 4 and 9, the last of two lines. */
static void honest(struct se *e)
{
    static const unsigned registers[] = {0, 4, 9, 9};
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {5};
    uint8_t digest[XLS_PCR_LEN];

    memset(e, 0, sizeof(*e));
    xls_sign_key_over_seed(seed, &e->key);
    memset(e->binder, 0xb1, sizeof(e->binder));
    memset(e->clock.boot_id, 0x1d, sizeof(e->clock.boot_id));
    e->clock.uptime = 1000;
    for (size_t i = 0; i < T_COUNT(registers); i++) {
        memset(digest, (int)i + 1, sizeof(digest));
        T(xls_softdraft_add(&e->draft, registers[i], digest, "words") ==
          XLS_OK);
    }
    e->pcrs = e->draft.pcrs;
    e->software = (struct xls_software){.message = e->message,
                                        .signature = e->sig,
                                        .signature_len = XLS_SIGN_LEN,
                                        .pcrs = &e->pcrs,
                                        .log = e->draft.text,
                                        .log_len = e->draft.len};
    e->want = (struct xls_software_want){
        .key = e->key.pub, .binder = e->binder, .pcrs = 0x211};
    sign(e);
}

static void holds(const struct se *e)
{
    struct xls_software_facts facts;
    struct xls_reason why = {0};

    ck_assert_msg(xls_software_check(&e->software, &e->want, &facts, &why) ==
                      XLS_OK,
                  "%s: %s", why.rule, why.text);
    T(memcmp(&facts.clock, &e->clock, sizeof(facts.clock)) == 0);
    T(memcmp(&facts.pcrs, &e->draft.pcrs, sizeof(facts.pcrs)) == 0);
    T(facts.log.events == e->draft.lines);
}

/* By this rule, which says why, and nothing is given. */
static enum xls_rc breaks(const struct se *e, const char *rule)
{
    struct xls_software_facts facts, before;
    struct xls_reason why = {0};
    enum xls_rc rc;

    memset(&facts, 0x5a, sizeof(facts));
    memset(&before, 0x5a, sizeof(before));
    rc = xls_software_check(&e->software, &e->want, &facts, &why);
    ck_assert_msg(xls_rc_is_peer(rc) && strcmp(why.rule, rule) == 0,
                  "%s (%s), not %s", why.rule, why.text, rule);
    T(why.text[0] != '\0');
    T(memcmp(&facts, &before, sizeof(facts)) == 0);
    T(xls_software_check(&e->software, &e->want, NULL, NULL) == rc);
    return rc;
}

/* --- the statement -------------------------------------------------------- */

START_TEST(octets)
{
    struct se e;
    uint8_t want[XLS_SOFTWARE_MAX];
    struct xls_wr wr = xls_wr_over(want, sizeof(want));
    size_t used = 0;

    honest(&e);
    xls_wr_copy(&wr, "xlsec software 1", 16);
    for (unsigned i = 0; i < 32; i++) {
        xls_wr_u8(&wr, 0xb1);
    }
    for (unsigned i = 0; i < 16; i++) {
        xls_wr_u8(&wr, 0x1d);
    }
    xls_wr_u64be(&wr, 1000);
    xls_wr_u32be(&wr, 0x211);
    xls_wr_copy(&wr, e.draft.pcrs.value[0], 32);
    xls_wr_copy(&wr, e.draft.pcrs.value[4], 32);
    xls_wr_copy(&wr, e.draft.pcrs.value[9], 32);
    T(xls_wr_end(&wr, &used) == XLS_OK);
    T(used == e.software.message_len && used == 76 + 3 * 32);
    T(memcmp(want, e.message, used) == 0);
    holds(&e);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* Under the good signature every flipped bit is refused; with a new one over
 * it, a bit of the head is refused by its own rule. */
START_TEST(every_bit)
{
    struct se e;

    honest(&e);
    for (size_t bit = 0; bit < 8 * e.software.message_len; bit++) {
        const char *rule = bit < 8 * 16 ? "E-111" : "E-114";
        uint8_t flip = (uint8_t)(1U << bit % 8);

        if (bit / 8 >= 72 && bit / 8 < 76) { /* more or fewer values follow */
            rule = "E-112";
        }
        e.message[bit / 8] ^= flip;
        T(breaks(&e, rule) != XLS_OK);
        e.message[bit / 8] ^= flip;
    }
    for (size_t bit = 0; bit < 8 * XLS_SIGN_LEN; bit++) {
        e.sig[bit / 8] ^= (uint8_t)(1U << bit % 8);
        T(breaks(&e, "E-114") == XLS_PEER_AUTH);
        e.sig[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    holds(&e);
    xls_softdraft_free(&e.draft);
}
END_TEST

START_TEST(lengths)
{
    static const size_t lens[] = {0, 1, 15, 16, 75, 76, 107};
    struct se e;

    honest(&e);
    for (size_t i = 0; i < T_COUNT(lens); i++) {
        e.software.message_len = lens[i];
        sign_message(&e);
        T(breaks(&e, "E-110") == XLS_PEER_SHORT);
    }
    e.software.message_len = XLS_SOFTWARE_MAX + 1;
    sign_message(&e);
    T(breaks(&e, "E-110") == XLS_PEER_RANGE);
    e.software.message_len = XLS_SOFTWARE_MAX;
    sign_message(&e);
    T(breaks(&e, "E-112") == XLS_PEER_TRAIL);
    sign(&e);
    e.software.message_len--;
    sign_message(&e);
    T(breaks(&e, "E-112") == XLS_PEER_SHORT);
    e.software.message_len += 2;
    sign_message(&e);
    T(breaks(&e, "E-112") == XLS_PEER_TRAIL);
    sign(&e);
    e.software.signature_len--;
    T(breaks(&e, "E-113") == XLS_PEER_RANGE);
    e.software.signature_len = 0;
    T(breaks(&e, "E-113") == XLS_PEER_RANGE);
    e.software.signature_len = XLS_SIGN_LEN + 1;
    T(breaks(&e, "E-113") == XLS_PEER_RANGE);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* [E-112] Registers that there are not, and no boot. */
START_TEST(forms)
{
    struct se e;

    honest(&e);
    e.want.any_pcrs = true;
    e.want.pcrs = 0;
    for (unsigned byte = 72; byte < 74; byte++) { /* 16 and above */
        for (unsigned bit = 0; bit < 8; bit++) {
            e.message[byte] ^= (uint8_t)(1U << bit);
            e.software.message_len += 32;
            sign_message(&e);
            T(breaks(&e, "E-112") == XLS_PEER_RANGE);
            e.software.message_len -= 32;
            e.message[byte] ^= (uint8_t)(1U << bit);
        }
    }
    memset(e.message + 72, 0, 4);
    sign_message(&e);
    T(breaks(&e, "E-112") == XLS_PEER_RANGE);
    sign(&e);
    memset(e.message + 48, 0, XLS_BOOT_ID_LEN);
    sign_message(&e);
    T(breaks(&e, "E-112") == XLS_PEER_RANGE);
    e.message[63] = 1;
    sign_message(&e);
    e.clock = (struct xls_software_clock){.boot_id = {[15] = 1}, 1000};
    holds(&e);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* [E-114], [E-115] Another host's key, and an answer to another question. */
START_TEST(who_and_what_for)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {6};
    struct xls_sign_key other;
    uint8_t asked[XLS_SOFTWARE_BINDER_LEN];
    struct se e;

    honest(&e);
    xls_sign_key_over_seed(seed, &other);
    e.want.key = other.pub;
    T(breaks(&e, "E-114") == XLS_PEER_AUTH);
    e.want.key = e.key.pub;
    e.want.binder = asked;
    for (size_t bit = 0; bit < 8 * sizeof(asked); bit++) {
        memcpy(asked, e.binder, sizeof(asked));
        asked[bit / 8] ^= (uint8_t)(1U << bit % 8);
        T(breaks(&e, "E-115") == XLS_PEER_AUTH);
    }
    memset(asked, 0, sizeof(asked));
    T(breaks(&e, "E-115") == XLS_PEER_AUTH);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* [E-116], [E-117] */
START_TEST(registers)
{
    struct se e;

    honest(&e);
    for (unsigned n = 0; n < 16; n++) {
        e.want.pcrs = 0x211 ^ UINT32_C(1) << n;
        T(breaks(&e, "E-116") == XLS_PEER_POLICY);
        e.want.pcrs = 0x211;
        e.pcrs.mask ^= UINT32_C(1) << n;
        T(breaks(&e, "E-117") == XLS_PEER_AUTH);
        e.pcrs.mask = 0x211;
        e.pcrs.value[n][n] ^= 1;
        if ((0x211U >> n & 1) != 0) {
            T(breaks(&e, "E-117") == XLS_PEER_AUTH);
        } else {
            holds(&e); /* a value that is not there */
        }
        e.pcrs.value[n][n] ^= 1;
    }
    e.want.pcrs = 0;
    e.want.any_pcrs = true;
    holds(&e);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* [E-118], [E-119]; the statement says uptime 1000 of boot 1d...1d. */
START_TEST(clocks)
{
    static const struct {
        uint64_t uptime;
        bool other_boot;
        const char *as_last, *as_first;
    } cases[] = {
        {1000, false, NULL, NULL},
        {999, false, NULL, NULL},
        {0, false, NULL, NULL},
        {1001, false, "E-118", "E-119"},
        {1000, true, NULL, "E-119"},
        {0, true, NULL, "E-119"},
        {UINT64_MAX, true, NULL, "E-119"},
        {UINT64_MAX, false, "E-118", "E-119"},
    };
    struct se e;

    honest(&e);
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        struct xls_software_clock then = {.uptime = cases[i].uptime};
        const char *const rules[] = {cases[i].as_last, cases[i].as_first};

        for (unsigned octet = 0; octet < XLS_BOOT_ID_LEN; octet++) {
            memset(then.boot_id, 0x1d, sizeof(then.boot_id));
            then.boot_id[octet] ^= cases[i].other_boot ? 0x80 : 0;
            for (int k = 0; k < 2; k++) {
                e.want.last = k == 0 ? &then : NULL;
                e.want.first = k == 0 ? NULL : &then;
                if (rules[k] == NULL) {
                    holds(&e);
                } else {
                    T(breaks(&e, rules[k]) == XLS_PEER_POLICY);
                }
            }
        }
    }
    xls_softdraft_free(&e.draft);
}
END_TEST

/* [E-124] Logs that are well formed, and of something else. */
START_TEST(other_logs)
{
    static const struct {
        unsigned from, to; /* lines: this one in place of that; 4: none */
    } cases[] = {{1, 0}, {4, 3}, {4, 0}, {3, 2}, {2, 3}};
    struct se e;
    char *text;
    size_t line;

    honest(&e);
    line = e.draft.len / 4;
    text = malloc(e.draft.len + line);
    T(text != NULL && line * 4 == e.draft.len);
    e.software.log = text;
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        size_t at = cases[i].to * line;

        memcpy(text, e.draft.text, e.draft.len);
        e.software.log_len = e.draft.len;
        if (cases[i].from < 4) {
            memcpy(text + at, e.draft.text + cases[i].from * line, line);
        } else {
            memmove(text + at, text + at + line, e.draft.len - at - line);
            e.software.log_len -= line;
        }
        T(breaks(&e, "E-124") == XLS_PEER_AUTH);
    }
    memcpy(text, e.draft.text, e.draft.len); /* one line twice */
    memcpy(text + e.draft.len, e.draft.text, line);
    e.software.log_len = e.draft.len + line;
    T(breaks(&e, "E-124") == XLS_PEER_AUTH);
    /* the last two exchanged: the order counts */
    memcpy(text + 2 * line, e.draft.text + 3 * line, line);
    memcpy(text + 3 * line, e.draft.text + 2 * line, line);
    e.software.log_len = e.draft.len;
    T(breaks(&e, "E-124") == XLS_PEER_AUTH);
    /* but not that of lines of different registers, nor their words */
    memcpy(text, e.draft.text + line, line);
    memcpy(text + line, e.draft.text, line);
    memcpy(text + 2 * line, e.draft.text + 2 * line, 2 * line);
    text[line - 2] ^= 1;
    holds(&e);
    e.software.log_len = 0; /* no log */
    T(breaks(&e, "E-124") == XLS_PEER_AUTH);
    e.software.log = NULL;
    T(breaks(&e, "E-124") == XLS_PEER_AUTH);
    e.software.log = "x"; /* one that is none: its own rules */
    e.software.log_len = 1;
    T(breaks(&e, "E-121") == XLS_PEER_RANGE);
    free(text);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* Every flipped bit of a digest or a register's number in the log. */
START_TEST(log_bits)
{
    struct se e;
    size_t line;
    char *text;

    honest(&e);
    text = e.draft.text;
    line = e.draft.len / 4;
    for (size_t at = 0; at < e.draft.len; at++) {
        if (at % line >= 2 + 64) {
            continue; /* words */
        }
        for (unsigned bit = 0; bit < 8; bit++) {
            struct xls_reason why = {0};

            text[at] = (char)(text[at] ^ 1 << bit);
            T(xls_rc_is_peer(
                xls_software_check(&e.software, &e.want, NULL, &why)));
            T(strcmp(why.rule, "E-120") > 0 && strcmp(why.rule, "E-124") <= 0);
            text[at] = (char)(text[at] ^ 1 << bit);
        }
    }
    holds(&e);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* [E-9] Nothing is optional by being empty. */
START_TEST(contract)
{
    struct se e, good;
    struct xls_software_state state = {NULL, &e.clock, &e.pcrs};
    size_t len = 77;

    honest(&good);
    e = good;
    e.want.key = NULL;
    T(xls_software_check(&e.software, &e.want, NULL, NULL) == XLS_BUG_CONTRACT);
    e.want = good.want;
    e.want.binder = NULL;
    T(xls_software_check(&e.software, &e.want, NULL, NULL) == XLS_BUG_CONTRACT);
    e.want = good.want;
    e.want.pcrs = 0;
    T(xls_software_check(&e.software, &e.want, NULL, NULL) == XLS_BUG_CONTRACT);
    e.want.pcrs = 1;
    e.want.any_pcrs = true;
    T(xls_software_check(&e.software, &e.want, NULL, NULL) == XLS_BUG_CONTRACT);
    e = good;
    e.software.pcrs = NULL;
    T(xls_software_check(&e.software, &e.want, NULL, NULL) == XLS_BUG_CONTRACT);
    /* and nothing is signed that would be refused */
    state.binder = e.binder;
    e.pcrs.mask = 0;
    T(xls_software_sign(&state, &e.key, e.message, &len, e.sig) ==
      XLS_BUG_CONTRACT);
    e.pcrs.mask = 0x10001;
    T(xls_software_sign(&state, &e.key, e.message, &len, e.sig) ==
      XLS_BUG_CONTRACT);
    e.pcrs.mask = 1;
    memset(e.clock.boot_id, 0, sizeof(e.clock.boot_id));
    T(xls_software_sign(&state, &e.key, e.message, &len, e.sig) ==
      XLS_BUG_CONTRACT);
    T(len == 77 && memcmp(e.message, good.message, sizeof(e.message)) == 0);
    xls_softdraft_free(&good.draft);
}
END_TEST

/* All 16 registers: the longest statement. */
START_TEST(largest)
{
    static const uint8_t digest[XLS_PCR_LEN] = {3};
    struct se e;

    honest(&e);
    for (unsigned n = 0; n < 16; n++) {
        T(xls_softdraft_add(&e.draft, n, digest, "w") == XLS_OK);
    }
    e.pcrs = e.draft.pcrs;
    e.software.log = e.draft.text;
    e.software.log_len = e.draft.len;
    e.want.pcrs = 0xffff;
    sign(&e);
    T(e.software.message_len == XLS_SOFTWARE_MAX);
    holds(&e);
    xls_softdraft_free(&e.draft);
}
END_TEST

/* --- the log -------------------------------------------------------------- */

START_TEST(log_lines)
{
    static const struct {
        const char *text;
        const char *rule; /* NULL: good */
        enum xls_rc rc;
    } cases[] = {
        {"0 " HEX64 " w\n", NULL, XLS_OK},
        {"15 " HEX64 " ~\n", NULL, XLS_OK},
        {"9 " HEX64 " two words ~\n0 " HEX64 " w\n", NULL, XLS_OK},
        {"", NULL, XLS_OK},
        {"0 " HEX64 " w", "E-120", XLS_PEER_SHORT},
        {"0 " HEX64 " ", "E-120", XLS_PEER_SHORT},
        {"0 " HEX64, "E-120", XLS_PEER_SHORT},
        {"0 0011", "E-120", XLS_PEER_SHORT},
        {"0", "E-120", XLS_PEER_SHORT},
        {"0 " HEX64 " w\n1", "E-120", XLS_PEER_SHORT},
        {"\n", "E-121", XLS_PEER_RANGE},
        {" 0 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"16 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"23 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"99 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"100 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"00 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"01 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"1  " HEX64 " w\n", "E-122", XLS_PEER_RANGE},
        {"-1 " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"1\t" HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"1a " HEX64 " w\n", "E-121", XLS_PEER_RANGE},
        {"1 A" HEX63 " w\n", "E-122", XLS_PEER_RANGE},
        {"1 g" HEX63 " w\n", "E-122", XLS_PEER_RANGE},
        {"1 :" HEX63 " w\n", "E-122", XLS_PEER_RANGE},
        {"1 0" HEX64 " w\n", "E-122", XLS_PEER_RANGE},
        {"1 " HEX64 "\tw\n", "E-122", XLS_PEER_RANGE},
        {"1 " HEX64 "\n", "E-122", XLS_PEER_RANGE},
        {"1 " HEX64 " \n", "E-123", XLS_PEER_RANGE},
        {"1 " HEX64 "  \n", NULL, XLS_OK},
        {"1 " HEX64 " w\r\n", "E-123", XLS_PEER_RANGE},
        {"1 " HEX64 " a\tb\n", "E-123", XLS_PEER_RANGE},
        {"1 " HEX64 " a\x7f\n", "E-123", XLS_PEER_RANGE},
        {"1 " HEX64 " \xc3\xa4\n", "E-123", XLS_PEER_RANGE},
        {"1 " HEX64 " w\n\n", "E-121", XLS_PEER_RANGE},
    };

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        struct xls_softlog log = {.events = 77};
        struct xls_reason why = {0};
        size_t len = strlen(cases[i].text);
        enum xls_rc rc = xls_softlog_read(cases[i].text, len, &log, &why);

        ck_assert_msg(rc == cases[i].rc, "case %zu: %s", i, xls_rc_name(rc));
        if (rc != XLS_OK) {
            ck_assert_str_eq(why.rule, cases[i].rule);
            T(why.text[0] != '\0' && log.events == 77);
        }
    }
    T(xls_rc_is_peer(xls_softlog_read("0 " HEX64 " a\0b\n", 71,
                                      &(struct xls_softlog){0}, NULL)));
}
END_TEST

/* [E-123] As long as they may be, and longer. */
START_TEST(log_words)
{
    static char text[67 + XLS_SOFTLOG_WORDS_MAX + 2];
    static const char head[] = "3 " HEX64 " ";
    struct xls_softlog log;
    struct xls_reason why = {0};

    memcpy(text, head, 67);
    memset(text + 67, 'w', sizeof(text) - 67);
    text[67 + XLS_SOFTLOG_WORDS_MAX] = '\n';
    T(xls_softlog_read(text, 67 + XLS_SOFTLOG_WORDS_MAX + 1, &log, &why) ==
      XLS_OK);
    text[67 + XLS_SOFTLOG_WORDS_MAX] = 'w';
    text[67 + XLS_SOFTLOG_WORDS_MAX + 1] = '\n';
    T(xls_softlog_read(text, sizeof(text), &log, &why) == XLS_PEER_RANGE);
    ck_assert_str_eq(why.rule, "E-123");
}
END_TEST

/* [E-120] */
START_TEST(log_caps)
{
    static const char line[] = "7 " HEX64 " w\n";
    size_t len = sizeof(line) - 1;
    char *text = malloc(((size_t)1 << 20) + 1);
    struct xls_softlog log;
    struct xls_reason why = {0};

    T(text != NULL);
    for (size_t i = 0; i < 4097; i++) {
        memcpy(text + i * len, line, len);
    }
    T(xls_softlog_read(text, 4096 * len, &log, &why) == XLS_OK);
    T(log.events == 4096 && log.pcrs.mask == 0x80);
    T(xls_softlog_read(text, 4097 * len, &log, &why) == XLS_PEER_RANGE);
    ck_assert_str_eq(why.rule, "E-120");
    /* 1 MiB of lines as long as they may be, and an octet more */
    for (size_t at = 0, size; at < (size_t)1 << 20; at += size) {
        size = ((size_t)1 << 20) - at;
        size = size < 4164 ? size : size < 2 * 4164 ? size / 2 : 4164;
        memcpy(text + at, line, 67);
        memset(text + at + 67, 'w', size - 68);
        text[at + size - 1] = '\n';
    }
    T(xls_softlog_read(text, (size_t)1 << 20, &log, &why) == XLS_OK);
    text[(1 << 20) - 1] = 'w';
    text[1 << 20] = '\n';
    T(xls_softlog_read(text, ((size_t)1 << 20) + 1, &log, &why) ==
      XLS_PEER_RANGE);
    ck_assert_str_eq(why.rule, "E-120");
    free(text);
}
END_TEST

/* Given line by line, written again, replayed by hand. */
START_TEST(log_again)
{
    static const char text[] = "0 " HEX64 " first\n12 " HEX64 " sec ond\n";
    struct xls_softlog log;
    struct xls_softlog again;
    struct xls_softevent event;
    struct xls_softdraft draft = {.len = 0};
    uint8_t value[XLS_PCR_LEN] = {0};
    char words[16];

    T(xls_softlog_read(text, sizeof(text) - 1, &log, NULL) == XLS_OK);
    T(log.events == 2 && log.pcrs.mask == 0x1001);
    again = log;
    while (xls_softlog_next(&log, &event)) {
        (void)snprintf(words, sizeof(words), "%.*s", (int)event.len,
                       event.words);
        T(xls_softdraft_add(&draft, event.pcr, event.digest, words) == XLS_OK);
    }
    T(draft.len == sizeof(text) - 1 &&
      memcmp(draft.text, text, draft.len) == 0);
    T(memcmp(&draft.pcrs, &again.pcrs, sizeof(draft.pcrs)) == 0);
    xls_pcr_extend(value, event.digest);
    T(memcmp(value, again.pcrs.value[0], XLS_PCR_LEN) == 0);
    T(memcmp(value, again.pcrs.value[12], XLS_PCR_LEN) == 0);
    T(!xls_softlog_next(&log, &event) && xls_softlog_next(&again, &event));
    xls_softdraft_free(&draft);
    T(draft.text == NULL && draft.lines == 0 && draft.pcrs.mask == 0);
}
END_TEST

START_TEST(draft_limits)
{
    static const uint8_t digest[XLS_PCR_LEN] = {1};
    static char words[XLS_SOFTLOG_WORDS_MAX + 2];
    struct xls_softdraft draft = {.len = 0};
    struct xls_softlog log;

    T(xls_softdraft_add(&draft, 16, digest, "w") == XLS_BUG_CONTRACT);
    T(xls_softdraft_add(&draft, 40, digest, "w") == XLS_BUG_CONTRACT);
    T(xls_softdraft_add(&draft, 1, digest, "") == XLS_BUG_CONTRACT);
    T(draft.len == 0 && draft.lines == 0 && draft.pcrs.mask == 0);
    T(xls_softdraft_add(&draft, 1, digest, "a\nb\x80") == XLS_OK);
    T(draft.len == 67 + 5 && memcmp(draft.text + 67, "a?b?\n", 5) == 0);
    memset(words, 'w', XLS_SOFTLOG_WORDS_MAX + 1);
    T(xls_softdraft_add(&draft, 1, digest, words) == XLS_OK); /* cut */
    T(draft.len == 72 + 67 + XLS_SOFTLOG_WORDS_MAX + 1);
    T(xls_softlog_read(draft.text, draft.len, &log, NULL) == XLS_OK);
    while (xls_softdraft_add(&draft, 2, digest, words) == XLS_OK) {
    }
    T(draft.len <= XLS_SOFTLOG_MAX && draft.len + 4164 > XLS_SOFTLOG_MAX);
    T(xls_softlog_read(draft.text, draft.len, &log, NULL) == XLS_OK);
    T(memcmp(&log.pcrs, &draft.pcrs, sizeof(log.pcrs)) == 0);
    xls_softdraft_free(&draft);
    for (unsigned i = 0; i < 4096; i++) {
        T(xls_softdraft_add(&draft, 3, digest, "w") == XLS_OK);
    }
    T(xls_softdraft_add(&draft, 3, digest, "w") == XLS_BUG_CONTRACT);
    xls_softdraft_free(&draft);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        octets,           every_bit, lengths,   forms,
        who_and_what_for, registers, clocks,    other_logs,
        log_bits,         contract,  largest,   log_lines,
        log_words,        log_caps,  log_again, draft_limits,
    };

    return t_run("attest/software", tests, T_COUNT(tests));
}
