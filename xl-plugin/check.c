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

#include "explain.h"
#include "xlsec/check.h"

#define CHUNK ((size_t)1 << 20)

struct options {
    enum xlsec_check_format format;
    struct xlsec_check_limits limits;
    bool json;
    bool explain;
    bool stream; /* an option was given that is for streams alone */
    const char *peer;
    const char *confdir;
    const char *file;
};

static const char usage_text[] =
    "Usage: xlsec check [--format xl|libxl|libxc] [--max-memory SIZE] [--json] "
    "FILE|-\n"
    "       xlsec check --explain [--peer NAME] [--confdir DIR] [--json] "
    "FILE|-\n"
    "Judge a saved guest without loading it: would every record in it be safe "
    "to\n"
    "give to Xen?  Or explain which settings of its configuration a host would "
    "refuse.\n"
    "\n"
    "  --format FORMAT    what FILE is: xl (a file of `xl save`, the "
    "default),\n"
    "                     libxl or libxc (the streams inside one)\n"
    "  --max-memory SIZE  refuse a guest with more memory; MiB, or with a "
    "suffix\n"
    "                     k, m, g or t (default 1t)\n"
    "  --explain          which settings of the configuration would be refused "
    "by\n"
    "                     a host that has no line about them, and the line "
    "that\n"
    "                     would accept each; FILE may also be the JSON alone\n"
    "  --peer NAME        the same by what this host accepts from that peer\n"
    "  --confdir DIR      default " XLS_CONFDIR "\n"
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

/* Take one option; false, and it has been told, when it is none. */
static bool option_take(int opt, struct options *opts)
{
    switch (opt) {
    case 'j':
        opts->json = true;
        return true;
    case 'e':
        opts->explain = true;
        return true;
    case 'p':
        opts->explain = true;
        opts->peer = optarg;
        return true;
    case 'c':
        opts->confdir = optarg;
        return true;
    case 'f':
        opts->stream = true;
        if (!format_read(optarg, &opts->format)) {
            (void)fprintf(stderr,
                          "xlsec check: no format '%s': xl, libxl or libxc\n",
                          optarg);
            return false;
        }
        return true;
    case 'm':
        opts->stream = true;
        if (!size_read(optarg, &opts->limits.max_memory_kib)) {
            (void)fprintf(stderr,
                          "xlsec check: '%s' is not a size of memory, such as "
                          "512m or 4g\n",
                          optarg);
            return false;
        }
        return true;
    default:
        (void)fputs("See `xlsec check --help`.\n", stderr);
        return false;
    }
}

/* -1: go on; otherwise the exit status. */
static int options_read(int argc, char **argv, struct options *opts)
{
    static const struct option longs[] = {
        {"format", required_argument, NULL, 'f'},
        {"max-memory", required_argument, NULL, 'm'},
        {"json", no_argument, NULL, 'j'},
        {"explain", no_argument, NULL, 'e'},
        {"peer", required_argument, NULL, 'p'},
        {"confdir", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int opt;

    optind = 0;
    while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        if (opt == 'h') {
            (void)fputs(usage_text, stdout);
            return XLS_CHECK_ACCEPTED;
        }
        if (!option_take(opt, opts)) {
            return XLS_CHECK_USAGE;
        }
    }
    if (optind != argc - 1) {
        (void)fputs(usage_text, stderr);
        return XLS_CHECK_USAGE;
    }
    if (opts->explain && opts->stream) {
        (void)fputs("xlsec check: --explain looks at the configuration alone; "
                    "--format and\n--max-memory are for streams\n",
                    stderr);
        return XLS_CHECK_USAGE;
    }
    opts->file = argv[optind];
    return -1;
}

void xls_check_put(const char *name, const char *text)
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
    xls_check_put("file", file);
    (void)printf(",\"accepted\":true,");
    xls_check_put("type", facts->type);
    if (facts->name[0] != '\0') {
        (void)putchar(',');
        xls_check_put("name", facts->name);
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
    xls_check_put("file", opts->file);
    (void)printf(",\"accepted\":false");
    put_number("offset", why->offset);
    (void)putchar(',');
    xls_check_put("record", why->record);
    (void)putchar(',');
    xls_check_put("rule", why->rule);
    (void)putchar(',');
    xls_check_put("text", why->text);
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
        return XLS_CHECK_ACCEPTED;
    case XLSEC_CHECK_REFUSED:
        xlsec_check_finding(check, &why);
        refused(opts, &why);
        return XLS_CHECK_REFUSED;
    case XLSEC_CHECK_FAILED:
        break;
    }
    (void)fputs("xlsec check: out of memory\n", stderr);
    return XLS_CHECK_HOST;
}

static int unread(const struct options *opts, int error)
{
    (void)fprintf(stderr, "xlsec check: %s: %s\n", opts->file, strerror(error));
    return XLS_CHECK_UNREAD;
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

/* Judge the stream in fd and say so; the exit status. */
static int check_stream(const struct options *opts, int fd)
{
    struct xlsec_check *check = xlsec_check_new(opts->format, &opts->limits);
    enum xlsec_check_verdict verdict = XLSEC_CHECK_FAILED;
    uint8_t *buf = malloc(CHUNK);
    int error = 0;
    int status;

    if (check != NULL && buf != NULL) {
        error = feed(check, fd, buf, &verdict);
    }
    status = error != 0 ? unread(opts, error) : tell(opts, check, verdict);
    free(buf);
    xlsec_check_free(check);
    return status;
}

int xlsec_cmd_check(int argc, char **argv)
{
    struct options opts = {.format = XLSEC_CHECK_XL, .confdir = XLS_CONFDIR};
    int status = options_read(argc, argv, &opts);
    int fd;

    if (status >= 0) {
        return status;
    }
    fd = strcmp(opts.file, "-") == 0 ? STDIN_FILENO
                                     : open(opts.file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return unread(&opts, errno);
    }
    if (opts.explain) {
        const struct xls_explain what = {opts.file, opts.confdir, opts.peer,
                                         opts.json};

        status = xls_explain(&what, fd);
    } else {
        status = check_stream(&opts, fd);
    }
    if (fd != STDIN_FILENO) {
        (void)close(fd);
    }
    return status;
}
