/* SPDX-License-Identifier: LGPL-2.1-only */
/* Made by "tables promela" from libxlsec/proto/handover.c and lease.c; not to be edited. */
#define SOURCE_NONE 0
#define SOURCE_OPEN 1
#define SOURCE_COMMIT 2
#define SOURCE_MOVED 3
#define SOURCE_BACK 4
#define SOURCE_HERE 5
#define SOURCE_CLOSED 6
#define SOURCE_ON_ADMITTED 0
#define SOURCE_ON_AGREED 1
#define SOURCE_ON_LOST 2
#define SOURCE_ON_COMMITTED 3
#define SOURCE_ON_BURNED 4
#define SOURCE_ON_UNKNOWN 5
#define SOURCE_ON_DONE 6
#define SOURCE_ON_VOUCH_MOVED 7
#define SOURCE_ON_VOUCH_BACK 8
#define SOURCE_NEXT(s, e) ( \
    (s) == SOURCE_NONE && (e) == SOURCE_ON_ADMITTED -> SOURCE_OPEN : ( \
    (s) == SOURCE_OPEN && (e) == SOURCE_ON_AGREED -> SOURCE_COMMIT : ( \
    (s) == SOURCE_OPEN && (e) == SOURCE_ON_LOST -> SOURCE_BACK : ( \
    (s) == SOURCE_OPEN && (e) == SOURCE_ON_BURNED -> SOURCE_BACK : ( \
    (s) == SOURCE_OPEN && (e) == SOURCE_ON_UNKNOWN -> SOURCE_BACK : ( \
    (s) == SOURCE_OPEN && (e) == SOURCE_ON_VOUCH_BACK -> SOURCE_BACK : ( \
    (s) == SOURCE_COMMIT && (e) == SOURCE_ON_LOST -> SOURCE_COMMIT : ( \
    (s) == SOURCE_COMMIT && (e) == SOURCE_ON_COMMITTED -> SOURCE_MOVED : ( \
    (s) == SOURCE_COMMIT && (e) == SOURCE_ON_BURNED -> SOURCE_BACK : ( \
    (s) == SOURCE_COMMIT && (e) == SOURCE_ON_UNKNOWN -> SOURCE_COMMIT : ( \
    (s) == SOURCE_COMMIT && (e) == SOURCE_ON_VOUCH_MOVED -> SOURCE_MOVED : ( \
    (s) == SOURCE_COMMIT && (e) == SOURCE_ON_VOUCH_BACK -> SOURCE_BACK : ( \
    (s) == SOURCE_MOVED && (e) == SOURCE_ON_LOST -> SOURCE_MOVED : ( \
    (s) == SOURCE_MOVED && (e) == SOURCE_ON_DONE -> SOURCE_CLOSED : ( \
    (s) == SOURCE_BACK && (e) == SOURCE_ON_LOST -> SOURCE_BACK : ( \
    (s) == SOURCE_BACK && (e) == SOURCE_ON_DONE -> SOURCE_HERE : ( \
    (s) == SOURCE_BACK && (e) == SOURCE_ON_VOUCH_MOVED -> SOURCE_MOVED : ( \
    (s) == SOURCE_HERE && (e) == SOURCE_ON_LOST -> SOURCE_HERE : ( \
    (s) == SOURCE_HERE && (e) == SOURCE_ON_BURNED -> SOURCE_CLOSED : ( \
    (s) == SOURCE_HERE && (e) == SOURCE_ON_UNKNOWN -> SOURCE_HERE : ( \
    (s) == SOURCE_HERE && (e) == SOURCE_ON_VOUCH_MOVED -> SOURCE_CLOSED : ( \
    (s) == SOURCE_HERE && (e) == SOURCE_ON_VOUCH_BACK -> SOURCE_CLOSED : ( \
    0)))))))))))))))))))))))
#define SOURCE_SETTLED(s) ((s) == SOURCE_NONE || (s) == SOURCE_CLOSED)
#define DESTINATION_NONE 0
#define DESTINATION_OPEN 1
#define DESTINATION_PREPARED 2
#define DESTINATION_TAKING 3
#define DESTINATION_COMMITTED 4
#define DESTINATION_BURNED 5
#define DESTINATION_UNSURE 6
#define DESTINATION_BURNING 7
#define DESTINATION_ON_BEGUN 0
#define DESTINATION_ON_LOADED 1
#define DESTINATION_ON_LOST 2
#define DESTINATION_ON_COMMIT 3
#define DESTINATION_ON_ABORT 4
#define DESTINATION_ON_STARTED 5
#define DESTINATION_ON_UNSTARTABLE 6
#define DESTINATION_ON_GONE 7
#define DESTINATION_ON_VOUCH_TAKE 8
#define DESTINATION_ON_VOUCH_BURN 9
#define DESTINATION_NEXT(s, e) ( \
    (s) == DESTINATION_NONE && (e) == DESTINATION_ON_BEGUN -> DESTINATION_OPEN : ( \
    (s) == DESTINATION_NONE && (e) == DESTINATION_ON_ABORT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_OPEN && (e) == DESTINATION_ON_LOADED -> DESTINATION_PREPARED : ( \
    (s) == DESTINATION_OPEN && (e) == DESTINATION_ON_LOST -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_OPEN && (e) == DESTINATION_ON_COMMIT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_OPEN && (e) == DESTINATION_ON_ABORT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_OPEN && (e) == DESTINATION_ON_GONE -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_OPEN && (e) == DESTINATION_ON_VOUCH_BURN -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_PREPARED && (e) == DESTINATION_ON_LOST -> DESTINATION_PREPARED : ( \
    (s) == DESTINATION_PREPARED && (e) == DESTINATION_ON_COMMIT -> DESTINATION_TAKING : ( \
    (s) == DESTINATION_PREPARED && (e) == DESTINATION_ON_ABORT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_PREPARED && (e) == DESTINATION_ON_GONE -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_PREPARED && (e) == DESTINATION_ON_VOUCH_TAKE -> DESTINATION_TAKING : ( \
    (s) == DESTINATION_PREPARED && (e) == DESTINATION_ON_VOUCH_BURN -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_TAKING && (e) == DESTINATION_ON_LOST -> DESTINATION_TAKING : ( \
    (s) == DESTINATION_TAKING && (e) == DESTINATION_ON_COMMIT -> DESTINATION_TAKING : ( \
    (s) == DESTINATION_TAKING && (e) == DESTINATION_ON_ABORT -> DESTINATION_TAKING : ( \
    (s) == DESTINATION_TAKING && (e) == DESTINATION_ON_STARTED -> DESTINATION_COMMITTED : ( \
    (s) == DESTINATION_TAKING && (e) == DESTINATION_ON_UNSTARTABLE -> DESTINATION_BURNING : ( \
    (s) == DESTINATION_TAKING && (e) == DESTINATION_ON_GONE -> DESTINATION_UNSURE : ( \
    (s) == DESTINATION_COMMITTED && (e) == DESTINATION_ON_LOST -> DESTINATION_COMMITTED : ( \
    (s) == DESTINATION_COMMITTED && (e) == DESTINATION_ON_COMMIT -> DESTINATION_COMMITTED : ( \
    (s) == DESTINATION_COMMITTED && (e) == DESTINATION_ON_ABORT -> DESTINATION_COMMITTED : ( \
    (s) == DESTINATION_BURNED && (e) == DESTINATION_ON_LOST -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_BURNED && (e) == DESTINATION_ON_COMMIT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_BURNED && (e) == DESTINATION_ON_ABORT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_UNSURE && (e) == DESTINATION_ON_LOST -> DESTINATION_UNSURE : ( \
    (s) == DESTINATION_UNSURE && (e) == DESTINATION_ON_COMMIT -> DESTINATION_UNSURE : ( \
    (s) == DESTINATION_UNSURE && (e) == DESTINATION_ON_ABORT -> DESTINATION_BURNED : ( \
    (s) == DESTINATION_BURNING && (e) == DESTINATION_ON_LOST -> DESTINATION_BURNING : ( \
    (s) == DESTINATION_BURNING && (e) == DESTINATION_ON_COMMIT -> DESTINATION_BURNING : ( \
    (s) == DESTINATION_BURNING && (e) == DESTINATION_ON_ABORT -> DESTINATION_BURNING : ( \
    (s) == DESTINATION_BURNING && (e) == DESTINATION_ON_GONE -> DESTINATION_BURNED : ( \
    0))))))))))))))))))))))))))))))))))
#define DESTINATION_SETTLED(s) ((s) == DESTINATION_NONE || (s) == DESTINATION_COMMITTED || (s) == DESTINATION_BURNED || (s) == DESTINATION_UNSURE)
#define LEASE_NONE 0
#define LEASE_SOURCE 1
#define LEASE_OFFERED 2
#define LEASE_TAKEN 3
#define LEASE_RUNS 4
#define NO_EVENT 255
#define SOURCE_LEASE_TO(s, v, c, d) ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_SOURCE && (c) == 0 && (d) == 0 -> LEASE_OFFERED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_OFFERED && (c) == 0 && (d) == 1 -> LEASE_SOURCE : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_OFFERED && (c) == 1 && (d) == 0 -> LEASE_SOURCE : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_OFFERED && (c) == 1 && (d) == 1 -> LEASE_SOURCE : ( \
    LEASE_NONE)))))
#define SOURCE_LEASE_ON(s, v, c, d) ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_SOURCE && (c) == 0 && (d) == 1 -> SOURCE_ON_BURNED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_SOURCE && (c) == 1 && (d) == 0 -> SOURCE_ON_BURNED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_SOURCE && (c) == 1 && (d) == 1 -> SOURCE_ON_BURNED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_RUNS && (c) == 0 && (d) == 0 -> SOURCE_ON_COMMITTED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_RUNS && (c) == 0 && (d) == 1 -> SOURCE_ON_COMMITTED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_RUNS && (c) == 1 && (d) == 0 -> SOURCE_ON_COMMITTED : ( \
    (s) == SOURCE_COMMIT && (v) == LEASE_RUNS && (c) == 1 && (d) == 1 -> SOURCE_ON_COMMITTED : ( \
    (s) == SOURCE_HERE && (v) == LEASE_NONE && (c) == 0 && (d) == 0 -> SOURCE_ON_VOUCH_BACK : ( \
    (s) == SOURCE_HERE && (v) == LEASE_NONE && (c) == 0 && (d) == 1 -> SOURCE_ON_VOUCH_BACK : ( \
    (s) == SOURCE_HERE && (v) == LEASE_NONE && (c) == 1 && (d) == 0 -> SOURCE_ON_VOUCH_BACK : ( \
    (s) == SOURCE_HERE && (v) == LEASE_NONE && (c) == 1 && (d) == 1 -> SOURCE_ON_VOUCH_BACK : ( \
    (s) == SOURCE_HERE && (v) == LEASE_SOURCE && (c) == 0 && (d) == 1 -> SOURCE_ON_VOUCH_BACK : ( \
    (s) == SOURCE_HERE && (v) == LEASE_SOURCE && (c) == 1 && (d) == 1 -> SOURCE_ON_VOUCH_BACK : ( \
    NO_EVENT))))))))))))))
#define DESTINATION_LEASE_TO(s, v, c, d) ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_OFFERED && (c) == 1 && (d) == 0 -> LEASE_TAKEN : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_OFFERED && (c) == 1 && (d) == 1 -> LEASE_TAKEN : ( \
    (s) == DESTINATION_COMMITTED && (v) == LEASE_TAKEN && (c) == 0 && (d) == 0 -> LEASE_RUNS : ( \
    (s) == DESTINATION_COMMITTED && (v) == LEASE_TAKEN && (c) == 0 && (d) == 1 -> LEASE_RUNS : ( \
    (s) == DESTINATION_COMMITTED && (v) == LEASE_TAKEN && (c) == 1 && (d) == 0 -> LEASE_RUNS : ( \
    (s) == DESTINATION_COMMITTED && (v) == LEASE_TAKEN && (c) == 1 && (d) == 1 -> LEASE_RUNS : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_OFFERED && (c) == 0 && (d) == 0 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_OFFERED && (c) == 0 && (d) == 1 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_OFFERED && (c) == 1 && (d) == 0 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_OFFERED && (c) == 1 && (d) == 1 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_TAKEN && (c) == 0 && (d) == 0 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_TAKEN && (c) == 0 && (d) == 1 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_TAKEN && (c) == 1 && (d) == 0 -> LEASE_SOURCE : ( \
    (s) == DESTINATION_BURNED && (v) == LEASE_TAKEN && (c) == 1 && (d) == 1 -> LEASE_SOURCE : ( \
    LEASE_NONE)))))))))))))))
#define DESTINATION_LEASE_ON(s, v, c, d) ( \
    (s) == DESTINATION_PREPARED && (v) == LEASE_SOURCE && (c) == 1 && (d) == 1 -> DESTINATION_ON_VOUCH_BURN : ( \
    (s) == DESTINATION_PREPARED && (v) == LEASE_OFFERED && (c) == 1 && (d) == 0 -> DESTINATION_ON_COMMIT : ( \
    (s) == DESTINATION_PREPARED && (v) == LEASE_OFFERED && (c) == 1 && (d) == 1 -> DESTINATION_ON_COMMIT : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_SOURCE && (c) == 0 && (d) == 0 -> DESTINATION_ON_UNSTARTABLE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_SOURCE && (c) == 0 && (d) == 1 -> DESTINATION_ON_UNSTARTABLE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_SOURCE && (c) == 1 && (d) == 0 -> DESTINATION_ON_UNSTARTABLE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_SOURCE && (c) == 1 && (d) == 1 -> DESTINATION_ON_UNSTARTABLE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_OFFERED && (c) == 0 && (d) == 0 -> DESTINATION_ON_UNSTARTABLE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_OFFERED && (c) == 0 && (d) == 1 -> DESTINATION_ON_UNSTARTABLE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_TAKEN && (c) == 0 && (d) == 0 -> DESTINATION_ON_GONE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_TAKEN && (c) == 0 && (d) == 1 -> DESTINATION_ON_GONE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_RUNS && (c) == 0 && (d) == 0 -> DESTINATION_ON_GONE : ( \
    (s) == DESTINATION_TAKING && (v) == LEASE_RUNS && (c) == 0 && (d) == 1 -> DESTINATION_ON_GONE : ( \
    NO_EVENT))))))))))))))
