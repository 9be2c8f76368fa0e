/*
 * The wire between the two lab hosts: what its parts share.
 *
 * link.c moves frames, fault.c spoils TCP connections, main.c listens to
 * commands. Sides are 0 and 1 here, and hosts 1 and 2 to the user.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FRAME_MAX 65536u
#define QUEUE_MAX                                                              \
    (8u << 20) /* bytes waiting for a side before its peer waits */
#define QUEUE_SLOW (128u << 10) /* the same where there is a rate */

struct frame {
    struct frame *next;
    uint64_t due; /* microseconds; not sent before */
    size_t len;   /* of data, which begins with the four bytes of the length */
    unsigned char data[];
};

/* One host's NIC. */
struct side {
    int listener, fd; /* -1: not connected */
    unsigned char in[4 + FRAME_MAX];
    size_t in_len;
    struct frame *first, **last; /* to be sent to this host */
    size_t queued, sent;         /* bytes in the queue; of the first frame */
    uint64_t free;               /* when the wire to it is, at this rate */
    uint64_t frames, bytes, dropped; /* that came from this host */
};

enum fault_kind { FAULT_NONE, FAULT_CORRUPT, FAULT_CUT, FAULT_RESET };
enum fault_state { FAULT_ARMED, FAULT_BOUND, FAULT_DONE };

/* What is to happen to the next new TCP connection. */
struct fault {
    enum fault_kind kind;
    enum fault_state state;
    uint32_t offset;  /* into the payload of one direction */
    int from;         /* 0 the initiator, or the host, 1 or 2 */
    uint16_t port;    /* of the responder; 0: any */
    int initiator;    /* its side, once bound */
    uint32_t addr[2]; /* by side, as on the wire */
    uint16_t tcp_port[2];
    uint32_t base[2]; /* sequence number of the first byte of payload */
    unsigned char known[2];
    uint64_t applied; /* times a segment was changed or dropped for it */
};

struct wire {
    struct side sides[2];
    struct fault fault;
    int cut;
    uint64_t delay; /* microseconds */
    uint64_t rate;  /* bytes in a second, each way; 0: as many as come */
    FILE *record;
    char record_path[400];
};

uint64_t wire_now(void);

/* Queue a frame (without its length) to a side; dropped when it is away. */
void link_send(struct wire *w, int side, const unsigned char *data, size_t len);

/* Read what a side has sent, judge it, queue it to the other. */
void link_receive(struct wire *w, int side);

/* Write what is due to a side. */
void link_flush(struct wire *w, int side);
void link_accept(struct wire *w, int side);
void link_close(struct wire *w, int side);

/*
 * Judge a frame from a side: it may be changed in place, shortened (*len), or
 * dropped (returns 0). May cut the wire from here on.
 */
int fault_judge(struct wire *w, int side, unsigned char *data, size_t *len);
void fault_describe(const struct fault *f, FILE *out);

#endif
