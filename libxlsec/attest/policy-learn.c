/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/policy-learn.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/claimlog.h"
#include "attest/hex.h"
#include "attest/policy-private.h"

enum {
    HEX_ROOM = 2 * XLS_PCR_LEN + 1,
    WORDS_ROOM = 160,
    PATH_ROOM = 4 * (int)XLS_IMA_PATH_MAX,
};

/* A text being written; what does not fit sticks. */
struct draft {
    char *text; /* XLS_POLICY_MAX octets and a NUL; owned */
    size_t used;
    bool full;
};

static bool draft_init(struct draft *d)
{
    *d = (struct draft){.text = malloc(XLS_POLICY_MAX + 1)};
    return d->text != NULL;
}

static void put(struct draft *d, const char *p, size_t len)
{
    d->full = d->full || len > XLS_POLICY_MAX - d->used;
    if (!d->full) {
        memcpy(d->text + d->used, p, len);
        d->used += len;
    }
}

__attribute__((format(printf, 2, 3))) static void say(struct draft *d,
                                                      const char *format, ...)
{
    size_t room = XLS_POLICY_MAX + 1 - d->used;
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(d->text + d->used, room, format, args);
    va_end(args);
    d->full = d->full || len < 0 || (size_t)len >= room;
    d->used += d->full ? 0 : (size_t)len;
}

static void say_file(struct draft *d, const struct policy_file *file,
                     char *room)
{
    char hex[130];

    xls_hex(hex, sizeof(hex), file->digest, file->digest_len);
    (void)xls_path_text(room, PATH_ROOM, file->path, strlen(file->path));
    say(d, "ima sha%zu:%s %s\n", 8 * file->digest_len, hex, room);
}

/* The lines of IMA's list. */
static enum xls_rc say_files(struct draft *d, const struct xls_claims *claims,
                             struct xls_reason *why)
{
    struct policy_listed listed = {.files = NULL};
    char *room = malloc(PATH_ROOM);
    enum xls_rc rc =
        room == NULL ? XLS_HOST_NOMEM : xls_policy_listed(claims, &listed, why);

    for (size_t i = 0; rc == XLS_OK && i < listed.count; i++) {
        say_file(d, &listed.files[i], room);
    }
    if (rc == XLS_OK && listed.count == 0) {
        /* boot_aggregate alone: the value says as much */
        xls_hex(room, HEX_ROOM, claims->pcrs.value[XLS_IMA_PCR], XLS_PCR_LEN);
        say(d, "pcr %u %s\n", XLS_IMA_PCR, room);
    }
    xls_policy_listed_free(&listed);
    free(room);
    return rc;
}

/* --- a set ---------------------------------------------------------------- */

/* The events of a log that leads to the value of a PCR. */
static void say_events(struct draft *d, unsigned pcr,
                       const struct xls_claims *claims,
                       const struct xls_claimlog *log)
{
    struct xls_claimlog rest = *log;
    struct xls_claimlog_event event;
    char hex[HEX_ROOM];
    char words[WORDS_ROOM];

    if (memcmp(log->pcrs.value[pcr], claims->pcrs.value[pcr], XLS_PCR_LEN) !=
        0) {
        return;
    }
    while (xls_claimlog_next(&rest, &event)) {
        if (event.pcr == pcr) {
            xls_hex(hex, sizeof(hex), event.digest, XLS_PCR_LEN);
            xls_words(words, sizeof(words), event.data, event.len);
            say(d, "event %u %s %s\n", pcr, hex,
                words[strspn(words, " ")] == '\0' ? "-" : words);
        }
    }
}

static enum xls_rc say_set(struct draft *d,
                           const struct xls_policy_lesson *lesson,
                           const struct xls_claims *claims,
                           struct xls_reason *why)
{
    struct xls_claimlog log;
    bool has_log =
        claims->log_len > 0 && xls_claimlog_read(claims, &log, NULL) == XLS_OK;
    char hex[HEX_ROOM];
    enum xls_rc rc = XLS_OK;

    say(d, "set %s\n", lesson->set);
    for (unsigned n = 0; rc == XLS_OK && n < XLS_POLICY_PCRS; n++) {
        if ((claims->pcrs.mask >> n & 1) == 0) {
            continue;
        }
        if ((lesson->any >> n & 1) != 0) {
            say(d, "pcr %u any\n", n);
        } else if (n == XLS_IMA_PCR && claims->ima_len > 0) {
            rc = say_files(d, claims, why);
        } else {
            xls_hex(hex, sizeof(hex), claims->pcrs.value[n], XLS_PCR_LEN);
            say(d, "pcr %u %s\n", n, hex);
            if (has_log) {
                say_events(d, n, claims, &log);
            }
        }
    }
    return rc;
}

static void say_class(struct draft *d, const struct xls_policy_lesson *lesson,
                      const struct xls_claims *claims)
{
    char pcrs[64];

    xls_pcrs_name(pcrs, sizeof(pcrs), claims->pcrs.mask);
    say(d, "\nclass %s\nevidence %s\npcrs %s\n", lesson->class,
        claims->kind == XLS_EVIDENCE_SOFTWARE ? "software" : "tpm", pcrs);
}

/* Are these names that a policy may have? */
static enum xls_rc names_judge(const struct xls_policy_lesson *lesson,
                               const char *name, struct xls_reason *why)
{
    return xls_policy_name_ok(name) && xls_policy_name_ok(lesson->class) &&
                   xls_policy_name_ok(lesson->set)
               ? XLS_OK
               : xls_reason_set(why, XLS_PEER_RANGE, "E-81",
                                "names of policies, classes and sets have 1 to "
                                "63 letters, digits, '.', '-' and '_', and "
                                "begin with a letter or a digit");
}

/* [E-106] Read it again: it has to be a policy, and allow the claims. */
static enum xls_rc draft_judge(const struct draft *d,
                               const struct xls_policy_lesson *lesson,
                               const struct xls_claims *claims,
                               struct xls_reason *why)
{
    struct xls_appraisal *appraisal = malloc(sizeof(*appraisal));
    const struct xls_policy_class *class;
    struct xls_policy *policy = NULL;
    enum xls_rc rc = appraisal == NULL ? XLS_HOST_NOMEM : XLS_OK;

    if (rc == XLS_OK && d->full) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-80",
                            "the policy would be larger than 1 MiB");
    }
    if (rc == XLS_OK) {
        rc = xls_policy_read(d->text, d->used, &policy, why);
    }
    if (rc == XLS_OK) {
        class = xls_policy_class(policy, "", lesson->class, why);
        rc = class == NULL ? XLS_PEER_POLICY
                           : xls_policy_appraise(class, claims, appraisal, why);
    }
    xls_policy_free(policy);
    free(appraisal);
    return rc;
}

/* --- a set more ----------------------------------------------------------- */

/* Where in a policy's text what is to be written goes. */
struct places {
    size_t version, version_end; /* its line */
    size_t set;                  /* behind the last line of the class */
    bool has_class;
};

/* Is the line's first field this word, and its second, where one is given,
 * that name? */
static bool line_is(const char *line, size_t len, const char *word,
                    const char *name)
{
    size_t skip = 0;
    size_t n = strlen(word);

    while (skip < len && strchr(" \t", line[skip]) != NULL) {
        skip++;
    }
    if (len - skip < n || strncmp(line + skip, word, n) != 0 ||
        (len - skip > n && strchr(" \t", line[skip + n]) == NULL)) {
        return false;
    }
    if (name == NULL) {
        return true;
    }
    for (skip += n; skip < len && strchr(" \t", line[skip]) != NULL;) {
        skip++;
    }
    n = strlen(name);
    return len - skip >= n && strncmp(line + skip, name, n) == 0 &&
           (len - skip == n || strchr(" \t", line[skip + n]) != NULL);
}

/* Is there anything on the line but a comment? */
static bool line_says(const char *line, size_t len)
{
    size_t skip = 0;

    while (skip < len && strchr(" \t", line[skip]) != NULL) {
        skip++;
    }
    return skip < len && line[skip] != '#';
}

/* The text is a good policy's: each line has its end. */
static struct places places_find(const char *text, size_t len,
                                 const char *class)
{
    struct places p = {.set = len};
    bool in_class = false;

    for (size_t at = 0; at < len;) {
        const char *line = text + at;
        size_t line_len =
            (size_t)((const char *)memchr(line, '\n', len - at) - line);
        size_t next = at + line_len + 1;

        if (line_is(line, line_len, "version", NULL)) {
            p.version = at;
            p.version_end = next;
        } else if (line_is(line, line_len, "class", NULL)) {
            in_class = line_is(line, line_len, "class", class);
            p.has_class = p.has_class || in_class;
        }
        if (in_class && line_says(line, line_len)) {
            p.set = next;
        }
        at = next;
    }
    return p;
}

/* Would the claims be allowed already?  *version: the policy's. */
static enum xls_rc old_judge(const struct xls_policy_lesson *lesson,
                             const struct xls_claims *claims, uint32_t *version,
                             struct xls_reason *why)
{
    struct xls_appraisal *appraisal = malloc(sizeof(*appraisal));
    const struct xls_policy_class *class = NULL;
    struct xls_policy *policy = NULL;
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (appraisal != NULL) {
        rc = xls_policy_read(lesson->old, lesson->old_len, &policy, why);
    }
    if (rc == XLS_OK) {
        *version = xls_policy_version(policy);
        class = xls_policy_class(policy, "", lesson->class, NULL);
    }
    if (rc == XLS_OK && *version == UINT32_MAX) {
        rc = xls_reason_set(why, XLS_PEER_RANGE, "E-81",
                            "the policy has the highest version that there "
                            "is");
    }
    if (rc == XLS_OK && class != NULL &&
        xls_policy_appraise(class, claims, appraisal, NULL) == XLS_OK) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-106",
                            "set %s of class %s allows this state already",
                            appraisal->set, lesson->class);
    }
    xls_policy_free(policy);
    free(appraisal);
    return rc;
}

/* The old text with the set in its place. */
static enum xls_rc say_more(struct draft *d,
                            const struct xls_policy_lesson *lesson,
                            const struct xls_claims *claims,
                            struct xls_reason *why)
{
    const char *old = lesson->old;
    struct places p;
    uint32_t version = 0;
    enum xls_rc rc = old_judge(lesson, claims, &version, why);

    if (rc != XLS_OK) {
        return rc;
    }
    p = places_find(old, lesson->old_len, lesson->class);
    put(d, old, p.version);
    say(d, "version %u\n", version + 1);
    put(d, old + p.version_end, p.set - p.version_end);
    if (!p.has_class) {
        say_class(d, lesson, claims);
    }
    say(d, "\n");
    rc = say_set(d, lesson, claims, why);
    put(d, old + p.set, lesson->old_len - p.set);
    return rc;
}

static enum xls_rc say_new(struct draft *d,
                           const struct xls_policy_lesson *lesson,
                           const struct xls_claims *claims,
                           struct xls_reason *why)
{
    say(d, "xlsec-policy 1\nname %s\nversion 1\n", lesson->name);
    say_class(d, lesson, claims);
    say(d, "\n");
    return say_set(d, lesson, claims, why);
}

enum xls_rc xls_policy_learn(const struct xls_policy_lesson *lesson,
                             const struct xls_claims *claims, char **out,
                             size_t *len, struct xls_reason *why)
{
    bool more = lesson->old != NULL;
    struct draft d;
    enum xls_rc rc =
        names_judge(lesson, more ? lesson->class : lesson->name, why);

    if (rc != XLS_OK) {
        return rc;
    }
    if (!draft_init(&d)) {
        return XLS_HOST_NOMEM;
    }
    rc = more ? say_more(&d, lesson, claims, why)
              : say_new(&d, lesson, claims, why);
    if (rc == XLS_OK) {
        rc = draft_judge(&d, lesson, claims, why);
    }
    if (rc == XLS_OK) {
        d.text[d.used] = '\0';
        *out = d.text;
        *len = d.used;
        d.text = NULL;
    }
    free(d.text);
    return rc;
}
