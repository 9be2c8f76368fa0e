/* SPDX-License-Identifier: LGPL-2.1-only */
#include "fuzz.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "crypto/start.h"

static const struct fz_target *chosen;

/* --- chance that repeats itself --------------------------------------------
 */

static uint64_t chance = 1;

static const char *chance_name(void)
{
    return "fuzz";
}

static uint32_t chance_word(void)
{
    return fz_next(&chance);
}

static void chance_fill(void *out, const size_t len)
{
    uint8_t *p = out;

    for (size_t i = 0; i < len; i++) {
        p[i] = (uint8_t)fz_next(&chance);
    }
}

static struct randombytes_implementation chances = {
    .implementation_name = chance_name,
    .random = chance_word,
    .buf = chance_fill,
};

_Noreturn void fz_broken(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

static bool printable(const char *text, size_t size)
{
    size_t len = strnlen(text, size);

    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return len > 0 && len < size;
}

void fz_refused(enum xls_rc rc, const struct xls_finding *why)
{
    FZ(xls_rc_is_peer(rc));
    if (why != NULL) {
        size_t digits = strspn(why->rule + 2, "0123456789");

        FZ(memcmp(why->rule, "S-", 2) == 0);
        FZ(digits > 0 && why->rule[2 + digits] == '\0');
        FZ(printable(why->text, sizeof(why->text)));
    }
}

void fz_unproven(enum xls_rc rc, const struct xls_reason *why)
{
    size_t digits = strspn(why->rule + 2, "0123456789");

    FZ(xls_rc_is_peer(rc));
    FZ(memcmp(why->rule, "E-", 2) == 0);
    FZ(digits > 0 && why->rule[2 + digits] == '\0');
    FZ(printable(why->text, sizeof(why->text)));
}

void fz_same(enum xls_rc a, const struct xls_finding *why_a, enum xls_rc b,
             const struct xls_finding *why_b)
{
    FZ(a == b);
    FZ(a == XLS_OK || (why_a->offset == why_b->offset &&
                       strcmp(why_a->record, why_b->record) == 0 &&
                       strcmp(why_a->rule, why_b->rule) == 0 &&
                       strcmp(why_a->text, why_b->text) == 0));
}

uint64_t fz_seed(const uint8_t *data, size_t len)
{
    uint64_t h = 0x9e3779b97f4a7c15U ^ len;

    for (size_t i = 0; i < len && i < 256; i++) {
        h = (h ^ data[i]) * 0x100000001b3U;
    }
    return h | 1U;
}

uint32_t fz_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(*seed >> 32);
}

/* --- the heap ------------------------------------------------------------- */

static size_t heap_now;
static size_t heap_most;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *p);

static void *counted(void *p)
{
    heap_now += malloc_usable_size(p);
    heap_most = heap_now > heap_most ? heap_now : heap_most;
    return p;
}

static void forget(void *p)
{
    size_t n = malloc_usable_size(p);

    heap_now -= n < heap_now ? n : heap_now;
}

void *__wrap_malloc(size_t size)
{
    return counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
    forget(p);
    return counted(__real_realloc(p, size));
}

char *__wrap_strdup(const char *text)
{
    return counted(__real_strdup(text));
}

void __wrap_free(void *p)
{
    forget(p);
    __real_free(p);
}

void fz_heap_start(void)
{
    heap_now = 0;
    heap_most = 0;
}

size_t fz_heap_most(void)
{
    return heap_most;
}

/* --- the engine's side ---------------------------------------------------- */

const struct fz_target *fz_target(const char *name)
{
    size_t count;
    const struct fz_target *t = fz_targets(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(t[i].name, name) == 0) {
            return &t[i];
        }
    }
    return NULL;
}

/* What scripts ask: name, share, octets, dictionary of each target. */
static void list(void)
{
    size_t count;
    const struct fz_target *t = fz_targets(&count);

    for (size_t i = 0; i < count; i++) {
        (void)printf("%s %u %zu %s\n", t[i].name, t[i].share, t[i].max_len,
                     t[i].dict == NULL ? "-" : t[i].dict);
    }
    exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *name = getenv("XLS_FUZZ");
    const char *base = strrchr((*argv)[0], '/');

    base = base == NULL ? (*argv)[0] : base + 1;
    if (strncmp(base, "fuzz-", 5) == 0) {
        name = base + 5;
    }
    if (*argc > 1 && strcmp((*argv)[1], "--list") == 0) {
        list();
    }
    chosen = name == NULL ? NULL : fz_target(name);
    if (chosen == NULL) {
        (void)fprintf(stderr, "%s: no such target; --list names them\n", base);
        exit(2);
    }
    if (randombytes_set_implementation(&chances) != 0 ||
        xls_crypto_start() != XLS_OK) {
        exit(2);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len <= chosen->max_len) {
        chance = 1;
        chosen->run(chosen, data, len);
    }
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max,
                               unsigned seed)
{
    return fz_mutate(chosen, data, len, max, seed);
}
