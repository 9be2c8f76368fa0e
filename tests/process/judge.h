/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * judge: what may have come of a run, and what may not.
 */
#ifndef XLS_TEST_JUDGE_H
#define XLS_TEST_JUDGE_H

#include "run.h"

/* What is to come of a migration, as far as its two ends go. */
enum fate {
    FATE_MOVED,       /* 0: the source's copy is gone, it runs there */
    FATE_STAYED,      /* 1: runs at the source under its name, nothing there */
    FATE_DENIED,      /* 3: the same, by rule */
    FATE_DOUBT_GONE,  /* 4: suspended at the source, nothing there */
    FATE_DOUBT_THERE, /* 4: suspended at the source, runs there */
    FATE_DOUBT,       /* 4: one of these two */
    FATE_AT_PREPARED, /* nothing there; 1 or 4, as COMMIT was said */
    FATES,
};

const char *fate_name(enum fate fate);

/* What a fault has to lead to. */
enum fate fate_of(const struct fault *fault);

struct complaint {
    char text[512]; /* empty: none */
};

/*
 * What holds whatever happens: never two running, none running there that was
 * not committed, none destroyed here that does not run there, nothing left
 * behind.
 */
void judge_always(const struct run *run, struct complaint *out);

/* All that, and the fate, and that both ends say why. */
void judge(const struct run *run, enum fate fate, struct complaint *out);

/* One of the words (NULL at the end) is in what that end says. */
void judge_words(const struct run *run, enum side side,
                 const char *const *words, struct complaint *out);

/* The run in one paragraph, for a person, on stderr. */
void tell_run(const struct run *run, const char *title,
              const struct complaint *complaint);

/* Hand the judge wrong outcomes of every kind: true when it saw each of them,
 * and nothing else.  Prints how many. */
bool judge_self_check(void);

#endif
