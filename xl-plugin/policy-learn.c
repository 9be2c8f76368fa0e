/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdio.h>
#include <stdlib.h>

#include "attest/policy-learn.h"
#include "policy.h"
#include "say.h"

#define PROGRAM XLS_POLICY_PROGRAM

/* The text, written to stdout. */
static enum xls_rc text_write(const struct xls_policy_options *opts,
                              struct xls_policy_lesson *lesson,
                              const struct xls_claims *claims,
                              struct xls_why *why, struct xls_reason *reason)
{
    char *old = NULL;
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc = XLS_OK;

    if (opts->add_to != NULL) {
        rc = xls_bootlogs_file(opts->add_to, XLS_POLICY_MAX, false, &old,
                               &lesson->old_len, why);
        lesson->old = old;
    }
    if (rc == XLS_OK) {
        rc = xls_policy_learn(lesson, claims, &text, &len, reason);
    }
    if (rc == XLS_OK) {
        (void)fwrite(text, 1, len, stdout);
    }
    lesson->old = NULL;
    free(old);
    free(text);
    return rc;
}

static const char *either(const char *given, const char *otherwise)
{
    return given != NULL ? given : otherwise;
}

int xls_policy_learn_run(const struct xls_policy_options *opts)
{
    struct xls_policy_lesson lesson = {.name = either(opts->name, "policy"),
                                       .class = either(opts->class, "default"),
                                       .set = either(opts->set, "set-1")};
    struct xls_bootlogs logs = {.log = NULL};
    struct xls_reason reason = {.rule = ""};
    struct xls_why why = {""};
    int status;
    enum xls_rc rc;

    if (opts->name != NULL && opts->add_to != NULL) {
        xls_say_error(PROGRAM, "--add-to keeps the name of the policy");
        return XLS_POLICY_USAGE;
    }
    if (opts->any != NULL &&
        !xls_policy_list("--any", opts->any, &lesson.any)) {
        return XLS_POLICY_USAGE;
    }
    status = xls_policy_claims(opts, &logs);
    if (status != XLS_POLICY_DONE) {
        xls_bootlogs_free(&logs);
        return status;
    }
    rc = text_write(opts, &lesson, &logs.claims, &why, &reason);
    xls_bootlogs_free(&logs);
    if (rc != XLS_OK) {
        return xls_policy_failed(rc, &why, &reason);
    }
    return xls_say_done(PROGRAM) == 0 ? XLS_POLICY_DONE : XLS_POLICY_HOST;
}
