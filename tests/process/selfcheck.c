/* SPDX-License-Identifier: LGPL-2.1-only */
/* Hands the judge outcomes that are wrong, and counts its complaints. */
#include <stdio.h>
#include <string.h>

#include "judge.h"

struct forged {
    struct run run;
    struct shared shared;
};

static void say_why(struct forged *f)
{
    for (int i = 0; i < SIDES; i++) {
        (void)snprintf(f->shared.end[i].why.text,
                       sizeof(f->shared.end[i].why.text),
                       "a reason that a person understands");
    }
}

/* A run with that fate and nothing wrong with it. */
static void forge(struct forged *f, enum fate fate)
{
    bool doubt = fate == FATE_DOUBT_GONE || fate == FATE_DOUBT_THERE;
    bool there = fate == FATE_MOVED || fate == FATE_DOUBT_THERE;
    struct end *s = &f->shared.end[SOURCE];
    struct end *d = &f->shared.end[DESTINATION];

    memset(f, 0, sizeof(*f));
    f->run.shared = &f->shared;
    s->done = d->done = true;
    s->verdict = fate == FATE_MOVED ? XLS_MOVED
                 : doubt            ? XLS_IN_DOUBT
                                    : XLS_STAYED;
    s->state = fate == FATE_MOVED ? XLS_STANDIN_DESTROYED
               : doubt            ? XLS_STANDIN_SUSPENDED
                                  : XLS_STANDIN_RUNNING;
    s->is_away = fate != FATE_STAYED;
    d->verdict = there ? XLS_OK : XLS_PEER_AUTH;
    d->state = there ? XLS_STANDIN_RUNNING : XLS_STANDIN_NONE;
    say_why(f);
    diary_write(&f->shared.diary, DEED_SAVE);
    diary_write(&f->shared.diary, DEED_SAVED);
    if (fate == FATE_STAYED) {
        diary_write(&f->shared.diary, DEED_RESUME);
        return;
    }
    diary_write(&f->shared.diary, DEED_AWAY);
    diary_write(&f->shared.diary, there ? DEED_RUN : DEED_DESTROY_DESTINATION);
    if (fate == FATE_MOVED) {
        diary_write(&f->shared.diary, DEED_DESTROY_SOURCE);
    }
}

/* Spoil a forged run in way number n; false when there is no such way. */
static bool spoil(struct forged *f, unsigned n)
{
    struct end *s = &f->shared.end[SOURCE];
    struct end *d = &f->shared.end[DESTINATION];

    switch (n) {
    case 0:
        s->verdict = s->verdict == XLS_STAYED ? XLS_IN_DOUBT : XLS_STAYED;
        break;
    case 1:
        s->state = s->state == XLS_STANDIN_SUSPENDED ? XLS_STANDIN_RUNNING
                                                     : XLS_STANDIN_SUSPENDED;
        break;
    case 2:
        s->is_away = !s->is_away;
        break;
    case 3:
        d->state = d->state == XLS_STANDIN_NONE ? XLS_STANDIN_RUNNING
                                                : XLS_STANDIN_NONE;
        break;
    case 4:
        d->state = XLS_STANDIN_SUSPENDED;
        break;
    case 5:
        d->verdict = d->verdict == XLS_OK ? XLS_PEER_AUTH : XLS_OK;
        break;
    case 6:
        s->fds = 1;
        break;
    case 7:
        d->children = true;
        break;
    case 8:
        f->run.left_process = true;
        break;
    case 9:
        f->run.left_file = true;
        break;
    case 10:
        s->done = false;
        break;
    case 11:
        f->run.too_long = true;
        break;
    case 12:
        d->why.text[3] = '\n';
        break;
    case 13: /* two at once */
        diary_write(&f->shared.diary, DEED_RESUME);
        diary_write(&f->shared.diary, DEED_RUN);
        break;
    case 14: /* without COMMIT */
        diary_write(&f->shared.diary, DEED_BACK);
        diary_write(&f->shared.diary, DEED_RUN);
        break;
    case 15: /* none at all */
        diary_write(&f->shared.diary, DEED_DESTROY_DESTINATION);
        diary_write(&f->shared.diary, DEED_DESTROY_SOURCE);
        break;
    case 16:
        d->holds = true;
        break;
    default:
        return false;
    }
    return true;
}

static bool complains(const struct forged *f, enum fate fate)
{
    struct complaint c = {""};

    judge(&f->run, fate, &c);
    return c.text[0] != '\0';
}

bool judge_self_check(void)
{
    static const enum fate fates[] = {FATE_MOVED, FATE_STAYED, FATE_DOUBT_GONE,
                                      FATE_DOUBT_THERE};
    static struct forged f;
    unsigned wrong = 0;
    unsigned seen = 0;
    bool ok = true;

    for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
        forge(&f, fates[i]);
        ok = ok && !complains(&f, fates[i]);
        for (unsigned n = 0; spoil(&f, n); n++) {
            wrong++;
            seen += complains(&f, fates[i]);
            forge(&f, fates[i]);
        }
        for (size_t k = 0; k < sizeof(fates) / sizeof(fates[0]); k++) {
            wrong += k != i;
            seen += k != i && complains(&f, fates[k]);
        }
        if (fates[i] != FATE_MOVED) {
            f.shared.end[SOURCE].why.text[0] = '\0';
            wrong++;
            seen += complains(&f, fates[i]);
        }
    }
    (void)printf("self-check: %u wrong outcomes, %u complaints%s\n", wrong,
                 seen, ok ? "" : ", and one about a right one");
    return ok && wrong == seen;
}
