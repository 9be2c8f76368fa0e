/*
 * Faults in TCP connections: one byte changed, or a cut or a reset at a byte.
 *
 * A fault is armed, and binds to the next connection whose SYN it sees. It
 * counts payload from the sequence number after that SYN, so that a byte sent
 * again is met again, and meets the same fate. Checksums are made right, so
 * that what is changed is believed by TCP.
 */
#include "wire.h"

#include <arpa/inet.h>
#include <string.h>

#define ETH_LEN 14u
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Where the parts of a TCP segment lie in its frame. */
struct segment {
    unsigned char *ip, *tcp, *payload;
    size_t ip_len, tcp_len, payload_len; /* headers, headers, bytes */
    uint32_t saddr, daddr, seq, ack;
    uint16_t sport, dport;
    unsigned char flags;
};

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(unsigned char *at, uint32_t v)
{
    at[0] = (unsigned char)(v >> 8);
    at[1] = (unsigned char)v;
}

static void put32(unsigned char *at, uint32_t v)
{
    put16(at, v >> 16);
    put16(at + 2, v & 0xffff);
}

static int parse(unsigned char *data, size_t len, struct segment *s)
{
    size_t total;

    if (len < ETH_LEN + 40 || get16(data + 12) != 0x0800) {
        return 0;
    }
    s->ip = data + ETH_LEN;
    s->ip_len = (size_t)(s->ip[0] & 15) * 4;
    total = get16(s->ip + 2);
    if (s->ip[0] >> 4 != 4 || s->ip[9] != 6 || (get16(s->ip + 6) & 0x3fff) ||
        s->ip_len < 20 || total > len - ETH_LEN || total < s->ip_len + 20) {
        return 0;
    }
    s->tcp = s->ip + s->ip_len;
    s->tcp_len = (size_t)(s->tcp[12] >> 4) * 4;
    if (s->tcp_len < 20 || s->ip_len + s->tcp_len > total) {
        return 0;
    }
    s->payload = s->tcp + s->tcp_len;
    s->payload_len = total - s->ip_len - s->tcp_len;
    s->saddr = get32(s->ip + 12);
    s->daddr = get32(s->ip + 16);
    s->sport = get16(s->tcp);
    s->dport = get16(s->tcp + 2);
    s->seq = get32(s->tcp + 4);
    s->ack = get32(s->tcp + 8);
    s->flags = s->tcp[13];
    return 1;
}

static uint32_t add_up(uint32_t sum, const unsigned char *at, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        sum += get16(at + i);
    }
    return len & 1 ? sum + (uint32_t)(at[len - 1] << 8) : sum;
}

static uint32_t fold(uint32_t sum)
{
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum & 0xffff;
}

/* Make the lengths and both checksums right for this much payload. */
static void seal(const struct segment *s, size_t payload_len)
{
    size_t tcp_all = s->tcp_len + payload_len;

    put16(s->ip + 2, (uint32_t)(s->ip_len + tcp_all));
    put16(s->ip + 10, 0);
    put16(s->ip + 10, fold(add_up(0, s->ip, s->ip_len)));
    put16(s->tcp + 16, 0);
    put16(s->tcp + 16, fold(add_up(add_up(6 + (uint32_t)tcp_all, s->ip + 12, 8),
                                   s->tcp, tcp_all)));
}

/* Bind to the first SYN that fits; learn the answer's sequence numbers too. */
static void bind_to(struct fault *f, int side, const struct segment *s)
{
    int initial = (s->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;

    if (f->state == FAULT_ARMED && initial &&
        (f->port == 0 || f->port == s->dport)) {
        f->state = FAULT_BOUND;
        f->initiator = side;
        f->addr[side] = s->saddr;
        f->addr[!side] = s->daddr;
        f->tcp_port[side] = s->sport;
        f->tcp_port[!side] = s->dport;
        f->known[0] = f->known[1] = 0;
    }
    if (f->state == FAULT_BOUND && (s->flags & TCP_SYN) &&
        f->addr[side] == s->saddr && f->tcp_port[side] == s->sport) {
        f->base[side] = s->seq + 1;
        f->known[side] = 1;
    }
}

static int same_connection(const struct fault *f, int side,
                           const struct segment *s)
{
    return f->addr[side] == s->saddr && f->tcp_port[side] == s->sport &&
           f->addr[!side] == s->daddr && f->tcp_port[!side] == s->dport;
}

/* A reset to one side, as if the other had sent it. */
static void send_reset(struct wire *w, int to, const struct segment *s,
                       uint32_t seq, uint32_t ack, int swap)
{
    unsigned char data[ETH_LEN + 40];
    struct segment r;
    const unsigned char *eth = s->ip - ETH_LEN;

    memcpy(data, eth, ETH_LEN);
    memcpy(data + ETH_LEN, s->ip, 20);
    memcpy(data + ETH_LEN + 20, s->tcp, 20);
    data[ETH_LEN] = 0x45;
    data[ETH_LEN + 20 + 12] = 0x50;
    put16(data + ETH_LEN + 2, 40);
    if (swap) {
        memcpy(data, eth + 6, 6);
        memcpy(data + 6, eth, 6);
        put32(data + ETH_LEN + 12, s->daddr);
        put32(data + ETH_LEN + 16, s->saddr);
        put16(data + ETH_LEN + 20, s->dport);
        put16(data + ETH_LEN + 22, s->sport);
    }
    put32(data + ETH_LEN + 24, seq);
    put32(data + ETH_LEN + 28, ack);
    data[ETH_LEN + 33] = TCP_RST | TCP_ACK;
    if (parse(data, sizeof(data), &r)) {
        seal(&r, 0);
        link_send(w, to, data, sizeof(data));
    }
}

/* The connection ends at this byte: let what is before it go, then act. */
static int end_at(struct wire *w, int side, struct segment *s, uint32_t at,
                  size_t *len)
{
    struct fault *f = &w->fault;
    uint32_t edge = f->base[side] + f->offset;
    size_t keep = f->offset > at ? f->offset - at : 0;

    f->applied++;
    f->state = FAULT_DONE;
    if (f->kind == FAULT_CUT) {
        w->cut = 1;
    }
    s->tcp[13] = (unsigned char)(s->flags & ~TCP_FIN);
    seal(s, keep);
    *len = (size_t)(s->payload - (s->ip - ETH_LEN)) + keep;
    if (keep > 0) {
        link_send(w, !side, s->ip - ETH_LEN, *len);
    }
    if (f->kind == FAULT_RESET) {
        send_reset(w, !side, s, edge, s->ack, 0);
        send_reset(w, side, s, s->ack, edge, 1);
    }
    return 0;
}

int fault_judge(struct wire *w, int side, unsigned char *data, size_t *len)
{
    struct fault *f = &w->fault;
    struct segment s;
    uint32_t at;
    int aimed;

    if (f->kind == FAULT_NONE || f->state == FAULT_DONE ||
        !parse(data, *len, &s)) {
        return 1;
    }
    bind_to(f, side, &s);
    aimed = f->from ? f->from - 1 : f->initiator;
    if (f->state != FAULT_BOUND || side != aimed || !f->known[side] ||
        s.payload_len == 0 || !same_connection(f, side, &s)) {
        return 1;
    }
    at = s.seq - f->base[side];
    if (at + s.payload_len < f->offset || at > 0x7fffffff) {
        return 1;
    }
    if (f->kind != FAULT_CORRUPT) {
        return end_at(w, side, &s, at, len);
    }
    if (f->offset >= at && f->offset < at + s.payload_len) {
        s.payload[f->offset - at] ^= 1;
        seal(&s, s.payload_len);
        f->applied++;
    }
    return 1;
}

void fault_describe(const struct fault *f, FILE *out)
{
    static const char *const kinds[] = {"none", "corrupt", "cut", "reset"};
    static const char *const states[] = {"armed", "bound", "done"};

    fprintf(out, "fault %s", kinds[f->kind]);
    if (f->kind != FAULT_NONE) {
        fprintf(out, " offset %u from %d port %u state %s applied %llu",
                f->offset, f->from, f->port, states[f->state],
                (unsigned long long)f->applied);
    }
    fputc('\n', out);
}
