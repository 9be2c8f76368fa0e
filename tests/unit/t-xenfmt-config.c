/* SPDX-License-Identifier: LGPL-2.1-only */
/* The domain's configuration: what is refused, and how soon. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "t.h"
#include "xenfmt/config.h"
#include "xenfmt/json.h"

#define C_INFO "\"c_info\":{\"type\":\"pvh\",\"name\":\"g\"}"
#define B_INFO "\"b_info\":{\"max_memkb\":8}"

static void refuse(const char *rule, const char *text, size_t len)
{
    struct xls_config_facts facts = {.max_vcpus = 77};
    struct xls_finding why = {0};
    char *out = NULL;
    enum xls_rc rc = xls_config_judge(text, len, &facts, &out, &why);

    ck_assert_msg(rc != XLS_OK && xls_rc_is_peer(rc) &&
                      strcmp(why.rule, rule) == 0,
                  "wanted %s, got %s: %s [%s] for %.80s", rule, xls_rc_name(rc),
                  why.text, why.rule, text);
    T(out == NULL && facts.max_vcpus == 77);
    T(strcmp(why.record, "CONFIG") == 0);
}

START_TEST(a_configuration_is_read_and_written)
{
    static const char text[] =
        "{ \"c_info\" : { \"type\" : \"hvm\", \"name\" : \"a b\", \"uuid\" : "
        "\"00112233-4455-6677-8899-aAbBcCdDeEfF\" }, \"b_info\" : { "
        "\"max_vcpus\" : 3, \"max_memkb\" : 4096, \"target_memkb\" : 2048, "
        "\"avail_vcpus\" : [ 0, 2 ], \"cmdline\" : \"a\\/b\" }, \"disks\" "
        ": [ { \"direct_io_safe\" : true } ] }\n";
    static const char own[] =
        "{\"c_info\":{\"type\":\"hvm\",\"name\":\"a b\",\"uuid\":\"00112233-"
        "4455-6677-8899-aAbBcCdDeEfF\"},\"b_info\":{\"max_vcpus\":3,"
        "\"max_memkb\":4096,\"target_memkb\":2048,\"avail_vcpus\":[0,2],"
        "\"cmdline\":\"a/b\"},\"disks\":[{\"direct_io_safe\":true}]}";
    struct xls_config_facts facts;
    char *out = NULL;

    T(xls_config_judge(text, strlen(text), &facts, &out, NULL) == XLS_OK);
    T(strcmp(out, own) == 0);
    T(strcmp(facts.name, "a b") == 0 && facts.type == XLS_GUEST_HVM);
    T(facts.max_memkb == 4096 && facts.target_memkb == 2048);
    T(facts.max_vcpus == 3 && facts.uuid[1] == 0x11 && facts.uuid[15] == 0xff);
    free(out);
    T(xls_config_judge("{" C_INFO "," B_INFO "}",
                       strlen("{" C_INFO "," B_INFO "}"), &facts, NULL,
                       NULL) == XLS_OK);
    T(facts.max_vcpus == 1 && facts.target_memkb == 8 && facts.uuid[1] == 0);
}
END_TEST

START_TEST(each_rule_refuses)
{
    static const struct {
        const char *rule;
        const char *text;
    } list[] = {
        {"S-20", ""},
        {"S-22", "x"},
        {"S-22", "{"},
        {"S-22", "[]"},
        {"S-22", "1"},
        {"S-22", "null"},
        {"S-22", "{" C_INFO "," B_INFO "} x"},
        {"S-22", "{" C_INFO "," B_INFO "}}"},
        {"S-22", "{" C_INFO "," B_INFO "}{}"},
        {"S-22", "{" C_INFO "," B_INFO ",}"},
        {"S-22", "{" C_INFO "," B_INFO "/* */}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":NaN}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":Infinity}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":1.5}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":1e5}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":01}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":-}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":+1}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":18446744073709551616}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":-9223372036854775809}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":TRUE}"},
        {"S-22", "{" C_INFO "," B_INFO ",'a':1}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\xc0\xaf\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\xc3\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\\\xc3\xa9\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\xc3\xa9\t\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\xc3\xa9}"},
        {"S-22", "{" C_INFO "," B_INFO "}\xc3\xa9"},
        {"S-22", "\xc3\xa9{" C_INFO "," B_INFO "}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\xc3\xa9"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"b}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"b\\\"}"},
        {"S-23", "{" C_INFO "," B_INFO "," C_INFO "}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\\ud800\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\\ud800\\u0041\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\\uDC00\\uDC00\"}"},
        {"S-22", "{" C_INFO "," B_INFO ",\"a\":\"\\uDbff"},
        {"S-23", "{" C_INFO "," B_INFO ",\"a\":1,\"\\u0061\":2}"},
        {"S-23", "{" C_INFO "," B_INFO ",\"a\":[{\"b\":1,\"b\":1}]}"},
        {"S-24", "{" C_INFO "," B_INFO ",\"\":1}"},
        {"S-24", "{" C_INFO "," B_INFO ",\"a\\n\":1}"},
        {"S-24", "{" C_INFO "," B_INFO ",\"\xc3\xa9\":1}"},
        {"S-24", "{" C_INFO "," B_INFO ",\"a\":\"b\\u0000c\"}"},
        {"S-25", "{}"},
        {"S-25", "{" C_INFO "}"},
        {"S-25", "{" B_INFO "}"},
        {"S-25", "{" C_INFO ",\"b_info\":[]}"},
        {"S-25", "{\"c_info\":{\"type\":\"pv\"}," B_INFO "}"},
        {"S-25", "{\"c_info\":{\"type\":\"pv\",\"name\":\"\"}," B_INFO "}"},
        {"S-25", "{\"c_info\":{\"type\":\"pv\",\"name\":7}," B_INFO "}"},
        {"S-25", "{\"c_info\":{\"type\":\"pv\",\"name\":\"a/b\"}," B_INFO "}"},
        {"S-25", "{\"c_info\":{\"type\":\"pv\",\"name\":\"\\t\"}," B_INFO "}"},
        {"S-25",
         "{\"c_info\":{\"type\":\"pv\",\"name\":\"\xc3\xa9\"}," B_INFO "}"},
        {"S-26", "{\"c_info\":{\"name\":\"g\"}," B_INFO "}"},
        {"S-26", "{\"c_info\":{\"name\":\"g\",\"type\":\"PV\"}," B_INFO "}"},
        {"S-26",
         "{\"c_info\":{\"name\":\"g\",\"type\":\"invalid\"}," B_INFO "}"},
        {"S-26", "{" C_INFO ",\"b_info\":{\"max_memkb\":8,\"type.hvm\":{}}}"},
        {"S-27",
         "{\"c_info\":{\"name\":\"g\",\"type\":\"pv\",\"uuid\":1}," B_INFO "}"},
        {"S-27", "{\"c_info\":{\"name\":\"g\",\"type\":\"pv\",\"uuid\":"
                 "\"00112233-4455-6677-8899-aabbccddeefg\"}," B_INFO "}"},
        {"S-27", "{\"c_info\":{\"name\":\"g\",\"type\":\"pv\",\"uuid\":"
                 "\"001122334455-6677-8899-aabb-ccddeeff\"}," B_INFO "}"},
        {"S-28", "{" C_INFO ",\"b_info\":{}}"},
        {"S-28", "{" C_INFO ",\"b_info\":{\"max_memkb\":0}}"},
        {"S-28", "{" C_INFO ",\"b_info\":{\"max_memkb\":-1}}"},
        {"S-28", "{" C_INFO ",\"b_info\":{\"max_memkb\":\"8\"}}"},
        {"S-28", "{" C_INFO ",\"b_info\":{\"max_memkb\":4398046511105}}"},
        {"S-28",
         "{" C_INFO ",\"b_info\":{\"max_memkb\":18446744073709551615}}"},
        {"S-28", "{" C_INFO ",\"b_info\":{\"max_memkb\":8,\"target_memkb\":9"
                 "}}"},
        {"S-29", "{" C_INFO ",\"b_info\":{\"max_memkb\":8,\"max_vcpus\":0}}"},
        {"S-29", "{" C_INFO ",\"b_info\":{\"max_memkb\":8,\"max_vcpus\":8193"
                 "}}"},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        refuse(list[i].rule, list[i].text, strlen(list[i].text));
    }
    refuse("S-22", "{" C_INFO "," B_INFO "}\0",
           sizeof("{" C_INFO "," B_INFO "}"));
}
END_TEST

/* A name of 255 characters is one, 256 are not; nor is a member's. */
START_TEST(names_have_a_length)
{
    char name[300];
    char text[700];

    for (int n = 255; n <= 256; n++) {
        memset(name, 'n', sizeof(name));
        name[n] = '\0';
        (void)snprintf(
            text, sizeof(text),
            "{\"c_info\":{\"type\":\"pv\",\"name\":\"%s\"}," B_INFO "}", name);
        if (n == 255) {
            T(xls_config_judge(text, strlen(text), NULL, NULL, NULL) == XLS_OK);
        } else {
            refuse("S-25", text, strlen(text));
        }
        (void)snprintf(text, sizeof(text), "{" C_INFO "," B_INFO ",\"%s\":1}",
                       name);
        refuse(n == 255 ? "S-31" : "S-24", text, strlen(text));
    }
}
END_TEST

/* [S-20] [S-21] Bombs are refused before they are parsed: the scan alone does
 * it, in the time it takes to read as far as the limit. */
START_TEST(bombs_are_cheap)
{
    static const char *const bombs[] = {"[", "1,", "{\"a\":", "[],", "\"\","};
    const size_t len = (size_t)1 << 20;
    char *text = malloc(len + 2);
    struct xls_json_count count;
    clock_t start = clock();

    T(text != NULL);
    for (size_t i = 0; i < T_COUNT(bombs); i++) {
        size_t n = strlen(bombs[i]);

        text[0] = '[';
        for (size_t at = 1; at + n <= len; at += n) {
            memcpy(text + at, bombs[i], n);
        }
        refuse("S-21", text, len - n);
        T(xls_json_scan(text, len - n, &count, NULL) == XLS_PEER_RANGE);
        refuse("S-20", text, len + 1);
    }
    T(clock() - start < CLOCKS_PER_SEC);
    free(text);
}
END_TEST

/* [S-21] 16 levels are read, 17 are not. */
START_TEST(depth_has_an_end)
{
    char text[200];

    for (int n = 15; n <= 16; n++) { /* and the object itself */
        int at = snprintf(text, sizeof(text), "{" C_INFO "," B_INFO ",\"a\":");

        for (int i = 0; i < n; i++) {
            text[at + i] = '[';
            text[at + n + i] = ']';
        }
        memcpy(text + at + 2 * n, "}", 2);
        refuse(n == 15 ? "S-31" : "S-21", text, strlen(text));
    }
}
END_TEST

/* What comes out is accepted again, and comes out the same. */
START_TEST(own_text_is_stable)
{
    static const char text[] =
        "{" C_INFO
        ",\"b_info\":{\"max_memkb\":8,\"cmdline\":\"\\u00e9\\uD83D\\uDE00\\\\"
        "\\\"\\n\",\"rtc_timeoffset\":-0,\"sched_params\":{\"cap\":"
        "-2147483648},\"arch_x86\":{}}}";
    char *once = NULL;
    char *twice = NULL;

    T(xls_config_judge(text, strlen(text), NULL, &once, NULL) == XLS_OK);
    T(strstr(once, "\"cap\":-2147483648") != NULL);
    T(xls_config_judge(once, strlen(once), NULL, &twice, NULL) == XLS_OK);
    T(strcmp(once, twice) == 0);
    free(once);
    free(twice);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        a_configuration_is_read_and_written,
        each_rule_refuses,
        names_have_a_length,
        bombs_are_cheap,
        depth_has_an_end,
        own_text_is_stable,
    };

    return t_run("xenfmt-config", list, T_COUNT(list));
}
