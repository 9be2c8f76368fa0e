/* SPDX-License-Identifier: LGPL-2.1-only */
#include "policy.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/pcrs.h"
#include "check.h"
#include "host/conf.h"
#include "host/policystore.h"
#include "say.h"

#define PROGRAM XLS_POLICY_PROGRAM

static const char usage_text[] =
    "Usage: xlsec policy show [--confdir DIR] [--statedir DIR] [--json]\n"
    "       xlsec policy check [--pub KEY] [--json] [STATE [--class NAME]] "
    "FILE\n"
    "       xlsec policy install [--pub KEY] [--confdir DIR] [--statedir DIR] "
    "FILE\n"
    "       xlsec policy learn STATE [--any LIST] [--name NAME] [--class "
    "NAME]\n"
    "           [--set NAME] [--add-to FILE]\n"
    "where STATE is --host HOST [--command CMD], --local [--select LIST], or "
    "--pcrs\n"
    "FILE, with [--event-log FILE] [--ima FILE], or --software FILE.\n"
    "\n"
    "The appraisal policy: in which states hosts have to be to be trusted with "
    "guests.\n"
    "\n"
    "  show             what is in force on this host\n"
    "  check            is FILE a policy, FILE.minisig its signature, and a "
    "host in\n"
    "                   this state allowed by it?\n"
    "  install          put FILE, with FILE.minisig, in force on this host\n"
    "  learn            write a policy that allows the state of a host that "
    "is known\n"
    "                   to be good, to stdout\n"
    "\n"
    "  --pub KEY        the operator's public key, as minisign writes it; "
    "install takes\n"
    "                   it as the key of all policies where there is none "
    "yet\n"
    "  --confdir DIR    default " XLS_CONFDIR "\n"
    "  --statedir DIR   default: [paths] state of xlsec.conf\n"
    "  --json           the answer as one JSON object\n"
    "  --host HOST      what this host shows of itself now, under its enrolled "
    "keys\n"
    "  --command CMD    use its stdin and stdout as the connection\n"
    "  --local          the state of this host's TPM and logs, as Linux shows "
    "them;\n"
    "                   without a TPM, of its software\n"
    "  --pcrs FILE      these values of PCRs, as tpm2_quote writes them\n"
    "  --software FILE  the log of software Evidence\n"
    "  --event-log FILE the firmware's event log\n"
    "  --ima FILE       IMA's list of measurements\n"
    "  --select LIST    which PCRs, with --local (default 0-10)\n"
    "  --any LIST       PCRs of which any value will do\n"
    "  --name NAME      of the policy (default policy)\n"
    "  --class NAME     of the hosts (default default)\n"
    "  --set NAME       of this state (default set-1)\n"
    "  --add-to FILE    add it to a class of this policy, and raise the "
    "version\n"
    "  -h, --help       this text\n"
    "\n"
    "Exit status: 0 done, 65 refused (with rule and reason), 66 cannot read, "
    "2 usage.\n"
    "Rules are those of EVIDENCE.md.\n";

static const struct option longs[] = {
    {"pub", required_argument, NULL, 'p'},
    {"confdir", required_argument, NULL, 'c'},
    {"statedir", required_argument, NULL, 'd'},
    {"json", no_argument, NULL, 'j'},
    {"local", no_argument, NULL, 'l'},
    {"host", required_argument, NULL, 'H'},
    {"command", required_argument, NULL, 'x'},
    {"pcrs", required_argument, NULL, 'P'},
    {"software", required_argument, NULL, 'S'},
    {"event-log", required_argument, NULL, 'e'},
    {"ima", required_argument, NULL, 'i'},
    {"select", required_argument, NULL, 'L'},
    {"any", required_argument, NULL, 'a'},
    {"name", required_argument, NULL, 'n'},
    {"class", required_argument, NULL, 'C'},
    {"set", required_argument, NULL, 's'},
    {"add-to", required_argument, NULL, 'A'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Where the value of an option goes; NULL when it is none of these. */
static const char **value_of(struct xls_policy_options *o, int opt)
{
    const struct {
        int opt;
        const char **value;
    } values[] = {
        {'p', &o->pub},    {'c', &o->confdir},  {'d', &o->statedir},
        {'P', &o->pcrs},   {'S', &o->software}, {'e', &o->event_log},
        {'i', &o->ima},    {'L', &o->select},   {'a', &o->any},
        {'n', &o->name},   {'C', &o->class},    {'s', &o->set},
        {'A', &o->add_to}, {'H', &o->host},     {'x', &o->command},
    };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (values[i].opt == opt) {
            return values[i].value;
        }
    }
    return NULL;
}

/* --- what there is */

/* Where a verdict has a sentence of the host's alone. */
static const struct xls_reason none = {.rule = ""};

static const char *kind_name(enum xls_evidence_kind kind)
{
    return kind == XLS_EVIDENCE_SOFTWARE ? "software" : "tpm";
}

static void class_text(const struct xls_policy_class *class)
{
    const uint64_t *firmware = xls_policy_firmware(class);
    struct xls_policy_set set;
    char names[64];
    size_t i = 0;

    xls_pcrs_name(names, sizeof(names), xls_policy_pcrs(class));
    (void)printf("class %s: evidence %s, PCRs %s", xls_policy_class_name(class),
                 kind_name(xls_policy_kind(class)), names);
    if (firmware != NULL) {
        (void)printf(", firmware %016" PRIx64, *firmware);
    }
    (void)printf("\n");
    for (; xls_policy_set_at(class, i, &set); i++) {
        xls_pcrs_name(names, sizeof(names), set.values);
        (void)printf("  set %s: PCRs %s by value", set.name, names);
        if (set.files > 0) {
            (void)printf(", 10 by IMA's list (%zu files)", set.files);
        }
        if (set.any != 0) {
            xls_pcrs_name(names, sizeof(names), set.any);
            (void)printf(", %s of ANY VALUE", names);
        }
        (void)printf("; %zu events\n", set.events);
    }
    if (i == 0) {
        (void)printf("  no set: every host of this class is refused\n");
    }
}

static void class_json(const struct xls_policy_class *class)
{
    const uint64_t *firmware = xls_policy_firmware(class);
    struct xls_policy_set set;
    char names[64];

    (void)putchar('{');
    xls_check_put("name", xls_policy_class_name(class));
    (void)putchar(',');
    xls_check_put("evidence", kind_name(xls_policy_kind(class)));
    (void)putchar(',');
    xls_pcrs_name(names, sizeof(names), xls_policy_pcrs(class));
    xls_check_put("pcrs", names);
    if (firmware != NULL) {
        (void)printf(",\"firmware\":\"%016" PRIx64 "\"", *firmware);
    }
    (void)printf(",\"sets\":[");
    for (size_t i = 0; xls_policy_set_at(class, i, &set); i++) {
        (void)printf("%s{", i == 0 ? "" : ",");
        xls_check_put("name", set.name);
        (void)putchar(',');
        xls_pcrs_name(names, sizeof(names), set.values);
        xls_check_put("values", names);
        (void)putchar(',');
        xls_pcrs_name(names, sizeof(names), set.any);
        xls_check_put("any", names);
        (void)printf(",\"files\":%zu,\"events\":%zu}", set.files, set.events);
    }
    (void)printf("]}");
}

static void tell_text(const struct xls_policy_loaded *loaded, const char *file,
                      const char *digest)
{
    const struct xls_policy_class *class;

    if (file != NULL) {
        (void)printf("%s: accepted\n", file);
    }
    (void)printf("policy     %s, version %" PRIu32 "\ndigest     %s\n",
                 xls_policy_name(loaded->policy),
                 xls_policy_version(loaded->policy), digest);
    if (loaded->is_signed) {
        (void)printf("signed by  key %s (%s)\n", loaded->signer,
                     loaded->comment);
    } else {
        (void)printf("signed by  nobody, or no key was given to check it "
                     "with\n");
    }
    for (size_t i = 0; (class = xls_policy_class_at(loaded->policy, i)) != NULL;
         i++) {
        class_text(class);
    }
}

static void tell_json(const struct xls_policy_loaded *loaded, const char *file,
                      const char *digest)
{
    const struct xls_policy_class *class;

    (void)putchar('{');
    if (file != NULL) {
        xls_check_put("file", file);
        (void)printf(",\"accepted\":true,");
    }
    xls_check_put("name", xls_policy_name(loaded->policy));
    (void)printf(",\"version\":%" PRIu32 ",",
                 xls_policy_version(loaded->policy));
    xls_check_put("digest", digest);
    (void)printf(",\"signed\":%s,", loaded->is_signed ? "true" : "false");
    xls_check_put("signer", loaded->signer);
    (void)putchar(',');
    xls_check_put("comment", loaded->comment);
    (void)printf(",\"classes\":[");
    for (size_t i = 0; (class = xls_policy_class_at(loaded->policy, i)) != NULL;
         i++) {
        (void)printf("%s", i == 0 ? "" : ",");
        class_json(class);
    }
    (void)puts("]}");
}

/* Say what was accepted, and give it up; the exit status. */
static int tell(const struct xls_policy_options *opts,
                struct xls_policy_loaded *loaded)
{
    char digest[2 * XLS_POLICY_DIGEST + 1];

    xls_hex(digest, sizeof(digest), xls_policy_digest(loaded->policy),
            XLS_POLICY_DIGEST);
    if (opts->json) {
        tell_json(loaded, opts->file, digest);
    } else {
        tell_text(loaded, opts->file, digest);
    }
    xls_policy_loaded_free(loaded);
    return xls_say_done(PROGRAM) == 0 ? XLS_POLICY_DONE : XLS_POLICY_HOST;
}

/* --- commands */

/* The store that the options and xlsec.conf name. */
static enum xls_rc store_of(const struct xls_policy_options *opts,
                            struct xls_conf *conf,
                            struct xls_policystore *store, struct xls_why *why)
{
    enum xls_rc rc = xls_conf_load(opts->confdir, conf, why);

    if (rc == XLS_OK) {
        *store = (struct xls_policystore){
            opts->confdir,
            opts->statedir != NULL ? opts->statedir : conf->state,
            conf->policy_unsigned};
    }
    return rc;
}

static int show_run(const struct xls_policy_options *opts)
{
    struct xls_policy_loaded loaded;
    struct xls_policystore store;
    struct xls_conf conf;
    struct xls_why why = {""};
    enum xls_rc rc = store_of(opts, &conf, &store, &why);

    if (rc == XLS_OK) {
        rc = xls_policystore_look(&store, &loaded, &why);
    }
    return rc == XLS_OK ? tell(opts, &loaded)
                        : xls_policy_failed(rc, &why, &none);
}

/* FILE.minisig; the caller frees it. */
static char *sig_path(const char *file)
{
    size_t size = strlen(file) + sizeof(".minisig");
    char *path = malloc(size);

    if (path != NULL) {
        (void)snprintf(path, size, "%s.minisig", file);
    }
    return path;
}

static void refused_json(const char *file, const struct xls_why *why)
{
    (void)putchar('{');
    xls_check_put("file", file);
    (void)printf(",\"accepted\":false,");
    xls_check_put("text", why->text);
    (void)puts("}");
}

static int check_run(const struct xls_policy_options *opts)
{
    struct xls_policy_loaded loaded;
    struct xls_why why = {""};
    char *sig = sig_path(opts->file);
    const struct xls_policy_files files = {opts->file, sig, opts->pub};
    enum xls_rc rc =
        sig == NULL
            ? XLS_HOST_NOMEM
            : xls_policystore_judge(&files, opts->pub == NULL, &loaded, &why);

    free(sig);
    if (rc == XLS_OK && xls_policy_sources(opts) > 0) {
        int status = xls_policy_appraise_run(opts, loaded.policy);

        xls_policy_loaded_free(&loaded);
        return status;
    }
    if (rc == XLS_OK) {
        return tell(opts, &loaded);
    }
    if (rc != XLS_HOST_CONF) {
        return xls_policy_failed(rc, &why, &none);
    }
    if (opts->json) {
        refused_json(opts->file, &why);
    } else {
        (void)printf("refused: %s\n", why.text);
    }
    return XLS_POLICY_REFUSED;
}

static int install_run(const struct xls_policy_options *opts)
{
    struct xls_policy_loaded loaded;
    struct xls_policystore store;
    struct xls_conf conf;
    struct xls_why why = {""};
    char *sig = sig_path(opts->file);
    const struct xls_policy_files files = {opts->file, sig, opts->pub};
    enum xls_rc rc =
        sig == NULL ? XLS_HOST_NOMEM : store_of(opts, &conf, &store, &why);

    if (rc == XLS_OK) {
        rc = xls_policystore_install(&store, &files, &loaded, &why);
    }
    free(sig);
    return rc == XLS_OK ? tell(opts, &loaded)
                        : xls_policy_failed(rc, &why, &none);
}

/* Which options each command takes, by their letters. */
static const struct command {
    const char *name;
    int (*run)(const struct xls_policy_options *opts);
    const char *options;
    bool file;
} commands[] = {
    {"show", show_run, "cdj", false},
    {"check", check_run, "pjlPSeiLC", true},
    {"install", install_run, "pcdj", true},
    {"learn", xls_policy_learn_run, "lPSeiLanCsA", false},
};

static const struct command *command_of(const char *name)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* -1: go on; otherwise the exit status. */
static int options_read(int argc, char **argv, const struct command *command,
                        struct xls_policy_options *opts)
{
    int which = 0;
    int opt;

    optind = 0;
    while ((opt = getopt_long(argc, argv, "h", longs, &which)) != -1) {
        const char **value = value_of(opts, opt);

        if (opt == 'h') {
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        }
        if (opt == '?' || strchr(command->options, opt) == NULL) {
            if (opt != '?') {
                xls_say_error(PROGRAM, "%s does not take '--%s'", command->name,
                              longs[which].name);
            }
            (void)fputs("See `xlsec policy --help`.\n", stderr);
            return XLS_POLICY_USAGE;
        }
        if (value != NULL) {
            *value = optarg;
        } else if (opt == 'j') {
            opts->json = true;
        } else {
            opts->local = true;
        }
    }
    if (argc - optind != (command->file ? 1 : 0)) {
        (void)fputs(usage_text, stderr);
        return XLS_POLICY_USAGE;
    }
    opts->file = command->file ? argv[optind] : NULL;
    return -1;
}

int xlsec_cmd_policy(int argc, char **argv)
{
    struct xls_policy_options opts = {.confdir = XLS_CONFDIR};
    const struct command *command = argc < 2 ? NULL : command_of(argv[1]);
    int status;

    if (command == NULL) {
        bool help = argc > 1 && (strcmp(argv[1], "--help") == 0 ||
                                 strcmp(argv[1], "-h") == 0);

        (void)fputs(usage_text, help ? stdout : stderr);
        return help ? xls_say_done(PROGRAM) : XLS_POLICY_USAGE;
    }
    status = options_read(argc - 1, argv + 1, command, &opts);
    return status >= 0 ? status : command->run(&opts);
}
