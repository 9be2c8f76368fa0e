/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The table of members is the one of doc/STREAM.md, and libxl's.  With the
 * argument --print it writes the document's rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "xenfmt/cfgkeys.h"

struct rows {
    char *text;
    size_t used;
    size_t count;
};

enum { ROWS_MAX = 1 << 17 };

static void put(struct rows *r, const char *text)
{
    size_t n = strlen(text);

    if (r->text == NULL || r->used + n >= ROWS_MAX) {
        exit(99); /* --print runs outside a test */
    }
    memcpy(r->text + r->used, text, n + 1);
    r->used += n;
}

/* Words as the document has them: `a` `b`. */
static void put_words(struct rows *r, const char *words)
{
    bool in = false;

    for (; *words != '\0'; words++) {
        char c[2] = {*words, '\0'};

        if (*words != ' ' && !in) {
            put(r, "`");
        } else if (*words == ' ' && in) {
            put(r, "`");
        }
        in = *words != ' ';
        put(r, c);
    }
    put(r, in ? "`" : "");
}

static void put_kind(struct rows *r, const struct xls_cfg_member *m)
{
    char text[96];

    if (m->most > 0) {
        (void)snprintf(text, sizeof(text), "up to %u: ", m->most);
        put(r, text);
    }
    text[0] = '\0';
    switch (m->kind) {
    case XLS_CFG_BOOL:
        put(r, "bool");
        break;
    case XLS_CFG_DEFBOOL:
        put(r, "flag");
        break;
    case XLS_CFG_NUMBER:
        (void)snprintf(text, sizeof(text), "%lld..%lld", (long long)m->lo,
                       (long long)m->hi);
        break;
    case XLS_CFG_ENUM:
        put_words(r, m->words);
        break;
    case XLS_CFG_TEXT:
        put(r, m->secret ? "text, secret" : "text");
        break;
    case XLS_CFG_WORD:
        put(r, m->secret ? "word, secret" : "word");
        break;
    case XLS_CFG_LIST:
        put(r, "list");
        break;
    case XLS_CFG_UUID:
        put(r, "uuid");
        break;
    case XLS_CFG_MAC:
        put(r, "mac");
        break;
    case XLS_CFG_BITS:
        (void)snprintf(text, sizeof(text), "bits 0..%lld", (long long)m->hi);
        break;
    case XLS_CFG_BYTES:
        (void)snprintf(text, sizeof(text), "%lld bytes", (long long)m->hi);
        break;
    case XLS_CFG_MASK:
        (void)snprintf(text, sizeof(text), "mask of %lld", (long long)m->hi);
        break;
    case XLS_CFG_CPUID:
        put(r, "object, or the array that is its cpuid");
        break;
    case XLS_CFG_OBJECT:
        put(r, "object");
        break;
    case XLS_CFG_MAP:
        put(r, "map");
        break;
    }
    put(r, text);
}

static void put_rule(struct rows *r, const struct xls_cfg_member *m)
{
    const char *word;

    if (m->label == NULL) {
        return;
    }
    word = xls_cfg_word_name(m->accept);
    put(r, "[");
    put(r, m->label);
    put(r, "] ");
    put_words(r, m->ok);
    put(r, m->ok[0] == '\0' ? "" : "; ");
    put(r, word == NULL ? "nobody" : word);
}

static void put_object(struct rows *r, const char *path,
                       const struct xls_cfg_object *of)
{
    for (size_t i = 0; i < of->count; i++) {
        const struct xls_cfg_member *m = &of->members[i];
        bool array = m->most > 0;
        char name[256];

        (void)snprintf(name, sizeof(name), "%s%s%s", path,
                       path[0] == '\0' ? "" : ".", m->name);
        put(r, "| ");
        put(r, name);
        put(r, array ? "[]" : "");
        put(r, " | ");
        put_kind(r, m);
        put(r, " | ");
        put_rule(r, m);
        put(r, m->label == NULL ? "|\n" : " |\n");
        r->count++;
        if (m->object != NULL) {
            (void)snprintf(name + strlen(name), sizeof(name) - strlen(name),
                           "%s", array ? "[]" : "");
            put_object(r, name, m->object);
        }
    }
}

static struct rows rows_of_the_table(void)
{
    struct rows r = {malloc(ROWS_MAX), 0, 0};

    put_object(&r, "", &xls_cfg_top);
    return r;
}

static char *document(void)
{
    const char *dir = getenv("srcdir");
    char path[1024];
    char *text = calloc(1, 1 << 18);
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/doc/STREAM.md",
                   dir == NULL ? "." : dir);
    f = fopen(path, "r");
    T(f != NULL && text != NULL);
    T(fread(text, 1, (1 << 18) - 1, f) > 0);
    T(fclose(f) == 0);
    return text;
}

/* [S-31] Row for row, and none more in the document. */
START_TEST(the_document_has_the_same_table)
{
    static const char head[] = "| member | kind | accepted |\n|---|---|---|\n";
    struct rows r = rows_of_the_table();
    char *text = document();
    const char *at = strstr(text, head);
    size_t row = 0;

    T(at != NULL);
    at += strlen(head);
    for (const char *own = r.text; *own != '\0'; row++) {
        size_t n = strcspn(own, "\n") + 1;

        ck_assert_msg(strncmp(own, at, n) == 0,
                      "row %zu\n  table    %.*s  document %.*s", row, (int)n,
                      own, (int)strcspn(at, "\n") + 1, at);
        own += n;
        at += n;
    }
    T(*at == '\n' && row == r.count && row > 300);
    free(text);
    free(r.text);
}
END_TEST

/* A name twice in an object would make one of the rows a lie; a governed
 * member has a label, a pattern list, and a kind that has one value. */
static void object_sane(const struct xls_cfg_object *of)
{
    for (size_t i = 0; i < of->count; i++) {
        const struct xls_cfg_member *m = &of->members[i];

        T(xls_cfg_find(of, m->name) == m);
        T((m->label == NULL) == (m->ok == NULL));
        T(m->label != NULL || m->accept == XLS_ACCEPT_NEVER);
        T((m->kind == XLS_CFG_ENUM) == (m->words != NULL));
        T(m->label == NULL ||
          (m->kind != XLS_CFG_BITS && m->kind != XLS_CFG_BYTES &&
           m->kind != XLS_CFG_BOOL));
        T(!m->secret || m->label == NULL);
        if (m->object != NULL) {
            object_sane(m->object);
        }
    }
}

START_TEST(the_table_is_sane)
{
    object_sane(&xls_cfg_top);
    T(xls_cfg_find(&xls_cfg_top, "b_inf") == NULL);
    T(xls_cfg_find(&xls_cfg_top, "") == NULL);
}
END_TEST

int main(int argc, char **argv)
{
    const TTest *const list[] = {
        the_document_has_the_same_table,
        the_table_is_sane,
    };

    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        struct rows r = rows_of_the_table();
        int n = fputs(r.text, stdout);

        free(r.text);
        return n < 0 ? 1 : 0;
    }
    return t_run("xenfmt-members", list, T_COUNT(list));
}
