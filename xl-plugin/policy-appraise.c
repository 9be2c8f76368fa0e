/* SPDX-License-Identifier: LGPL-2.1-only */
/* Would a host in that state be accepted? */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "policy.h"
#include "say.h"

#define PROGRAM XLS_POLICY_PROGRAM

static void accepted(const struct xls_policy_options *opts,
                     const struct xls_policy_class *class,
                     const struct xls_appraisal *appraisal)
{
    if (opts->json) {
        (void)putchar('{');
        xls_check_put("file", opts->file);
        (void)printf(",\"accepted\":true,");
        xls_check_put("class", xls_policy_class_name(class));
        (void)putchar(',');
        xls_check_put("set", appraisal->set);
        (void)putchar(',');
        xls_check_put("words", appraisal->text);
        (void)puts("}");
        return;
    }
    (void)printf("accepted: class %s, set %s\n%s", xls_policy_class_name(class),
                 appraisal->set, appraisal->text);
}

static void refused(const struct xls_policy_options *opts,
                    const struct xls_appraisal *appraisal,
                    const struct xls_reason *why)
{
    if (!opts->json) {
        (void)printf("refused: %s [%s]\n", why->text, why->rule);
        if (appraisal->text[0] != '\0') {
            (void)fputs(appraisal->text, stdout);
        } else if (why->expected[0] != '\0') {
            (void)printf("expected %s\nseen     %s\n", why->expected,
                         why->seen);
        }
        return;
    }
    (void)putchar('{');
    xls_check_put("file", opts->file);
    (void)printf(",\"accepted\":false,");
    xls_check_put("rule", why->rule);
    (void)putchar(',');
    xls_check_put("text", why->text);
    (void)putchar(',');
    xls_check_put("expected", why->expected);
    (void)putchar(',');
    xls_check_put("seen", why->seen);
    (void)putchar(',');
    xls_check_put("set", appraisal->set);
    (void)putchar(',');
    xls_check_put("words", appraisal->text);
    (void)puts("}");
}

int xls_policy_appraise_run(const struct xls_policy_options *opts,
                            const struct xls_policy *policy)
{
    struct xls_appraisal *appraisal = calloc(1, sizeof(*appraisal));
    struct xls_bootlogs logs = {.log = NULL};
    struct xls_reason why = {.rule = ""};
    const struct xls_policy_class *class = NULL;
    int status =
        appraisal == NULL ? XLS_POLICY_HOST : xls_policy_claims(opts, &logs);
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (status == XLS_POLICY_DONE) {
        class = xls_policy_class(
            policy, "", opts->class != NULL ? opts->class : "default", &why);
        rc = class == NULL
                 ? XLS_PEER_POLICY
                 : xls_policy_appraise(class, &logs.claims, appraisal, &why);
    }
    if (status == XLS_POLICY_DONE && rc == XLS_OK) {
        accepted(opts, class, appraisal);
        status = xls_say_done(PROGRAM) == 0 ? XLS_POLICY_DONE : XLS_POLICY_HOST;
    } else if (status == XLS_POLICY_DONE && rc == XLS_PEER_POLICY) {
        refused(opts, appraisal, &why);
        status = XLS_POLICY_REFUSED;
    } else if (status == XLS_POLICY_DONE) {
        status = XLS_POLICY_HOST;
    }
    if (status == XLS_POLICY_HOST) {
        xls_say_error(PROGRAM, "%s", xls_rc_text(rc));
    }
    xls_bootlogs_free(&logs);
    free(appraisal);
    return status;
}
