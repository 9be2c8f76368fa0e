/*
 * How the lab talks to its own programs in the background: words, each ended by
 * a zero byte, over a unix socket; lines come back, the last of them "ok" or
 * "error: ...". Paths are at most 107 bytes.
 */
#ifndef LAB_CTL_H
#define LAB_CTL_H

#include <stdio.h>

#define CTL_WORDS_MAX 8

/* Listen at DIR/NAME, or end the program. */
int ctl_listen(const char *dir, const char *name);

/* Connect to DIR/NAME; -1 when nobody listens there. */
int ctl_connect(const char *dir, const char *name);

/* Carry out one command; a complaint, or NULL. */
typedef const char *ctl_obey(char **words, int count, FILE *out);

/* One client of the listener: take its words, obey, answer. */
void ctl_answer(int listener, ctl_obey *obey);

/* Say a command to DIR/NAME and print the answer; 0 when it was "ok". */
int ctl_ask(const char *dir, const char *name, int count, char **words);

#endif
