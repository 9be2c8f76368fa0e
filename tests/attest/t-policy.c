/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The appraisal policy: its form, line by line, and what it allows.  Rules of
 * doc/EVIDENCE.md, [E-80] to [E-99], and
 * [E-106].
 */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attest/hex.h"
#include "attest/policy-learn.h"
#include "attest/policy.h"
#include "logs.h"
#include "t.h"

enum { ROOM = (1 << 20) + 4096 };

static char text[ROOM];
static size_t used;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text + used, sizeof(text) - used, format, args);
    va_end(args);
    T(len >= 0 && (size_t)len < sizeof(text) - used);
    used += (size_t)len;
}

static const char *hex(const uint8_t octets[32])
{
    static char out[4][65];
    static unsigned next;

    next = (next + 1) % 4;
    xls_hex(out[next], sizeof(out[next]), octets, 32);
    return out[next];
}

static const char *digits(unsigned n)
{
    uint8_t digest[32];

    tl_digest(n, digest);
    return hex(digest);
}

static void begin(void)
{
    used = 0;
    say("xlsec-policy 1\nname pool-a\nversion 7\n");
}

static void class_begin(const char *name)
{
    say("class %s\n  evidence tpm\n  pcrs 0,4\n", name);
}

static void set_begin(const char *name)
{
    say("set %s\n\tpcr 0 %s\n\tpcr 4 %s\n", name, digits(0), digits(4));
}

static struct xls_policy *accepts(void)
{
    struct xls_policy *policy = NULL;
    struct xls_reason why = {.rule = ""};

    ck_assert_msg(xls_policy_read(text, used, &policy, &why) == XLS_OK,
                  "%s: %s", why.rule, why.text);
    return policy;
}

static void refuses(const char *rule, unsigned line)
{
    struct xls_policy *policy = (struct xls_policy *)text;
    struct xls_reason why = {.rule = ""};
    enum xls_rc rc = xls_policy_read(text, used, &policy, &why);
    char where[32];

    ck_assert_msg(xls_rc_is_peer(rc) && strcmp(why.rule, rule) == 0,
                  "%s (%s), not %s", why.rule, why.text, rule);
    (void)snprintf(where, sizeof(where), "policy, line %u: ", line);
    ck_assert_msg(line == 0 || strncmp(why.text, where, strlen(where)) == 0,
                  "%s, not line %u", why.text, line);
    T((char *)policy == text);
    T(xls_policy_read(text, used, &policy, NULL) == rc);
}

/* --- the form ------------------------------------------------------------- */

/* A text of parts, "%" in one stands for 64 digits. */
static void write_text(const char *parts)
{
    used = 0;
    for (; *parts != '\0'; parts++) {
        if (*parts == '%') {
            say("%s", digits(0));
        } else {
            say("%c", *parts);
        }
    }
}

#define HEAD  "xlsec-policy 1\nname a\nversion 1\n"
#define CLASS HEAD "class c\nevidence tpm\npcrs 0,10\n"
#define SET   CLASS "set s\npcr 0 %\n"

START_TEST(form)
{
    static const struct {
        const char *text;
        const char *rule; /* NULL: good */
        unsigned line;
    } cases[] = {
        {HEAD, NULL, 0},
        {"# first\n\n  \t\n" HEAD "# last\n", NULL, 0},
        {"", "E-80", 0},
        {"xlsec-policy 1\nname a\nversion 1", "E-80", 3},
        {HEAD "#\x7f\n", "E-80", 4},
        {HEAD "#\r\n", "E-80", 4},
        {HEAD "#\xc3\xa9\n", "E-80", 4},
        {"\n", "E-81", 1},
        {"xlsec-policy 2\n", "E-81", 1},
        {"xlsec-policy\n", "E-81", 1},
        {"xlsec-policy 1 1\n", "E-81", 1},
        {"name a\n", "E-82", 1},
        {"xlsec-policy 1\nversion 1\n", "E-82", 2},
        {"xlsec-policy 1\nname a\n", "E-81", 2},
        {"xlsec-policy 1\nname -a\n", "E-81", 2},
        {"xlsec-policy 1\nname\n", "E-81", 2},
        {"xlsec-policy 1\nname a b\n", "E-81", 2},
        {"xlsec-policy 1\nname a/b\n", "E-81", 2},
        {"xlsec-policy 1\nname a\nversion 0\n", "E-81", 3},
        {"xlsec-policy 1\nname a\nversion 01\n", "E-81", 3},
        {"xlsec-policy 1\nname a\nversion 4294967295\n", NULL, 0},
        {"xlsec-policy 1\nname a\nversion 4294967296\n", "E-81", 3},
        {"xlsec-policy 1\nname a\nversion -1\n", "E-81", 3},
        {HEAD "version 1\n", "E-82", 4},
        {HEAD "Class c\n", "E-82", 4},
        {HEAD "pcr 0 %\n", "E-82", 4},
        {HEAD "set s\n", "E-82", 4},
        {HEAD "class\n", "E-83", 4},
        {HEAD "class c d\n", "E-83", 4},
        {HEAD "class c\n", "E-83", 4},
        {HEAD "class c\nevidence tpm\n", "E-83", 4},
        {HEAD "class c\npcrs 0\n", "E-83", 4},
        {HEAD "class c\nevidence none\n", "E-83", 5},
        {HEAD "class c\nevidence tpm\nevidence tpm\n", "E-83", 6},
        {HEAD "class c\npcrs 0\npcrs 0\n", "E-83", 6},
        {HEAD "class c\npcrs 16\n", "E-83", 5},
        {HEAD "class c\npcrs 1,0\n", "E-83", 5},
        {HEAD "class c\npcrs 0, 1\n", "E-83", 5},
        {CLASS, NULL, 0},
        {CLASS "class c\n", "E-83", 7},
        {CLASS "firmware 0123456789abcdeF\n", NULL, 0},
        {CLASS "firmware 0123456789abcde\n", "E-84", 7},
        {CLASS "firmware 0123456789abcdeg\n", "E-84", 7},
        {CLASS "firmware 0000000000000000\nfirmware 0000000000000000\n", "E-84",
         8},
        {HEAD "class c\nevidence software\npcrs 0\nfirmware "
              "0000000000000000\n",
         "E-84", 4},
        {HEAD "class c\nset s\n", "E-83", 4},
        {CLASS "set\n", "E-85", 7},
        {CLASS "set s t\n", "E-85", 7},
        {SET, "E-86", 7},
        {SET "pcr 10 %\n", NULL, 0},
        {SET "pcr 10 any\n", NULL, 0},
        {SET "pcr 10 any\nset s\n", "E-85", 10},
        {SET "pcr 10 any\nset t\npcr 0 any\npcr 10 any\n", NULL, 0},
        {SET "pcr 10 any\nevidence tpm\n", "E-82", 10},
        {SET "pcr 0 %\n", "E-86", 9},
        {SET "pcr 1 %\n", "E-86", 9},
        {SET "pcr 010 %\n", "E-86", 9},
        {SET "pcr 16 %\n", "E-86", 9},
        {SET "pcr 10 %0\n", "E-86", 9},
        {SET "pcr 10 % %\n", "E-86", 9},
        {SET "pcr 10\n", "E-86", 9},
        {SET "event 10 % w\npcr 10 %\n", "E-87", 7},
        {SET "event 10 % w\npcr 10 any\n", "E-87", 7},
        {SET "event 10 %\npcr 10 any\n", "E-87", 9},
        {SET "event 10 w %\npcr 10 any\n", "E-87", 9},
        {SET "ima sha256:% /a\n", NULL, 0},
        {SET "ima sha256:% /a\nima sha256:% /b\nima sha512:%% /a\n", NULL, 0},
        {SET "ima sha256:% /a\n\nima sha256:% \\x2fa\n", "E-88", 11},
        {SET "ima sha256:% /a\npcr 10 %\n", "E-88", 10},
        {SET "pcr 10 %\nima sha256:% /a\n", "E-88", 10},
        {SET "ima sha256:% /a b\n", "E-88", 9},
        {SET "ima sha256:%\n", "E-88", 9},
        {SET "ima sha384:% /a\n", "E-88", 9},
        {SET "ima sha1:0123456789012345678901234567890123456789 /a\n", "E-88",
         9},
        {SET "ima % /a\n", "E-88", 9},
        {SET "ima sha256:% /a\\x20b\\xff\n", NULL, 0},
        {SET "ima sha256:% /a\\x00\n", "E-88", 9},
        {SET "ima sha256:% /a\\x2\n", "E-88", 9},
        {SET "ima sha256:% /a\\y20\n", "E-88", 9},
        {SET "ima sha256:% /a\\\n", "E-88", 9},
        {HEAD "class c\nevidence tpm\npcrs 0\nset s\npcr 0 any\nima sha256:% "
              "/a\n",
         "E-88", 9},
    };

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        write_text(cases[i].text);
        if (cases[i].rule == NULL) {
            xls_policy_free(accepts());
        } else {
            refuses(cases[i].rule, cases[i].line);
        }
    }
    xls_policy_free(NULL);
}
END_TEST

/* A text that is cut anywhere is refused, or ends behind a line. */
START_TEST(form_cut)
{
    write_text(SET "ima sha256:% /a\n");
    for (size_t all = used; used-- > 0;) {
        struct xls_policy *policy = NULL;

        if (xls_policy_read(text, used, &policy, NULL) == XLS_OK) {
            T(used < all && text[used - 1] == '\n');
            xls_policy_free(policy);
        }
    }
}
END_TEST

/* [E-80], [E-83], [E-85], [E-87] as many as may be, and one more. */
START_TEST(form_limits)
{
    char name[8];
    uint8_t value[32] = {0};

    begin();
    for (unsigned i = 0; i < 64; i++) {
        (void)snprintf(name, sizeof(name), "c%u", i);
        class_begin(name);
    }
    xls_policy_free(accepts());
    class_begin("more");
    refuses("E-83", 196);

    begin();
    class_begin("c");
    for (unsigned i = 0; i < 64; i++) {
        (void)snprintf(name, sizeof(name), "s%u", i);
        set_begin(name);
    }
    xls_policy_free(accepts());
    set_begin("more");
    refuses("E-85", 199);

    begin();
    say("class c\nevidence tpm\npcrs 1\nset s\n");
    for (unsigned i = 0; i < 4096; i++) {
        struct xls_pcrs pcrs = {0};
        struct xls_wr wr = xls_wr_over(NULL, 0);

        memcpy(pcrs.value[1], value, sizeof(value));
        tl_soft(&wr, &pcrs, 1, i, "w");
        memcpy(value, pcrs.value[1], sizeof(value));
        say("event 1 %s w\n", digits(i));
    }
    say("pcr 1 %s\n", hex(value));
    xls_policy_free(accepts());
    say("event 1 %s w\n", digits(0));
    refuses("E-87", 4105);

    begin();
    while (used < XLS_POLICY_MAX) {
        say("%s", used + 64 <= XLS_POLICY_MAX ? "#" : "\n");
        say("%s", used + 64 <= XLS_POLICY_MAX ? "\n" : "");
    }
    T(used == XLS_POLICY_MAX);
    xls_policy_free(accepts());
    say("\n");
    refuses("E-80", 0);
}
END_TEST

/* [E-89], [E-90], and what a policy says of itself. */
START_TEST(facts)
{
    struct xls_policy *policy;
    const struct xls_policy_class *class;
    struct xls_policy_set set;
    struct xls_reason why;
    uint8_t digest[32];

    begin();
    say("class xen1\nevidence software\npcrs 0-3\n");
    say("class pool\nevidence tpm\npcrs 0,1,10\nfirmware 0000000000000102\n"
        "set s\npcr 0 %s\npcr 1 any\nima sha256:%s /a\n",
        digits(0), digits(1));
    policy = accepts();
    ck_assert_str_eq(xls_policy_name(policy), "pool-a");
    T(xls_policy_version(policy) == 7);
    (void)crypto_hash_sha256(digest, (const uint8_t *)text, used);
    ck_assert_mem_eq(xls_policy_digest(policy), digest, sizeof(digest));

    class = xls_policy_class(policy, "xen1", NULL, NULL);
    T(class != NULL && class == xls_policy_class(policy, "xen1", "", NULL));
    T(class == xls_policy_class_at(policy, 0));
    T(xls_policy_kind(class) == XLS_EVIDENCE_SOFTWARE);
    T(xls_policy_pcrs(class) == 0xf && xls_policy_firmware(class) == NULL);
    T(!xls_policy_set_at(class, 0, &set));
    T(xls_policy_class(policy, "xen2", NULL, &why) == NULL); /* no default */
    ck_assert_str_eq(why.rule, "E-90");
    T(xls_policy_class(policy, "xen1", "other", &why) == NULL);
    class = xls_policy_class(policy, "xen1", "pool", NULL);
    T(class == xls_policy_class_at(policy, 1));
    ck_assert_str_eq(xls_policy_class_name(class), "pool");
    T(*xls_policy_firmware(class) == 0x102);
    T(xls_policy_set_at(class, 0, &set) && !xls_policy_set_at(class, 1, &set));
    ck_assert_str_eq(set.name, "s");
    T(set.values == 1 && set.any == 2 && set.files == 1 && set.events == 0);
    T(xls_policy_class_at(policy, 2) == NULL);
    xls_policy_free(policy);

    begin();
    say("class default\nevidence tpm\npcrs 0\n");
    policy = accepts();
    T(xls_policy_class(policy, "xen2", NULL, NULL) ==
      xls_policy_class_at(policy, 0));
    T(xls_policy_class(policy, "xen2", "xen2", NULL) == NULL);
    xls_policy_free(policy);
}
END_TEST

/* --- what is allowed ------------------------------------------------------ */

static struct xls_claims claims;
static struct xls_appraisal appraisal;
static uint8_t log_octets[20000], ima_octets[60000];

/* A host whose PCRs 0, 4 and 8 have events of these numbers. */
static void boot(unsigned first, unsigned kernel, const char *line)
{
    struct xls_wr wr = xls_wr_over(log_octets, sizeof(log_octets));

    claims = (struct xls_claims){.kind = XLS_EVIDENCE_TPM};
    tl_head(&wr);
    tl_event(&wr, &claims.pcrs, 0, first, "firmware", 8);
    tl_event(&wr, &claims.pcrs, 4, kernel, "a\0b\0c\0d\0\1", 9);
    tl_event(&wr, &claims.pcrs, 4, kernel + 1, "\1\2", 2);
    tl_event(&wr, &claims.pcrs, 8, 80, line, strlen(line));
    T(xls_wr_end(&wr, &claims.log_len) == XLS_OK);
    claims.log = log_octets;
}

/* A set of these claims, with the events that boot() makes. */
static void set_of(const char *name, unsigned first, unsigned kernel)
{
    boot(first, kernel, "linux quiet");
    say("set %s\n", name);
    say("pcr 0 %s\nevent 0 %s firmware\n", hex(claims.pcrs.value[0]),
        digits(first));
    say("pcr 4 %s\nevent 4 %s loader\nevent 4 %s kernel\n",
        hex(claims.pcrs.value[4]), digits(kernel), digits(kernel + 1));
    say("pcr 8 %s\n", hex(claims.pcrs.value[8]));
}

static struct xls_policy *two_sets(void)
{
    begin();
    say("class default\nevidence tpm\npcrs 0,4,8\n");
    set_of("old", 1, 40);
    set_of("new", 2, 50);
    return accepts();
}

static void allowed(const struct xls_policy *policy, const char *set)
{
    const struct xls_policy_class *class = xls_policy_class_at(policy, 0);
    struct xls_reason why = {.rule = ""};

    ck_assert_msg(xls_policy_appraise(class, &claims, &appraisal, &why) ==
                      XLS_OK,
                  "%s: %s", why.rule, why.text);
    ck_assert_str_eq(appraisal.set, set);
    T(appraisal.differ == 0);
}

static void not_allowed(const struct xls_policy *policy, const char *rule,
                        const char *set)
{
    const struct xls_policy_class *class = xls_policy_class_at(policy, 0);
    struct xls_reason why = {.rule = ""};

    T(xls_policy_appraise(class, &claims, &appraisal, &why) == XLS_PEER_POLICY);
    ck_assert_msg(strcmp(why.rule, rule) == 0, "%s: %s, not %s", why.rule,
                  why.text, rule);
    T(why.text[0] != '\0' && strcmp(appraisal.set, set) == 0);
    T((appraisal.differ == 0) == (set[0] == '\0'));
    for (const char *c = appraisal.text; *c != '\0'; c++) {
        T(*c == '\n' || (*c >= 0x20 && *c <= 0x7e));
    }
    T(xls_policy_appraise(class, &claims, &appraisal, NULL) == XLS_PEER_POLICY);
}

static void says(const char *words)
{
    ck_assert_msg(strstr(appraisal.text, words) != NULL, "no '%s' in:\n%s",
                  words, appraisal.text);
}

/* [E-94] */
START_TEST(sets)
{
    struct xls_policy *policy = two_sets();
    struct xls_pcrs old;

    boot(1, 40, "linux quiet");
    allowed(policy, "old");
    says("leads to the quoted values of PCRs: 0,4,8\n");
    old = claims.pcrs;
    boot(2, 50, "linux quiet");
    allowed(policy, "new");
    /* a set holds as a whole */
    memcpy(claims.pcrs.value[0], old.value[0], 32);
    not_allowed(policy, "E-94", "old"); /* both miss one; the first is named */
    T(appraisal.differ == 1 << 4);
    boot(3, 50, "linux quiet");
    not_allowed(policy, "E-94", "new");
    boot(3, 40, "linux quiet");
    not_allowed(policy, "E-94", "old");
    boot(1, 40, "linux quiet");
    for (unsigned n = 0; n < 9; n += 4) {
        for (unsigned bit = 0; bit < 256; bit++) {
            claims.pcrs.value[n][bit / 8] ^= (uint8_t)(1U << bit % 8);
            not_allowed(policy, "E-94", "old");
            T(appraisal.differ == UINT32_C(1) << n);
            claims.pcrs.value[n][bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
    allowed(policy, "old");
    claims.log = NULL;
    claims.log_len = 0;
    allowed(policy, "old"); /* a log decides nothing ([E-98]) */
    says("no log came\n");
    xls_policy_free(policy);

    begin();
    say("class default\nevidence tpm\npcrs 0,4,8\n");
    policy = accepts();
    not_allowed(policy, "E-94", "");
    xls_policy_free(policy);
}
END_TEST

/* [E-91], [E-92], [E-93] */
START_TEST(whole_class)
{
    struct xls_policy *policy = two_sets();

    claims.kind = XLS_EVIDENCE_SOFTWARE;
    not_allowed(policy, "E-91", "");
    claims.kind = XLS_EVIDENCE_NONE;
    not_allowed(policy, "E-91", "");
    claims.kind = XLS_EVIDENCE_TPM;
    claims.pcrs.mask |= 2;
    not_allowed(policy, "E-92", "");
    claims.pcrs.mask = 0x11;
    not_allowed(policy, "E-92", "");
    claims.pcrs.mask = 0;
    not_allowed(policy, "E-92", "");
    xls_policy_free(policy);

    begin();
    say("class c\nevidence software\npcrs 0,4,8\n");
    set_of("s", 1, 40);
    policy = accepts();
    allowed(policy, "s"); /* software is the least: a TPM will do */
    claims.kind = XLS_EVIDENCE_SOFTWARE;
    allowed(policy, "s");
    says("cannot be read"); /* a firmware's log is none of software's */
    claims.kind = XLS_EVIDENCE_NONE;
    not_allowed(policy, "E-91", "");
    xls_policy_free(policy);

    begin();
    say("class c\nevidence tpm\npcrs 0,4,8\nfirmware 2020010300000001\n");
    set_of("s", 1, 40);
    policy = accepts();
    not_allowed(policy, "E-93", "");
    claims.firmware = UINT64_C(0x2020010300000001);
    allowed(policy, "s");
    xls_policy_free(policy);
}
END_TEST

/* [E-86] */
START_TEST(any)
{
    struct xls_policy *policy;

    begin();
    boot(1, 40, "linux quiet");
    say("class c\nevidence tpm\npcrs 0,4,8\nset s\npcr 0 %s\npcr 4 any\n"
        "pcr 8 any\n",
        hex(claims.pcrs.value[0]));
    policy = accepts();
    boot(1, 45, "linux noisy");
    allowed(policy, "s");
    boot(2, 45, "linux noisy");
    not_allowed(policy, "E-94", "s");
    xls_policy_free(policy);
}
END_TEST

/* [E-98] */
START_TEST(explained)
{
    struct xls_policy *policy = two_sets();
    struct xls_wr wr;

    boot(1, 39, "linux quiet"); /* both events of PCR 4 differ */
    not_allowed(policy, "E-94", "old");
    says("PCR 4: expected ");
    says("event 1 of PCR 4 is the first that differs\n");
    says("loader\n");
    says("in the log's own words: abcd\n");
    says(digits(40));
    says(digits(39));
    T(strstr(appraisal.text, "PCR 0") == NULL);

    boot(1, 40, "linux quiet");
    wr = xls_wr_over(log_octets, sizeof(log_octets));
    wr.used = claims.log_len;
    tl_event(&wr, &claims.pcrs, 4, 77, "malware", 7);
    claims.log_len = wr.used;
    not_allowed(policy, "E-94", "old");
    says("event 3 of PCR 4 is the first that differs\n");
    says("expected no more events\n");
    says("own words: malware\n");

    boot(1, 40, "linux quiet init=/bin/sh");
    tl_digest(99, claims.pcrs.value[8]);
    not_allowed(policy, "E-94", "old");
    says("PCR 8: expected ");
    says("the log that came is not of this boot, or not whole");
    T(strstr(appraisal.text, "init=/bin/sh") == NULL);

    memset(&claims.pcrs.value[8], 0, 32);
    wr = xls_wr_over(log_octets, sizeof(log_octets));
    tl_head(&wr);
    claims.pcrs.mask = 0;
    memset(&claims.pcrs.value, 0, sizeof(claims.pcrs.value));
    tl_event(&wr, &claims.pcrs, 0, 1, "firmware", 8);
    tl_event(&wr, &claims.pcrs, 4, 40, "\1\2", 2);
    claims.pcrs.mask = 0x111;
    claims.log_len = wr.used;
    not_allowed(policy, "E-94", "old");
    says("event 2 of PCR 4 is the first that differs\n");
    says("seen     no more events\n");
    says("the set has no 'event' lines of PCR 8");

    claims.log_len = 3;
    not_allowed(policy, "E-94", "old");
    says("the log that came cannot be read: event log: it ends in");
    claims.log_len = 0;
    not_allowed(policy, "E-94", "old");
    says("no log came that would say more\n");
    xls_policy_free(policy);
}
END_TEST

/* However much differs, the text has an end and says that it was cut. */
START_TEST(explained_much)
{
    struct xls_wr wr = xls_wr_over(log_octets, sizeof(log_octets));
    struct xls_policy *policy;
    char words[200];

    memset(words, 'w', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    claims = (struct xls_claims){.kind = XLS_EVIDENCE_TPM};
    begin();
    say("class c\nevidence tpm\npcrs 0-15\nset s\n");
    for (unsigned n = 0; n < 16; n++) {
        struct xls_pcrs one = {0};
        struct xls_wr none = xls_wr_over(NULL, 0);

        tl_soft(&none, &one, n, n, "w");
        say("pcr %u %s\nevent %u %s %s\n", n, hex(one.value[n]), n, digits(n),
            words);
    }
    policy = accepts();
    tl_head(&wr);
    for (unsigned n = 0; n < 16; n++) {
        tl_event(&wr, &claims.pcrs, n, 100 + n, words, sizeof(words) - 1);
    }
    T(xls_wr_end(&wr, &claims.log_len) == XLS_OK);
    claims.log = log_octets;
    not_allowed(policy, "E-94", "s");
    T(appraisal.differ == 0xffff);
    says("(more is wrong than fits here)\n");
    T(strlen(appraisal.text) < sizeof(appraisal.text));
    xls_policy_free(policy);
}
END_TEST

/* --- IMA ------------------------------------------------------------------ */

static struct xls_wr ima;

/* PCRs 0 to 9, and a list with boot_aggregate and /a. */
static void boot_ima(bool aggregate)
{
    uint8_t digest[32];

    claims = (struct xls_claims){.kind = XLS_EVIDENCE_TPM};
    for (unsigned n = 0; n < 10; n++) {
        tl_digest(n, claims.pcrs.value[n]);
    }
    claims.pcrs.mask = 0x3ff;
    ima = xls_wr_over(ima_octets, sizeof(ima_octets));
    (void)crypto_hash_sha256(digest, claims.pcrs.value[0], 320);
    digest[0] ^= aggregate ? 0 : 1;
    tl_ima(&ima, &claims.pcrs, digest, "boot_aggregate");
    tl_digest(200, digest);
    tl_ima(&ima, &claims.pcrs, digest, "/usr/bin/a b");
    claims.ima = ima_octets;
    claims.ima_len = ima.used;
}

static void measure(unsigned n, const char *path)
{
    uint8_t digest[32];

    tl_digest(n, digest);
    tl_ima(&ima, &claims.pcrs, n == 0 ? NULL : digest, path);
    claims.ima_len = ima.used;
}

/* A set with these values, and some files. */
static void set_ima(const char *name)
{
    say("set %s\n", name);
    for (unsigned n = 0; n < 10; n++) {
        say("pcr %u %s\n", n, digits(n));
    }
    say("ima sha256:%s /usr/bin/a\\x20b\n", digits(200));
    say("ima sha256:%s /usr/bin/a\\x20b\n", digits(201));
    say("ima sha256:%s /lib/b\n", digits(202));
}

static void text_ima(void)
{
    begin();
    say("class c\nevidence tpm\npcrs 0-10\n");
    set_ima("s");
}

static struct xls_policy *policy_ima(void)
{
    text_ima();
    return accepts();
}

/* [E-95], [E-96], [E-97] */
START_TEST(ima_list)
{
    struct xls_policy *policy = policy_ima();
    size_t len;

    boot_ima(true);
    allowed(policy, "s");
    measure(201, "/usr/bin/a b");
    measure(202, "/lib/b");
    allowed(policy, "s");
    len = claims.ima_len;
    claims.pcrs.value[10][0] ^= 1; /* not the quoted list */
    not_allowed(policy, "E-95", "s");
    T(appraisal.differ == 1 << 10);
    claims.pcrs.value[10][0] ^= 1;
    claims.ima_len = 0;
    not_allowed(policy, "E-95", "s");
    claims.ima_len = len - 1;
    not_allowed(policy, "E-50", "s");

    /* a list may go on after the quote, whatever comes */
    claims.ima_len = len;
    tl_ima(&ima, NULL, NULL, "/after");
    claims.ima_len = ima.used;
    allowed(policy, "s");
    claims.ima_len--; /* but it is a list to its end */
    not_allowed(policy, "E-50", "s");

    boot_ima(true);
    measure(202, "/usr/bin/a b"); /* another file's digest */
    measure(203, "/never/named");
    not_allowed(policy, "E-96", "s");
    says("record 3: /usr/bin/a\\x20b is not allowed");
    boot_ima(true);
    measure(203, "/lib/b");
    not_allowed(policy, "E-96", "s");
    says(digits(202));
    says(digits(203));
    boot_ima(true);
    measure(0, "/lib/b");
    not_allowed(policy, "E-96", "s");
    says("record 3: a violation");

    boot_ima(false);
    not_allowed(policy, "E-97", "s");
    says("record 1: boot_aggregate is not allowed");
    xls_policy_free(policy);

    /* a violation, even where its zeros are listed */
    text_ima();
    say("ima sha256:%064d /v\n", 0);
    policy = accepts();
    boot_ima(true);
    measure(0, "/v");
    not_allowed(policy, "E-96", "s");
    xls_policy_free(policy);
}
END_TEST

/* [E-95]: no record at all, and PCR 10 as it was at the start. */
START_TEST(ima_none)
{
    struct xls_policy *policy = policy_ima();

    boot_ima(true);
    memset(claims.pcrs.value[10], 0, 32);
    claims.ima_len = 0;
    not_allowed(policy, "E-95", "s");
    xls_policy_free(policy);
}
END_TEST

/* [E-97]: by a digest in the policy, and without all PCRs of 0 to 9. */
START_TEST(ima_aggregate)
{
    struct xls_policy *policy;
    uint8_t digest[32];

    boot_ima(false);
    (void)crypto_hash_sha256(digest, claims.pcrs.value[0], 320);
    digest[0] ^= 1;
    begin();
    say("class c\nevidence tpm\npcrs 0-10\n");
    set_ima("s");
    say("ima sha256:%s boot_aggregate\n", hex(digest));
    policy = accepts();
    allowed(policy, "s");
    boot_ima(true);
    allowed(policy, "s");
    measure(204, "boot_aggregate"); /* the name alone is nothing */
    not_allowed(policy, "E-97", "s");
    boot_ima(true);
    (void)crypto_hash_sha256(digest, claims.pcrs.value[0], 320);
    tl_ima(&ima, &claims.pcrs, digest, "/bin/sh"); /* and the digest too */
    claims.ima_len = ima.used;
    not_allowed(policy, "E-96", "s");
    xls_policy_free(policy);

    begin();
    say("class c\nevidence tpm\npcrs 0,10\nset s\npcr 0 any\nima sha256:%s "
        "/usr/bin/a\\x20b\n",
        digits(200));
    policy = accepts();
    boot_ima(true);
    claims.pcrs.mask = 0x401;
    not_allowed(policy, "E-97", "s");
    xls_policy_free(policy);
}
END_TEST

/* Several sets, one list; and PCR 10 as a value. */
START_TEST(ima_sets)
{
    struct xls_policy *policy;

    boot_ima(true);
    begin();
    say("class c\nevidence tpm\npcrs 0-10\n");
    set_ima("a");
    set_ima("b");
    say("ima sha256:%s /only/b\n", digits(205));
    say("set c\n");
    for (unsigned n = 0; n < 11; n++) {
        say("pcr %u %s\n", n, hex(claims.pcrs.value[n]));
    }
    policy = accepts();
    allowed(policy, "a");
    measure(205, "/only/b");
    allowed(policy, "b");
    measure(206, "/none");
    not_allowed(policy, "E-96", "a");
    says("record 3: /only/b is not allowed");
    boot_ima(true);
    claims.ima_len = 0;
    allowed(policy, "c");
    xls_policy_free(policy);
}
END_TEST

/* --- the second Evidence ([E-99]) ----------------------------------------- */

static void again(const struct xls_policy *policy, const struct xls_claims *one,
                  const char *rule)
{
    const struct xls_policy_class *class = xls_policy_class_at(policy, 0);
    struct xls_reason why = {.rule = ""};
    enum xls_rc rc = xls_policy_again(class, one, &claims, &appraisal, &why);

    ck_assert_msg(rc == (rule[0] == '\0' ? XLS_OK : XLS_PEER_POLICY) &&
                      strcmp(why.rule, rule) == 0,
                  "%s: %s", why.rule, why.text);
}

START_TEST(second)
{
    struct xls_policy *policy = policy_ima();
    struct xls_claims one;

    boot_ima(true);
    one = claims;
    one.ima = NULL; /* not looked at */
    again(policy, &one, "");
    measure(202, "/lib/b");
    again(policy, &one, "");
    claims.firmware++;
    again(policy, &one, "E-99");
    claims.firmware--;
    for (unsigned n = 0; n < 10; n++) {
        one.pcrs.value[n][31] ^= 0x80;
        again(policy, &one, "E-99");
        T(appraisal.differ == UINT32_C(1) << n);
        one.pcrs.value[n][31] ^= 0x80;
    }
    one.pcrs.mask ^= 1;
    again(policy, &one, "E-99");
    one.pcrs.mask ^= 1;
    measure(203, "/lib/b");
    again(policy, &one, "E-96");
    xls_policy_free(policy);

    /* both would be allowed, but the host has changed from one to the other */
    policy = two_sets();
    boot(1, 40, "linux quiet");
    one = claims;
    boot(2, 50, "linux quiet");
    allowed(policy, "new");
    again(policy, &one, "E-99");
    xls_policy_free(policy);

    /* a register 10 of software is none of IMA's */
    begin();
    say("class c\nevidence software\npcrs 10\nset s\npcr 10 any\n");
    policy = accepts();
    claims = (struct xls_claims){.kind = XLS_EVIDENCE_SOFTWARE,
                                 .pcrs = {.mask = 1 << 10}};
    one = claims;
    again(policy, &one, "");
    claims.pcrs.value[10][0]++;
    again(policy, &one, "E-99");
    one.kind = XLS_EVIDENCE_TPM;
    again(policy, &one, "E-99");
    xls_policy_free(policy);
}
END_TEST

/* --- software Evidence ---------------------------------------------------- */

static void boot_software(unsigned xen)
{
    struct xls_wr wr = xls_wr_over(log_octets, sizeof(log_octets));

    claims =
        (struct xls_claims){.kind = XLS_EVIDENCE_SOFTWARE, .log = log_octets};
    tl_soft(&wr, &claims.pcrs, 0, xen, "xen 4.17.2");
    tl_soft(&wr, &claims.pcrs, 1, 9, "linux 6.1");
    T(xls_wr_end(&wr, &claims.log_len) == XLS_OK);
}

START_TEST(software)
{
    struct xls_policy *policy;

    boot_software(7);
    begin();
    say("class c\nevidence software\npcrs 0,1\nset s\n"
        "pcr 0 %s\nevent 0 %s xen 4.17.1\npcr 1 %s\n",
        hex(claims.pcrs.value[0]), digits(7), hex(claims.pcrs.value[1]));
    policy = accepts();
    allowed(policy, "s");
    says("leads to the quoted values of PCRs: 0-1\n");
    boot_software(8);
    not_allowed(policy, "E-94", "s");
    says("event 1 of PCR 0 is the first that differs\n");
    says("xen 4.17.1\n");
    says("own words: xen 4.17.2\n");
    xls_policy_free(policy);
}
END_TEST

/* --- learning ([E-106]) ----------------------------------------------------
 */

static struct xls_policy_lesson lesson = {"p", "default", "s1", 0, NULL, 0};

/* Learn from the claims, into text; the policy, which has to allow them. */
static struct xls_policy *learns(const void *old, size_t old_len)
{
    struct xls_reason why = {.rule = ""};
    char *out = NULL;
    size_t len = 0;
    enum xls_rc rc;

    lesson.old = old;
    lesson.old_len = old_len;
    rc = xls_policy_learn(&lesson, &claims, &out, &len, &why);
    lesson.old = NULL;
    ck_assert_msg(rc == XLS_OK, "%s: %s", why.rule, why.text);
    T(strlen(out) == len && len < sizeof(text));
    memcpy(text, out, len + 1);
    used = len;
    free(out);
    return accepts();
}

static void teaches_nothing(const char *rule)
{
    struct xls_reason why = {.rule = ""};
    char *out = text;
    size_t len = 77;

    T(xls_rc_is_peer(xls_policy_learn(&lesson, &claims, &out, &len, &why)));
    ck_assert_msg(strcmp(why.rule, rule) == 0, "%s: %s", why.rule, why.text);
    T(out == text && len == 77);
}

START_TEST(learn)
{
    struct xls_policy *policy;
    struct xls_policy_set set;

    boot(1, 40, "linux quiet");
    policy = learns(NULL, 0);
    allowed(policy, "s1");
    T(xls_policy_set_at(xls_policy_class_at(policy, 0), 0, &set));
    T(set.values == 0x111 && set.events == 4 && set.files == 0);
    T(strstr(text, " linux quiet\n") != NULL);
    boot(1, 41, "linux quiet");
    not_allowed(policy, "E-94", "s1");
    xls_policy_free(policy);

    /* a log of another boot gives values alone */
    boot(1, 40, "linux quiet");
    claims.pcrs.value[4][0] ^= 1;
    lesson.any = 1 << 8;
    policy = learns(NULL, 0);
    T(xls_policy_set_at(xls_policy_class_at(policy, 0), 0, &set));
    T(set.values == 0x11 && set.any == 0x100 && set.events == 1);
    xls_policy_free(policy);
    lesson.any = 0;

    boot_software(7);
    policy = learns(NULL, 0);
    T(xls_policy_kind(xls_policy_class_at(policy, 0)) == XLS_EVIDENCE_SOFTWARE);
    xls_policy_free(policy);
    claims.pcrs.mask = 0;
    teaches_nothing("E-83");
}
END_TEST

START_TEST(learn_list)
{
    struct xls_policy *policy;
    struct xls_policy_set set;
    size_t len;

    boot_ima(true);
    measure(201, "/usr/bin/a b");
    measure(200, "/usr/bin/a b"); /* as before */
    measure(202, "/x\377\n");
    len = claims.ima_len;
    tl_ima(&ima, NULL, NULL, "/after"); /* the quote */
    claims.ima_len = ima.used;
    policy = learns(NULL, 0);
    allowed(policy, "s1");
    T(xls_policy_set_at(xls_policy_class_at(policy, 0), 0, &set));
    T(set.files == 3 && strstr(text, " /x\\xff\\x0a\n") != NULL);
    T(strstr(text, "boot_aggregate") == NULL && strstr(text, "after") == NULL);
    xls_policy_free(policy);

    claims.pcrs.value[10][0] ^= 1;
    claims.ima_len = len;
    teaches_nothing("E-95");
    claims.ima_len--;
    teaches_nothing("E-50");
    boot_ima(true);
    measure(0, "/v");
    teaches_nothing("E-96");

    boot_ima(false); /* an aggregate of its own gets a line */
    policy = learns(NULL, 0);
    T(strstr(text, " boot_aggregate\n") != NULL);
    xls_policy_free(policy);
}
END_TEST

/* boot_aggregate alone: the value of PCR 10. */
START_TEST(learn_aggregate)
{
    struct xls_policy *policy;
    struct xls_policy_set set;
    uint8_t digest[32];

    boot_ima(true);
    memset(claims.pcrs.value[10], 0, 32);
    (void)crypto_hash_sha256(digest, claims.pcrs.value[0], 320);
    ima = xls_wr_over(ima_octets, sizeof(ima_octets));
    tl_ima(&ima, &claims.pcrs, digest, "boot_aggregate");
    claims.ima_len = ima.used;
    policy = learns(NULL, 0);
    T(xls_policy_set_at(xls_policy_class_at(policy, 0), 0, &set));
    T(set.values == 0x7ff && set.files == 0);
    xls_policy_free(policy);
}
END_TEST

/* A list of SHA-1, and one with more files than a policy can name. */
START_TEST(learn_limits)
{
    static uint8_t octets[4 << 20];
    struct xls_wr wr = xls_wr_over(octets, sizeof(octets));
    uint8_t over[32], digest[32] = {1};
    char path[64];

    boot_ima(true);
    xls_wr_u32le(&wr, 10);
    xls_wr_copy(&wr, digest, 20);
    xls_wr_u32le(&wr, 6);
    xls_wr_copy(&wr, "ima-ng", 6);
    xls_wr_u32le(&wr, 4 + 6 + 20 + 4 + 3);
    xls_wr_u32le(&wr, 6 + 20);
    xls_wr_copy(&wr, "sha1:", 6);
    xls_wr_copy(&wr, digest, 20);
    xls_wr_u32le(&wr, 3);
    xls_wr_copy(&wr, "/a", 3);
    (void)crypto_hash_sha256(over, octets + 38, 37);
    memset(claims.pcrs.value[10], 0, 32);
    claims.ima = octets;
    claims.ima_len = wr.used;
    teaches_nothing("E-88");

    claims.pcrs.mask &= 0x3ff;
    memset(claims.pcrs.value[10], 0, 32);
    wr = xls_wr_over(octets, sizeof(octets));
    for (unsigned i = 0; i < 12000; i++) {
        (void)snprintf(path, sizeof(path), "/usr/lib/some/where/%u", i);
        tl_ima(&wr, &claims.pcrs, digest, path);
    }
    T(wr.rc == XLS_OK);
    claims.ima_len = wr.used;
    teaches_nothing("E-80");
}
END_TEST

START_TEST(learn_names)
{
    static const char *const bad[] = {"", "a b", "a\npcr 4 any", "-a"};

    boot(1, 40, "linux quiet");
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        lesson.name = bad[i];
        teaches_nothing("E-81");
        lesson.name = "p";
        lesson.class = bad[i];
        teaches_nothing("E-81");
        lesson.class = "default";
        lesson.set = bad[i];
        teaches_nothing("E-81");
        lesson.set = "s1";
    }
}
END_TEST

static void more_teaches_nothing(const char *old, size_t len, const char *rule)
{
    lesson.old = old;
    lesson.old_len = len;
    teaches_nothing(rule);
    lesson.old = NULL;
}

START_TEST(learn_more)
{
    static const char old[] = "# ours\nxlsec-policy 1\n name  a\n"
                              "\tversion 9 \n"
                              "class x\n# of x\nevidence tpm\npcrs 0,4,8\n"
                              "\n# of default\nclass default\n"
                              "evidence tpm\npcrs 0,4,8\n# last\n";
    struct xls_policy *policy;
    static char copy[8192];

    boot(1, 40, "linux quiet");
    lesson.class = "x";
    policy = learns(old, strlen(old));
    T(xls_policy_version(policy) == 10);
    T(strstr(text, "version 10\nclass x\n# of x\nevidence tpm\n"
                   "pcrs 0,4,8\n\nset s1\npcr 0 ") != NULL);
    T(strstr(text, "\n\n# of default\nclass default\n") != NULL);
    allowed(policy, "s1");
    xls_policy_free(policy);

    /* the same state once more, and another under the same name */
    T(used < sizeof(copy));
    memcpy(copy, text, used + 1);
    lesson.set = "s2";
    more_teaches_nothing(copy, strlen(copy), "E-106");
    boot(2, 50, "linux quiet");
    lesson.set = "s1";
    more_teaches_nothing(copy, strlen(copy), "E-85");
    claims.pcrs.mask = 0x110;
    lesson.set = "s2";
    more_teaches_nothing(copy, strlen(copy), "E-86");
    claims.pcrs.mask = 0x111;
    policy = learns(copy, strlen(copy));
    allowed(policy, "s2");
    boot(1, 40, "linux quiet");
    allowed(policy, "s1");
    xls_policy_free(policy);

    lesson.class = "y"; /* a class more, at the end */
    policy = learns(copy, strlen(copy));
    T(strstr(text, "# last\n\nclass y\nevidence tpm\npcrs 0,4,8\n\n"
                   "set s2\n") != NULL);
    xls_policy_free(policy);

    write_text("xlsec-policy 1\nname a\nversion 4294967295\n");
    (void)memcpy(copy, text, used);
    more_teaches_nothing(copy, used, "E-81");
    lesson.class = "default";
    lesson.set = "s1";
}
END_TEST

/* --- a real boot ([E-57], [E-97]) ------------------------------------------
 */

static size_t slurp(const char *name, uint8_t *out, size_t size)
{
    const char *src = getenv("srcdir");
    char path[4200];
    size_t len;
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/tests/data/boots/%s",
                   src != NULL ? src : ".", name);
    f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s", path);
    len = fread(out, 1, size, f);
    (void)fclose(f);
    T(len > 0 && len < size);
    return len;
}

START_TEST(real)
{
    static uint8_t values[16384];
    struct xls_policy *policy;
    struct xls_policy_set set;

    claims = (struct xls_claims){.kind = XLS_EVIDENCE_TPM};
    T(xls_pcrs_read(values, slurp("pcrs", values, sizeof(values)), &claims.pcrs,
                    NULL) == XLS_OK);
    claims.log = log_octets;
    claims.log_len = slurp("event-log", log_octets, sizeof(log_octets));
    claims.ima = ima_octets;
    claims.ima_len = slurp("ima", ima_octets, sizeof(ima_octets));
    T(claims.pcrs.mask == 0x7ff);
    policy = learns(NULL, 0);
    allowed(policy, "s1");
    says("leads to the quoted values of PCRs: 0-9\n");
    T(xls_policy_set_at(xls_policy_class_at(policy, 0), 0, &set));
    T(set.values == 0x3ff && set.files == 134 && set.events == 19);
    T(strstr(text, "boot_aggregate") == NULL);
    T(strstr(text,
             " module_cmdline: console=hvc0 quiet rdinit=/init host=1\n"));

    /* one binary is another: the list leads nowhere, or names it */
    ima_octets[claims.ima_len - 40] ^= 1;
    not_allowed(policy, "E-95", "s1");
    xls_policy_free(policy);
}
END_TEST

/* Words in what nobody vouches for. */
START_TEST(words)
{
    static const struct {
        const char *octets;
        size_t len;
        const char *words;
    } cases[] = {
        {"", 0, ""},
        {"abc", 3, ""},
        {"abcd", 4, "abcd"},
        {"\0\1abcd\377efgh\n", 12, "abcd efgh"},
        {"a\0b\0c\0d\0", 8, "abcd"},
        {"\1a\0b\0c\0d\0e", 10, "abcd"},
        {"\033[2Jcmd: linux /vmlinuz", 23, "[2Jcmd: linux /vmlinuz"},
    };
    char out[64];

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        xls_words(out, sizeof(out), cases[i].octets, cases[i].len);
        ck_assert_str_eq(out, cases[i].words);
    }
    xls_words(out, 6, "abcdefgh", 8);
    ck_assert_str_eq(out, "abcde");
    T(xls_path_text(out, sizeof(out), "/a b\\\377", 6) == 15);
    ck_assert_str_eq(out, "/a\\x20b\\x5c\\xff");
    T(xls_path_text(out, 6, "/a b", 4) >= 6);
    ck_assert_str_eq(out, "/a");
}
END_TEST

int main(void)
{
    static const TTest *list[24];
    size_t n = 0;

    list[n++] = form;
    list[n++] = form_cut;
    list[n++] = form_limits;
    list[n++] = facts;
    list[n++] = sets;
    list[n++] = whole_class;
    list[n++] = any;
    list[n++] = explained;
    list[n++] = explained_much;
    list[n++] = ima_list;
    list[n++] = ima_none;
    list[n++] = ima_aggregate;
    list[n++] = ima_sets;
    list[n++] = second;
    list[n++] = software;
    list[n++] = learn;
    list[n++] = learn_list;
    list[n++] = learn_aggregate;
    list[n++] = learn_limits;
    list[n++] = learn_names;
    list[n++] = learn_more;
    list[n++] = real;
    list[n++] = words;
    return t_run("attest-policy", list, n);
}
