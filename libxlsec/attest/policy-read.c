/* SPDX-License-Identifier: LGPL-2.1-only */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/hex.h"
#include "attest/policy-reader.h"

__attribute__((format(printf, 5, 6))) bool
xls_policy_refuse(struct policy_reader *r, enum xls_rc rc, unsigned line,
                  const char *rule, const char *format, ...)
{
    char text[128];
    va_list args;

    if (r->rc == XLS_OK) {
        va_start(args, format);
        (void)vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        r->rc =
            xls_reason_set(r->why, rc, rule, "policy, line %u: %s", line, text);
    }
    return false;
}

char *xls_policy_field(char **at)
{
    char *begin = *at + strspn(*at, " ");
    size_t len = strcspn(begin, " ");

    if (len == 0) {
        return NULL;
    }
    *at = begin + len;
    if (**at != '\0') {
        *(*at)++ = '\0';
    }
    *at += strspn(*at, " ");
    return begin;
}

/* [E-82] One line, without its end. */
static void line_take(struct policy_reader *r, char *text)
{
    char *at = text;
    size_t len = strlen(text);
    const char *name;
    const struct policy_word *word;

    for (char *c = strchr(text, '\t'); c != NULL; c = strchr(c, '\t')) {
        *c = ' ';
    }
    while (len > 0 && text[len - 1] == ' ') {
        text[--len] = '\0';
    }
    name = xls_policy_field(&at);
    if (name == NULL || name[0] == '#') {
        return;
    }
    word = xls_policy_word(name);
    if (word == NULL) {
        (void)xls_policy_refuse(r, XLS_PEER_RANGE, r->line, "E-82",
                                "no word '%.40s' is known", name);
    } else if ((word->places & r->place) == 0) {
        (void)xls_policy_refuse(
            r, XLS_PEER_ORDER, r->line, "E-82",
            "'%s' may not stand here; the order is xlsec-policy, "
            "name, version, and then classes with their sets",
            word->name);
    } else if (!word->take(r, at)) {
        (void)xls_policy_refuse(r, XLS_PEER_RANGE, r->line, word->rule,
                                "it has to be %s", word->usage);
    }
}

/* How many lines begin with this word. */
static size_t lines_count(const char *text, const char *word)
{
    size_t len = strlen(word);
    size_t n = 0;

    while (text != NULL && *text != '\0') {
        text += strspn(text, " \t");
        n += strncmp(text, word, len) == 0 ? 1 : 0;
        text = strchr(text, '\n');
        text += text == NULL ? 0 : 1;
    }
    return n;
}

/* Room for what the text has, whatever it turns out to be. */
static bool room_make(struct xls_policy *p)
{
    size_t sets = lines_count(p->text, "set");

    if (sets > (size_t)XLS_POLICY_CLASSES * XLS_POLICY_SETS) {
        sets = (size_t)XLS_POLICY_CLASSES * XLS_POLICY_SETS;
    }
    p->sets = calloc(sets + 1, sizeof(*p->sets));
    p->events = calloc(lines_count(p->text, "event") + 1, sizeof(*p->events));
    p->files = calloc(lines_count(p->text, "ima") + 1, sizeof(*p->files));
    return p->sets != NULL && p->events != NULL && p->files != NULL;
}

/* [E-80] Lines of printable ASCII and tabs, each with its end. */
static enum xls_rc text_judge(const char *text, size_t len,
                              struct xls_reason *why)
{
    unsigned line = 1;

    if (len == 0 || len > XLS_POLICY_MAX) {
        return xls_reason_set(why, XLS_PEER_RANGE, "E-80", "policy: it is %s",
                              len == 0 ? "empty" : "larger than 1 MiB");
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n' && text[i] != '\t' && !xls_printable(text + i, 1)) {
            return xls_reason_set(why, XLS_PEER_RANGE, "E-80",
                                  "policy, line %u: an octet that is not "
                                  "printable ASCII",
                                  line);
        }
        line += text[i] == '\n' ? 1 : 0;
    }
    if (text[len - 1] != '\n') {
        return xls_reason_set(why, XLS_PEER_SHORT, "E-80",
                              "policy, line %u: it has no end; was the file "
                              "cut?",
                              line);
    }
    return XLS_OK;
}

static enum xls_rc lines_take(struct xls_policy *p, struct xls_reason *why)
{
    struct policy_reader *r = calloc(1, sizeof(*r));
    char *at = p->text;
    enum xls_rc rc;

    if (r == NULL) {
        return XLS_HOST_NOMEM;
    }
    r->p = p;
    r->why = why;
    r->place = IN_START;
    while (r->rc == XLS_OK && *at != '\0') {
        char *line = at;

        at = strchr(at, '\n');
        *at++ = '\0';
        r->line++;
        line_take(r, line);
    }
    if (r->rc == XLS_OK) {
        xls_policy_class_close(r);
        if ((r->place & (IN_TOP | IN_CLASS | IN_SET)) == 0) {
            (void)xls_policy_refuse(r, XLS_PEER_SHORT, r->line, "E-81",
                                    "it ends before 'version'");
        }
    }
    rc = r->rc;
    free(r);
    return rc;
}

enum xls_rc xls_policy_read(const void *text, size_t len,
                            struct xls_policy **out, struct xls_reason *why)
{
    struct xls_policy *p = NULL;
    enum xls_rc rc = text_judge(text, len, why);

    if (rc != XLS_OK) {
        return rc;
    }
    p = calloc(1, sizeof(*p));
    rc = p == NULL ? XLS_HOST_NOMEM : XLS_OK;
    if (rc == XLS_OK) {
        p->text = strndup(text, len);
        rc = p->text == NULL || !room_make(p) ? XLS_HOST_NOMEM
                                              : lines_take(p, why);
    }
    if (rc == XLS_OK) {
        (void)crypto_hash_sha256(p->digest, text, len); /* [E-89] */
        *out = p;
        p = NULL;
    }
    xls_policy_free(p);
    return rc;
}

void xls_policy_free(struct xls_policy *policy)
{
    if (policy != NULL) {
        free(policy->text);
        free(policy->sets);
        free(policy->events);
        free(policy->files);
        free(policy);
    }
}
