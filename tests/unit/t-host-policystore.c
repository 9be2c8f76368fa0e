/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The policy in force: signature, version, files ([E-103] to [E-105]); and what
 * Linux shows of a boot.
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sign.h"
#include "host/bootlogs.h"
#include "host/policystore.h"
#include "host/policyversion.h"
#include "t.h"

static char dir[64], conf[128], state[128];
static struct xls_policystore store;
static struct xls_why why;

static const char *in(const char *folder, const char *name)
{
    static char path[4][256];
    static unsigned next;

    next = (next + 1) % 4;
    (void)snprintf(path[next], sizeof(path[next]), "%s/%s", folder, name);
    return path[next];
}

static void begin(void)
{
    (void)snprintf(dir, sizeof(dir), "/tmp/xls-policy-XXXXXX");
    T(mkdtemp(dir) != NULL && sodium_init() >= 0);
    (void)snprintf(conf, sizeof(conf), "%s/conf", dir);
    (void)snprintf(state, sizeof(state), "%s/state", dir);
    T(mkdir(conf, 0700) == 0);
    store = (struct xls_policystore){conf, state, false};
}

static void remove_all(const char *folder)
{
    static const char *const names[] = {"policy",     "policy.minisig",
                                        "policy.pub", "policy.version",
                                        "new",        "new.minisig",
                                        "pub",        "pub2",
                                        "policy.new", "0",
                                        "log",        "ima"};

    for (size_t i = 0; i < T_COUNT(names); i++) {
        (void)unlink(in(folder, names[i]));
    }
    (void)rmdir(folder);
}

static void end(void)
{
    remove_all(conf);
    remove_all(state);
    remove_all(dir);
}

static void put(const char *path, const void *p, size_t len)
{
    FILE *f = fopen(path, "wb");

    T(f != NULL && fwrite(p, 1, len, f) == len && fclose(f) == 0);
    T(chmod(path, 0644) == 0);
}

static void put_text(const char *path, const char *text)
{
    put(path, text, strlen(text));
}

/* --- keys and policies */

static void key_of(unsigned n, struct xls_sign_key *out)
{
    uint8_t seed[XLS_SIGN_SEED_LEN] = {(uint8_t)n};

    xls_sign_key_over_seed(seed, out);
}

static void put_pub(const char *path, unsigned n)
{
    struct xls_sign_key key;
    uint8_t octets[42] = {'E', 'd'};
    char text[64], file[128];

    key_of(n, &key);
    octets[2] = (uint8_t)n;
    memcpy(octets + 10, key.pub, 32);
    (void)sodium_bin2base64(text, sizeof(text), octets, sizeof(octets),
                            sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(file, sizeof(file), "untrusted comment: k\n%s\n", text);
    put_text(path, file);
}

/* A policy of this version at path, with a signature by key n; 0: none. */
static void put_policy(const char *path, unsigned version, const char *name,
                       unsigned n)
{
    struct xls_sign_key key;
    uint8_t octets[74] = {'E', 'd'}, both[64 + 1], global[64];
    char text[128], global_text[128], policy[128], file[400], sig[256];

    (void)snprintf(policy, sizeof(policy),
                   "xlsec-policy 1\nname %s\nversion %u\n", name, version);
    put_text(path, policy);
    (void)snprintf(sig, sizeof(sig), "%s.minisig", path);
    (void)unlink(sig);
    if (n == 0) {
        return;
    }
    key_of(n, &key);
    octets[2] = (uint8_t)n;
    xls_sign(&key, policy, strlen(policy), octets + 10);
    memcpy(both, octets + 10, 64);
    both[64] = 't';
    xls_sign(&key, both, sizeof(both), global);
    (void)sodium_bin2base64(text, sizeof(text), octets, sizeof(octets),
                            sodium_base64_VARIANT_ORIGINAL);
    (void)sodium_bin2base64(global_text, sizeof(global_text), global,
                            sizeof(global), sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(file, sizeof(file),
                   "untrusted comment: s\n%s\ntrusted comment: t\n%s\n", text,
                   global_text);
    put_text(sig, file);
}

static void loads(unsigned version, bool is_signed)
{
    struct xls_policy_loaded loaded;

    why.text[0] = '\0';
    ck_assert_msg(xls_policystore_load(&store, &loaded, &why) == XLS_OK, "%s",
                  why.text);
    T(xls_policy_version(loaded.policy) == version);
    T(loaded.is_signed == is_signed && strlen(loaded.text) == loaded.len);
    ck_assert_str_eq(loaded.comment, is_signed ? "t" : "");
    xls_policy_loaded_free(&loaded);
}

static void refused(enum xls_rc rc, enum xls_rc want, const char *words)
{
    ck_assert_msg(rc == want, "%x: %s", rc, why.text);
    ck_assert_msg(strstr(why.text, words) != NULL, "no '%s' in: %s", words,
                  why.text);
    why.text[0] = '\0';
}

static void loads_not(const char *words)
{
    struct xls_policy_loaded loaded = {.len = 77};

    why.text[0] = '\0';
    refused(xls_policystore_load(&store, &loaded, &why), XLS_HOST_CONF, words);
    T(loaded.len == 77);
}

static unsigned noted(void)
{
    struct xls_policy_version version;

    ck_assert_msg(xls_policyversion_read(state, &version, &why) == XLS_OK, "%s",
                  why.text);
    return version.version;
}

static enum xls_rc install(const char *file, const char *pub)
{
    struct xls_policy_loaded loaded = {.text = NULL};
    char sig[256];
    const struct xls_policy_files files = {file, sig, pub};
    enum xls_rc rc;

    (void)snprintf(sig, sizeof(sig), "%s.minisig", file);
    why.text[0] = '\0';
    rc = xls_policystore_install(&store, &files, &loaded, &why);
    T((rc == XLS_OK) == (loaded.text != NULL));
    xls_policy_loaded_free(&loaded);
    return rc;
}

/* --- [E-103] */

START_TEST(signature)
{
    begin();
    T(!xls_policystore_present(&store));
    loads_not("there is no appraisal policy");
    put_policy(in(conf, "policy"), 3, "a", 0);
    T(xls_policystore_present(&store));
    loads_not("unsigned = yes");
    T(noted() == 0);
    store.allow_unsigned = true;
    loads(3, false);
    put_pub(in(conf, "policy.pub"), 1); /* a key: no word helps */
    loads_not("minisign -Sm policy");
    put_policy(in(conf, "policy"), 3, "a", 2);
    loads_not("has to be key 0000000000000001, not key 0000000000000002");
    put_policy(in(conf, "policy"), 3, "a", 1);
    loads(3, true);
    put_text(in(conf, "policy"), "xlsec-policy 1\nname a\nversion 4\n");
    loads_not("[E-102]");
    put_text(in(conf, "policy.pub"), "RWQB\n");
    loads_not("[E-100]");
    put_pub(in(conf, "policy.pub"), 1);
    put_text(in(conf, "policy.minisig"), "x\n");
    loads_not("[E-101]");
    end();
}
END_TEST

START_TEST(form)
{
    static char large[XLS_POLICY_MAX + 1];

    begin();
    store.allow_unsigned = true;
    put_text(in(conf, "policy"), "xlsec-policy 1\nname a\nversion 0\n");
    loads_not("policy, line 3: ");
    put(in(conf, "policy"), large, sizeof(large));
    loads_not("is larger than 1048576 octets");
    put_policy(in(conf, "policy"), 3, "a", 0);
    T(chmod(in(conf, "policy"), 0664) == 0);
    loads_not("others than root can change it");
    T(chmod(in(conf, "policy"), 0644) == 0);
    loads(3, false);
    put_pub(in(conf, "policy.pub"), 1);
    T(chmod(in(conf, "policy.pub"), 0646) == 0);
    loads_not("others than root can change it");
    T(unlink(in(conf, "policy.pub")) == 0);
    T(unlink(in(conf, "policy")) == 0);
    T(mkdir(in(conf, "policy"), 0700) == 0);
    loads_not("is not a regular file");
    T(rmdir(in(conf, "policy")) == 0);
    end();
}
END_TEST

/* --- [E-104], [E-105] */

START_TEST(version)
{
    struct xls_policy_loaded loaded;

    begin();
    store.allow_unsigned = true;
    put_policy(in(conf, "policy"), 3, "a", 0);
    T(xls_policystore_look(&store, &loaded, &why) == XLS_OK);
    xls_policy_loaded_free(&loaded);
    T(noted() == 0); /* a look notes nothing */
    loads(3, false);
    T(noted() == 3);
    loads(3, false);
    put_policy(in(conf, "policy"), 3, "b", 0);
    loads_not("as another policy did");
    put_policy(in(conf, "policy"), 2, "a", 0);
    loads_not("is older than 3");
    T(xls_policystore_look(&store, &loaded, &why) == XLS_HOST_CONF);
    T(noted() == 3);
    put_policy(in(conf, "policy"), 4294967295, "a", 0);
    loads(4294967295, false);
    T(noted() == 4294967295);
    end();
}
END_TEST

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

START_TEST(version_file)
{
    static const char *const bad[] = {
        "",
        "#\n",
        "0 " ZEROS "\n",
        "1 " ZEROS,
        "1 " ZEROS "0\n",
        "1 " ZEROS "\n#",
        "1  " ZEROS "\n",
        "01x " ZEROS "\n",
        "4294967296 " ZEROS "\n",
        "x\n",
    };

    begin();
    store.allow_unsigned = true;
    put_policy(in(conf, "policy"), 3, "a", 0);
    T(mkdir(state, 0700) == 0);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        put_text(in(state, "policy.version"), bad[i]);
        loads_not("[E-105]");
    }
    put_text(in(state, "policy.version"), "# x\n2 " ZEROS "\n");
    T(noted() == 2);
    loads(3, false);
    T(noted() == 3);
    end();
}
END_TEST

/* What cannot be noted is not used. */
START_TEST(version_unwritten)
{
    struct xls_policy_loaded loaded;

    begin();
    store.allow_unsigned = true;
    put_policy(in(conf, "policy"), 3, "a", 0);
    T(mkdir(state, 0700) == 0);
    T(mkdir(in(state, "policy.version.new"), 0700) == 0);
    refused(xls_policystore_load(&store, &loaded, &why), XLS_HOST_IO,
            "cannot be written");
    T(rmdir(in(state, "policy.version.new")) == 0);
    store.statedir = "/proc/none/state";
    refused(xls_policystore_load(&store, &loaded, &why), XLS_HOST_IO,
            "cannot be created");
    end();
}
END_TEST

/* --- installing */

START_TEST(installing)
{
    begin();
    put_policy(in(dir, "new"), 3, "a", 1);
    refused(install(in(dir, "new"), NULL), XLS_HOST_CONF, "unsigned = yes");
    T(!xls_policystore_present(&store));
    put_pub(in(dir, "pub"), 1);
    put_pub(in(dir, "pub2"), 2);
    refused(install(in(dir, "new"), in(dir, "pub2")), XLS_HOST_CONF,
            "another key");
    T(access(in(conf, "policy.pub"), F_OK) != 0);
    T(install(in(dir, "new"), in(dir, "pub")) == XLS_OK);
    T(noted() == 3);
    loads(3, true);
    T(install(in(dir, "new"), NULL) == XLS_OK); /* the same again */

    put_policy(in(dir, "new"), 4, "a", 2);
    refused(install(in(dir, "new"), NULL), XLS_HOST_CONF, "another key");
    refused(install(in(dir, "new"), in(dir, "pub2")), XLS_HOST_CONF,
            "is not the key that policies have to be signed by here");
    store.allow_unsigned = true;
    put_policy(in(dir, "new"), 4, "a", 0);
    refused(install(in(dir, "new"), NULL), XLS_HOST_CONF,
            "signature is not there");
    loads(3, true);
    put_policy(in(dir, "new"), 4, "a", 1);
    T(install(in(dir, "new"), in(dir, "pub")) == XLS_OK);
    loads(4, true);
    put_policy(in(dir, "new"), 3, "a", 1);
    refused(install(in(dir, "new"), NULL), XLS_HOST_CONF, "is older than 4");
    loads(4, true);
    refused(install(in(dir, "none"), NULL), XLS_HOST_IO, "none: ");
    end();
}
END_TEST

START_TEST(installing_unsigned)
{
    begin();
    store.allow_unsigned = true;
    put_policy(in(dir, "new"), 3, "a", 0);
    T(install(in(dir, "new"), NULL) == XLS_OK);
    loads(3, false);
    put_policy(in(dir, "new"), 2, "a", 0);
    refused(install(in(dir, "new"), NULL), XLS_HOST_CONF, "is older than 3");
    loads(3, false);
    end();
}
END_TEST

/* By themselves: neither the store's key nor its version. */
START_TEST(judging)
{
    struct xls_policy_loaded loaded;
    struct xls_policy_files files = {NULL, NULL, NULL};
    char policy[128], sig[128], pub[128];

    begin();
    (void)snprintf(policy, sizeof(policy), "%s", in(dir, "new"));
    (void)snprintf(sig, sizeof(sig), "%s", in(dir, "new.minisig"));
    (void)snprintf(pub, sizeof(pub), "%s", in(dir, "pub"));
    put_policy(policy, 1, "a", 1);
    put_pub(pub, 1);
    files.policy = policy;
    files.sig = sig;
    T(xls_policystore_judge(&files, true, &loaded, &why) == XLS_OK);
    T(!loaded.is_signed);
    xls_policy_loaded_free(&loaded);
    files.pub = pub;
    T(xls_policystore_judge(&files, false, &loaded, &why) == XLS_OK);
    T(loaded.is_signed);
    ck_assert_str_eq(loaded.signer, "0000000000000001");
    xls_policy_loaded_free(&loaded);
    put_pub(pub, 2);
    refused(xls_policystore_judge(&files, true, &loaded, &why), XLS_HOST_CONF,
            "another key");
    T(unlink(pub) == 0);
    refused(xls_policystore_judge(&files, true, &loaded, &why), XLS_HOST_IO,
            "pub: ");
    end();
}
END_TEST

/* --- what Linux shows */

START_TEST(boot)
{
    struct xls_bootlogs logs;
    char log[128], ima[128];
    const struct xls_bootlogs_paths paths = {dir, log, ima};

    begin();
    (void)snprintf(log, sizeof(log), "%s", in(dir, "log"));
    (void)snprintf(ima, sizeof(ima), "%s", in(dir, "ima"));
    refused(xls_bootlogs_read(&paths, 1, &logs, &why), XLS_HOST_IO, "/log: ");
    put_text(log, "log");
    refused(xls_bootlogs_read(&paths, 1, &logs, &why), XLS_HOST_IO,
            "is there a TPM 2.0");
    put_text(in(dir, "0"), "0123456789ABCDEF\n");
    refused(xls_bootlogs_read(&paths, 1, &logs, &why), XLS_HOST_IO,
            "is not 64 digits");
    put_text(
        in(dir, "0"),
        "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF\n");
    refused(xls_bootlogs_read(&paths, 1, &logs, &why), XLS_HOST_IO, "/ima: ");
    put_text(ima, "list");
    T(xls_bootlogs_read(&paths, 1, &logs, &why) == XLS_OK);
    T(logs.claims.kind == XLS_EVIDENCE_TPM && logs.claims.pcrs.mask == 1);
    T(logs.claims.pcrs.value[0][7] == 0xef);
    T(logs.claims.log_len == 3 && memcmp(logs.claims.log, "log", 3) == 0);
    T(logs.claims.ima_len == 4 && memcmp(logs.claims.ima, "list", 4) == 0);
    xls_bootlogs_free(&logs);
    refused(xls_bootlogs_read(&paths, 3, &logs, &why), XLS_HOST_IO,
            "is there a TPM 2.0");
    end();
}
END_TEST

int main(void)
{
    static const TTest *list[12];
    size_t n = 0;

    list[n++] = signature;
    list[n++] = form;
    list[n++] = version;
    list[n++] = version_file;
    list[n++] = version_unwritten;
    list[n++] = installing;
    list[n++] = installing_unsigned;
    list[n++] = judging;
    list[n++] = boot;
    return t_run("host-policystore", list, n);
}
