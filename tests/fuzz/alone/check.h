/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Check's words, for what targets share with the unit tests (its streams, its
 * pair of sessions): what is asserted there ends a target at once.
 */
#ifndef XLS_TEST_FUZZ_CHECK_H
#define XLS_TEST_FUZZ_CHECK_H

#include "fuzz.h"

#define ck_assert(cond)          FZ(cond)
#define ck_assert_msg(cond, ...) FZ(cond)
#define ck_abort_msg(...)        fz_broken(__FILE__, __LINE__, "reached")

/* t_run() is never called here. */
typedef struct TTest TTest;
typedef struct Suite Suite;
typedef struct TCase TCase;
typedef struct SRunner SRunner;
enum print_output { CK_NORMAL };
Suite *suite_create(const char *name);
TCase *tcase_create(const char *name);
SRunner *srunner_create(Suite *suite);
void tcase_set_timeout(TCase *tcase, double seconds);
void tcase_add_test(TCase *tcase, const TTest *test);
void suite_add_tcase(Suite *suite, TCase *tcase);
void srunner_run_all(SRunner *runner, enum print_output how);
int srunner_ntests_failed(SRunner *runner);
void srunner_free(SRunner *runner);

#endif
