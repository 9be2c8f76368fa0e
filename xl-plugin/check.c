/* SPDX-License-Identifier: LGPL-2.1-only */
#include "check.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xlsec/check.h"

enum {
    EXIT_ACCEPTED = 0,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 65, /* EX_DATAERR */
    EXIT_UNREAD = 66,  /* EX_NOINPUT */
    EXIT_HOST = 70,    /* EX_SOFTWARE */
};

#define CHUNK ((size_t)1 << 20)

struct options {
    enum xlsec_check_format format;
    struct xlsec_check_limits limits;
    bool json;
    const char *file;
};

static const char usage_text[] =
    "Usage: xlsec check [--format xl|libxl|libxc] [--max-memory SIZE] [--json] "
    "FILE|-\n"
    "Judge a saved guest without loading it: would every record in it be safe "
    "to\n"
    "give to Xen?\n"
    "\n"
    "  --format FORMAT    what FILE is: xl (a file of `xl save`, the "
    "default),\n"
    "                     libxl or libxc (the streams inside one)\n"
    "  --max-memory SIZE  refuse a guest with more memory; MiB, or with a "
    "suffix\n"
    "                     k, m, g or t (default 1t)\n"
    "  --json             the verdict as one JSON object\n"
    "  -h, --help         this text\n"
    "\n"
    "Exit status: 0 accepted, 65 refused (with offset, record and rule), 66 "
    "cannot\n"
    "read, 2 usage.  Rules are those of STREAM.md.\n";

/* As xl reads sizes: a number and b, k, m, g or t; MiB without one.  KiB in
 * *out; false when it is not a size. */
static bool size_read(const char *text, uint64_t *out)
{
    static const char units[] = "kmgt";
    char *end = NULL;
    const char *unit;
    unsigned long long value;
    unsigned shift = 10;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || !isdigit((unsigned char)text[0])) {
        return false;
    }
    if (*end != '\0') {
        unit = strchr(units, tolower((unsigned char)*end));
        if (unit == NULL || end[1] != '\0') {
            return false;
        }
        shift = 10 * (unsigned)(unit - units);
    }
    if (value < 1 || value > (UINT64_C(1) << 42) >> shift) {
        return false;
    }
    *out = (uint64_t)value << shift;
    return *out >= 4;
}

static bool format_read(const char *text, enum xlsec_check_format *out)
{
    static const char *const names[] = {"xl", "libxl", "libxc"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum xlsec_check_format)(XLSEC_CHECK_XL + (int)i);
            return true;
        }
    }
    return false;
}

/* -1: go on; otherwise the exit status. */
static int options_read(int argc, char **argv, struct options *opts)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"max-memory", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int opt;

    optind = 0;
    while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        if (opt == 'h') {
            (void)fputs(usage_text, stdout);
            return EXIT_ACCEPTED;
        }
        if (opt == 'j') {
            opts->json = true;
        } else if (opt == 'f' && !format_read(optarg, &opts->format)) {
            (void)fprintf(stderr,
                          "xlsec check: no format '%s': xl, libxl or "
                          "libxc\n",
                          optarg);
            return EXIT_USAGE;
        } else if (opt == 'm' &&
                   !size_read(optarg, &opts->limits.max_memory_kib)) {
            (void)fprintf(stderr,
                          "xlsec check: '%s' is not a size of memory, "
                          "such as 512m or 4g\n",
                          optarg);
            return EXIT_USAGE;
        } else if (opt == '?') {
            (void)fputs("See `xlsec check --help`.\n", stderr);
            return EXIT_USAGE;
        }
    }
    if (optind != argc - 1) {
        (void)fputs(usage_text, stderr);
        return EXIT_USAGE;
    }
    opts->file = argv[optind];
    return -1;
}

/* A JSON string; everything but printable ASCII is escaped. */
static void put_string(const char *name, const char *text)
{
    (void)printf("\"%s\":\"", name);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            (void)printf("\\%c", *c);
        } else if (*c < 0x20 || *c > 0x7e) {
            (void)printf("\\u%04x", (unsigned char)*c);
        } else {
            (void)putchar(*c);
        }
    }
    (void)putchar('"');
}

static void put_number(const char *name, uint64_t value)
{
    (void)printf(",\"%s\":%" PRIu64, name, value);
}

static void accepted_json(const char *file,
                          const struct xlsec_check_facts *facts)
{
    (void)putchar('{');
    put_string("file", file);
    (void)printf(",\"accepted\":true,");
    put_string("type", facts->type);
    if (facts->name[0] != '\0') {
        (void)putchar(',');
        put_string("name", facts->name);
        put_number("max_memory_kib", facts->max_memory_kib);
        put_number("max_vcpus", facts->max_vcpus);
    }
    put_number("vcpus", facts->vcpus);
    put_number("libxc_version", facts->libxc_version);
    (void)printf(",\"xen\":\"%u.%u\"", facts->xen_major, facts->xen_minor);
    put_number("passes", facts->passes);
    put_number("records", facts->records);
    put_number("pages", facts->pages);
    put_number("bytes", facts->bytes);
    (void)puts("}");
}

static void accepted_text(const char *file,
                          const struct xlsec_check_facts *facts)
{
    (void)printf("%s: accepted: ", file);
    if (facts->name[0] != '\0') {
        (void)printf("%s guest '%s', %" PRIu64 " KiB, at most %u vCPU%s; ",
                     facts->type, facts->name, facts->max_memory_kib,
                     facts->max_vcpus, facts->max_vcpus == 1 ? "" : "s");
    } else {
        (void)printf("%s guest; ", facts->type);
    }
    (void)printf("%u vCPU%s, %" PRIu64 " records, %" PRIu64 " pages in %u "
                 "pass%s, from Xen %u.%u\n",
                 facts->vcpus, facts->vcpus == 1 ? "" : "s", facts->records,
                 facts->pages, facts->passes, facts->passes == 1 ? "" : "es",
                 facts->xen_major, facts->xen_minor);
}

static void refused(const struct options *opts,
                    const struct xlsec_check_finding *why)
{
    if (!opts->json) {
        (void)printf("%s: refused at octet %" PRIu64 ", %s: %s [%s]\n",
                     opts->file, why->offset, why->record, why->text,
                     why->rule);
        return;
    }
    (void)putchar('{');
    put_string("file", opts->file);
    (void)printf(",\"accepted\":false");
    put_number("offset", why->offset);
    (void)putchar(',');
    put_string("record", why->record);
    (void)putchar(',');
    put_string("rule", why->rule);
    (void)putchar(',');
    put_string("text", why->text);
    (void)puts("}");
}

/* Say what the checker found; the exit status. */
static int tell(const struct options *opts, const struct xlsec_check *check,
                enum xlsec_check_verdict verdict)
{
    struct xlsec_check_facts facts;
    struct xlsec_check_finding why;

    switch (verdict) {
    case XLSEC_CHECK_ACCEPTED:
        xlsec_check_facts(check, &facts);
        if (opts->json) {
            accepted_json(opts->file, &facts);
        } else {
            accepted_text(opts->file, &facts);
        }
        return EXIT_ACCEPTED;
    case XLSEC_CHECK_REFUSED:
        xlsec_check_finding(check, &why);
        refused(opts, &why);
        return EXIT_REFUSED;
    case XLSEC_CHECK_FAILED:
        break;
    }
    (void)fputs("xlsec check: out of memory\n", stderr);
    return EXIT_HOST;
}

/* Feed all of fd.  0, or the errno of a read that failed. */
static int feed(struct xlsec_check *check, int fd, uint8_t *buf,
                enum xlsec_check_verdict *verdict)
{
    ssize_t n = 1;

    *verdict = XLSEC_CHECK_ACCEPTED;
    while (n != 0 && *verdict == XLSEC_CHECK_ACCEPTED) {
        do {
            n = read(fd, buf, CHUNK);
        } while (n < 0 && errno == EINTR);
        if (n < 0) {
            return errno;
        }
        *verdict = n > 0 ? xlsec_check_feed(check, buf, (size_t)n)
                         : xlsec_check_end(check);
    }
    return 0;
}

int xlsec_cmd_check(int argc, char **argv)
{
    struct options opts = {.format = XLSEC_CHECK_XL};
    struct xlsec_check *check = NULL;
    enum xlsec_check_verdict verdict = XLSEC_CHECK_FAILED;
    uint8_t *buf = NULL;
    int fd = -1;
    int error = 0;
    int status = options_read(argc, argv, &opts);

    if (status >= 0) {
        return status;
    }
    fd = strcmp(opts.file, "-") == 0 ? STDIN_FILENO
                                     : open(opts.file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error = errno;
        goto out;
    }
    check = xlsec_check_new(opts.format, &opts.limits);
    buf = malloc(CHUNK);
    if (check != NULL && buf != NULL) {
        error = feed(check, fd, buf, &verdict);
    }
out:
    if (error != 0) {
        (void)fprintf(stderr, "xlsec check: %s: %s\n", opts.file,
                      strerror(error));
        status = EXIT_UNREAD;
    } else {
        status = tell(&opts, check, verdict);
    }
    if (fd > STDIN_FILENO) {
        (void)close(fd);
    }
    free(buf);
    xlsec_check_free(check);
    return status;
}
