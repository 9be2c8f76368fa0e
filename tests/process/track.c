/* SPDX-License-Identifier: LGPL-2.1-only */
#include "track.h"

enum {
    KIND_CONTROL = 1,
    KIND_RECORD = 2,
    KIND_FINAL = 3,
    SMALL = 16 + 528,
    LARGE = 16 + 61456,
    RECORD = 16 + 131088
};

static const struct {
    const char *name;
    enum way way;
    size_t size;
} parts[PARTS] = {
    [PART_MSG1] = {"message 1", TO_DESTINATION, 1330},
    [PART_MSG3] = {"message 3", TO_DESTINATION, 130},
    [PART_SHOWN] = {"EVIDENCE", TO_DESTINATION, LARGE},
    [PART_OFFER] = {"OFFER", TO_DESTINATION, LARGE},
    [PART_RECORD] = {"record", TO_DESTINATION, RECORD},
    [PART_FINAL] = {"final record", TO_DESTINATION, RECORD},
    [PART_PIECE] = {"record of companions", TO_DESTINATION, RECORD},
    [PART_LAST] = {"final record of companions", TO_DESTINATION, RECORD},
    [PART_AGAIN] = {"second EVIDENCE", TO_DESTINATION, LARGE},
    [PART_COMMIT] = {"COMMIT", TO_DESTINATION, SMALL},
    [PART_MSG2] = {"message 2", TO_SOURCE, 1378},
    [PART_BACK] = {"EVIDENCE back", TO_SOURCE, LARGE},
    [PART_ADMIT] = {"ADMIT", TO_SOURCE, SMALL},
    [PART_BACK_AGAIN] = {"second EVIDENCE back", TO_SOURCE, LARGE},
    [PART_PREPARED] = {"PREPARED", TO_SOURCE, SMALL},
    [PART_COMMITTED] = {"COMMITTED", TO_SOURCE, SMALL},
    [PART_ALIVE] = {"ALIVE", TO_DESTINATION, SMALL},
    [PART_MORE] = {"more", TO_DESTINATION, SMALL},
};

const char *part_name(enum part part)
{
    return parts[part].name;
}

enum way part_way(enum part part)
{
    return parts[part].way;
}

size_t part_size(enum part part)
{
    return parts[part].size;
}

struct track track_start(enum way way)
{
    return (struct track){.way = way};
}

/* What comes after t->part, when it begins with kind. */
static enum part next_part(const struct track *t, uint8_t kind)
{
    if (!t->begun) {
        return t->way == TO_DESTINATION ? PART_MSG1 : PART_MSG2;
    }
    switch (t->part) {
    case PART_MSG1:
        return PART_MSG3;
    case PART_MSG3:
        return PART_SHOWN;
    case PART_SHOWN:
        return PART_OFFER;
    case PART_OFFER:
    case PART_RECORD:
        return kind == KIND_FINAL    ? PART_FINAL
               : kind == KIND_RECORD ? PART_RECORD
                                     : PART_MORE;
    case PART_FINAL:
    case PART_PIECE:
        return kind == KIND_FINAL    ? PART_LAST
               : kind == KIND_RECORD ? PART_PIECE
                                     : PART_MORE;
    case PART_LAST:
        return PART_AGAIN;
    case PART_AGAIN:
        return PART_COMMIT;
    case PART_MSG2:
        return PART_BACK;
    case PART_BACK:
        return PART_ADMIT;
    case PART_ADMIT:
        return PART_BACK_AGAIN;
    case PART_BACK_AGAIN:
        return PART_PREPARED;
    case PART_PREPARED:
        return PART_COMMITTED;
    case PART_COMMIT:
    case PART_COMMITTED:
    case PART_ALIVE:
    case PART_MORE:
    case PARTS:
        break;
    }
    return PART_MORE;
}

static bool is_among_records(enum part part)
{
    return part == PART_OFFER || part == PART_RECORD || part == PART_FINAL ||
           part == PART_PIECE;
}

static void begin(struct track *t, uint8_t kind)
{
    enum part next;

    t->part = t->part == PART_ALIVE ? t->before : t->part;
    if (t->begun && is_among_records(t->part) && kind == KIND_CONTROL) {
        t->before = t->part; /* index stays, for the next record */
        t->part = PART_ALIVE;
        t->at = 0;
        return;
    }
    next = next_part(t, kind);
    t->index = next == t->part && (next == PART_RECORD || next == PART_PIECE)
                   ? t->index + 1
                   : 0;
    t->records += next == PART_RECORD || next == PART_FINAL;
    t->part = next;
    t->at = 0;
    t->begun = true;
}

bool track_pass(struct track *t, const uint8_t *p, size_t len,
                const struct place *place, size_t *hit)
{
    size_t done = 0;
    bool found = false;

    while (done < len) {
        size_t n;

        if (!t->begun || t->at == parts[t->part].size) {
            begin(t, p[done]);
        }
        n = parts[t->part].size - t->at;
        n = n < len - done ? n : len - done;
        if (!found && t->part == place->part && t->index == place->index &&
            place->at >= t->at &&
            (place->at < t->at + n ||
             (place->at == t->at + n && place->at == parts[t->part].size))) {
            *hit = done + place->at - t->at;
            found = true;
        }
        t->at += n;
        done += n;
    }
    t->total += len;
    return found;
}
