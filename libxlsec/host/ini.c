/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/ini.h"

#include <ini.h>
#include <stdint.h>
#include <string.h>

struct parse {
    const char *at; /* the text not read yet */
    unsigned line;
    const char *path;
    const struct xls_ini_word *words;
    size_t count;
    uint32_t seen; /* a bit for each word */
    void *out;
    struct xls_why *why;
    enum xls_rc rc;
};

/* inih asks for one line at a time, as from fgets(). */
static char *next_line(char *str, int num, void *stream)
{
    struct parse *p = stream;
    size_t len;
    size_t room = num > 1 ? (size_t)num - 1 : 0;

    if (*p->at == '\0' || p->rc != XLS_OK) {
        return NULL;
    }
    /* inih takes an indented line as one that goes on: ours never do */
    p->at += strspn(p->at, " \t");
    len = strcspn(p->at, "\n");
    p->line++;
    if (len + 1 > room) {
        p->rc = xls_why_set(p->why, XLS_HOST_CONF,
                            "%s:%u: the line is longer than %zu characters; "
                            "shorten it",
                            p->path, p->line, room - 1);
        return NULL;
    }
    memcpy(str, p->at, len);
    str[len] = '\0';
    p->at += len + (p->at[len] == '\n');
    return str;
}

static int on_word(void *user, const char *section, const char *name,
                   const char *value)
{
    struct parse *p = user;

    if (p->rc != XLS_OK) {
        return 0;
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct xls_ini_word *w = &p->words[i];

        if (strcmp(w->section, section) != 0 || strcmp(w->name, name) != 0) {
            continue;
        }
        if ((p->seen & (1U << i)) != 0 && w->add == NULL) {
            p->rc = xls_why_set(p->why, XLS_HOST_CONF,
                                "%s:%u: '%s' is there twice; remove one",
                                p->path, p->line, name);
            return 0;
        }
        p->seen |= 1U << i;
        if (w->add != NULL ? !w->add(p->out, name, value)
                           : !w->set(p->out, value)) {
            p->rc =
                xls_why_set(p->why, XLS_HOST_CONF, "%s:%u: '%s' has to be %s",
                            p->path, p->line, name, w->expects);
            return 0;
        }
        return 1;
    }
    p->rc = xls_why_set(p->why, XLS_HOST_CONF,
                        "%s:%u: unknown word '%s' in section [%s]; see "
                        "xlsec.conf(5) for the known ones",
                        p->path, p->line, name, section);
    return 0;
}

enum xls_rc xls_ini_parse(const char *text, const char *path,
                          const struct xls_ini_word *words, size_t count,
                          void *out, struct xls_why *why)
{
    struct xls_why first = {""};
    struct parse p = {.at = text,
                      .path = path,
                      .words = words,
                      .count = count,
                      .out = out,
                      .why = &first,
                      .rc = XLS_OK};
    int bad;

    if (count > 32) {
        return XLS_BUG_CONTRACT;
    }
    bad = ini_parse_stream(next_line, &p, on_word, &p);
    /* inih goes on after a line that it cannot read: the first is told */
    if (p.rc != XLS_OK && (bad <= 0 || (unsigned)bad >= p.line)) {
        return xls_why_set(why, p.rc, "%s", first.text);
    }
    if (bad != 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s:%d: neither a [section] nor 'word = value'; "
                           "mend the line or put '#' before it",
                           path, bad);
    }
    for (size_t i = 0; i < count; i++) {
        if (words[i].needed && (p.seen & (1U << i)) == 0) {
            return xls_why_set(why, XLS_HOST_CONF,
                               "%s:%u: '%s' is missing from section [%s]; add "
                               "%s",
                               path, p.line == 0 ? 1 : p.line, words[i].name,
                               words[i].section, words[i].expects);
        }
    }
    return XLS_OK;
}

bool xls_ini_text(char *out, size_t size, const char *value)
{
    size_t len = strlen(value);

    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(out, value, len + 1);
    return true;
}

bool xls_ini_number(unsigned *out, const char *value, unsigned lo, unsigned hi)
{
    unsigned n = 0;

    if (*value == '\0' || strlen(value) > 9) {
        return false;
    }
    for (const char *at = value; *at != '\0'; at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        n = n * 10 + (unsigned)(*at - '0');
    }
    if (n < lo || n > hi) {
        return false;
    }
    *out = n;
    return true;
}

bool xls_ini_port(uint16_t *out, const char *value)
{
    unsigned n;

    if (!xls_ini_number(&n, value, 1, 65535)) {
        return false;
    }
    *out = (uint16_t)n;
    return true;
}
