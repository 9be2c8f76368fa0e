/* SPDX-License-Identifier: LGPL-2.1-only */
/* PAGE_DATA: which frames, of what kind, and in which pass over memory. */
#include "base/rd.h"
#include "xenfmt/judge.h"

#define PFN_BITS   52U
#define PFN_MASK   (((uint64_t)1 << PFN_BITS) - 1)
#define TYPE_SHIFT 60U

enum kind { KIND_REFUSED = 0, KIND_CONTENT, KIND_EMPTY };

/*
 * [S-72] What follows a frame of each type, by Xen's nibble.  Senders since
 * 4.5 mark pages of an HVM guest as plain, broken or absent, and nothing else;
 * page tables, pinned or not, are PV's.  5-8 are reserved, and 14 (allocate,
 * without content) is left from a format that nobody writes any more.
 */
static const uint8_t hvm_kinds[16] = {
    [0x0] = KIND_CONTENT, [0xd] = KIND_EMPTY, [0xf] = KIND_EMPTY};
static const uint8_t pv_kinds[16] = {
    [0x0] = KIND_CONTENT, [0x1] = KIND_CONTENT, [0x2] = KIND_CONTENT,
    [0x3] = KIND_CONTENT, [0x4] = KIND_CONTENT, [0x9] = KIND_CONTENT,
    [0xa] = KIND_CONTENT, [0xb] = KIND_CONTENT, [0xc] = KIND_CONTENT,
    [0xd] = KIND_EMPTY,   [0xf] = KIND_EMPTY};

/* What one list says. */
struct list {
    uint64_t first;
    uint64_t last;
    uint32_t count;
    uint32_t pages;
};

static enum kind kind_of(const struct xls_libxc *lx, unsigned type)
{
    if (lx->hvm) {
        return (enum kind)hvm_kinds[type % 16];
    }
    if (lx->pv_width == 4 && (type & 7U) == 4) {
        return KIND_REFUSED; /* three levels of tables: no fourth */
    }
    return (enum kind)pv_kinds[type % 16];
}

enum xls_rc xls_rec_page_head(const struct xls_part *part, uint32_t *count,
                              struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    uint32_t n = xls_rd_u32le(&rd);
    uint32_t reserved = xls_rd_u32le(&rd);

    if (rd.rc != XLS_OK) {
        return xls_refuse(why, rd.rc, "S-62", "the head is cut short");
    }
    if (n < 1 || n > XLS_BATCH_MAX) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-70",
                          "%u frames are not within 1..%u", n, XLS_BATCH_MAX);
    }
    if (reserved != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-65",
                          "a reserved field is not zero");
    }
    if (part->total < 8 + 8 * n) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-74",
                          "length %u has no room for %u frames", part->total,
                          n);
    }
    *count = n;
    return XLS_OK;
}

/* One entry of the list: S-71, S-72, S-73, S-75. */
static enum xls_rc entry_judge(struct xls_libxc *lx, uint64_t entry,
                               uint32_t index, struct list *list,
                               struct xls_finding *why)
{
    uint64_t pfn = entry & PFN_MASK;
    unsigned type = (unsigned)(entry >> TYPE_SHIFT);
    enum kind kind = kind_of(lx, type);

    if ((entry >> PFN_BITS & 0xffU) != 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-71",
                          "entry %u has reserved bits set", index);
    }
    if (kind == KIND_REFUSED) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-72",
                          "entry %u: type 0x%x is not one of %s guest's", index,
                          type, lx->hvm ? "an HVM" : "a PV");
    }
    if (pfn >= lx->limits.max_pages + XLS_PFN_SLACK) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-73",
                          "frame 0x%llx is beyond what the guest's memory "
                          "justifies",
                          (unsigned long long)pfn);
    }
    if (index > 0 && pfn <= list->last) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-75",
                          "frame 0x%llx does not follow frame 0x%llx",
                          (unsigned long long)pfn,
                          (unsigned long long)list->last);
    }
    list->first = index == 0 ? pfn : list->first;
    list->last = pfn;
    if (kind == KIND_CONTENT) { /* types 1-4 and 9-12 are tables */
        lx->tables.level[list->pages % XLS_BATCH_MAX] = type & 7U;
        list->pages++;
    }
    return XLS_OK;
}

/* The first pass ends at mem->next. */
static enum xls_rc first_pass_close(struct xls_libxc *lx,
                                    struct xls_finding *why)
{
    lx->mem.p2m_size = lx->mem.next;
    if (!lx->hvm && lx->mem.p2m_size != lx->pv_end_pfn + 1) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-83",
                          "the first pass ends before frame 0x%llx, and the "
                          "P2M after frame 0x%llx",
                          (unsigned long long)lx->mem.p2m_size,
                          (unsigned long long)lx->pv_end_pfn);
    }
    return XLS_OK;
}

/* [S-76] The first pass lists every frame from 0, in full records. */
static enum xls_rc first_pass(struct xls_libxc *lx, const struct list *list,
                              bool whole, struct xls_finding *why)
{
    struct xls_passes *mem = &lx->mem;

    if (list->first != mem->next || !whole ||
        (mem->passes != 0 && mem->last_count != XLS_BATCH_MAX)) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-76",
                          "the first pass has to go on at frame 0x%llx, "
                          "without a gap; this is 0x%llx..0x%llx",
                          (unsigned long long)mem->next,
                          (unsigned long long)list->first,
                          (unsigned long long)list->last);
    }
    mem->passes = 1;
    mem->next = list->last + 1;
    return XLS_OK;
}

/* [S-77] [S-79] A record of a later pass. */
static enum xls_rc later_pass(struct xls_libxc *lx, const struct list *list,
                              bool whole, struct xls_finding *why)
{
    struct xls_passes *mem = &lx->mem;

    if (mem->passes == 1 && whole && mem->last_whole && list->count >= 8 &&
        list->first == mem->last_first && list->last == mem->last) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-79",
                          "the last record of the first pass comes twice");
    }
    if (list->last >= mem->p2m_size) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-77",
                          "frame 0x%llx was not in the first pass, which "
                          "ended before 0x%llx",
                          (unsigned long long)list->last,
                          (unsigned long long)mem->p2m_size);
    }
    if (mem->passes == 1 || mem->last_count != XLS_BATCH_MAX ||
        list->first <= mem->last) {
        mem->passes++;
    }
    if (mem->passes > XLS_PASSES_MAX) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-77",
                          "more than %u passes over memory", XLS_PASSES_MAX);
    }
    return XLS_OK;
}

/* Where the record stands among the passes. */
static enum xls_rc pass_judge(struct xls_libxc *lx, const struct list *list,
                              struct xls_finding *why)
{
    struct xls_passes *mem = &lx->mem;
    bool whole = list->last - list->first == list->count - 1;
    enum xls_rc rc = XLS_OK;

    if (mem->p2m_size == 0 && mem->passes == 1 && list->first < mem->next) {
        rc = first_pass_close(lx, why);
    }
    if (rc == XLS_OK) {
        rc = mem->p2m_size == 0 ? first_pass(lx, list, whole, why)
                                : later_pass(lx, list, whole, why);
    }
    if (rc == XLS_OK) {
        mem->last = list->last;
        mem->last_first = list->first;
        mem->last_count = list->count;
        mem->last_whole = whole;
        mem->pfns += list->count;
        mem->pages += list->pages;
    }
    return rc;
}

enum xls_rc xls_rec_page_list(struct xls_libxc *lx, const struct xls_part *part,
                              uint32_t *pages, struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    struct list list = {0};
    enum xls_rc rc = xls_rec_page_head(part, &list.count, why);

    xls_rd_u64le(&rd);
    /*@ loop invariant 0 <= i <= list.count <= XLS_BATCH_MAX;
        loop invariant list.pages <= i && xls_rd_sound(&rd);
        loop assigns i, rc, rd, list, lx->tables.level[0 .. XLS_BATCH_MAX - 1],
                     *why;
        loop variant list.count - i; */
    for (uint32_t i = 0; rc == XLS_OK && i < list.count; i++) {
        rc = entry_judge(lx, xls_rd_u64le(&rd), i, &list, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    if (xls_rd_end(&rd) != XLS_OK) {
        return xls_refuse(why, xls_rd_end(&rd), "S-74",
                          "the list is not of %u frames", list.count);
    }
    if (part->total != 8 + 8 * list.count + XLS_PAGE_SIZE * list.pages) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-74",
                          "length %u is not that of %u frames with %u pages",
                          part->total, list.count, list.pages);
    }
    if (lx->mem.pages + list.pages >
        XLS_PAGES_REPEATED * (lx->limits.max_pages + XLS_PAGES_SLACK)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-78",
                          "more pages than a guest of this size makes");
    }
    rc = pass_judge(lx, &list, why);
    if (rc == XLS_OK) {
        *pages = list.pages;
        lx->tables.pages = list.pages;
        lx->tables.at = 0;
    }
    return rc;
}

enum xls_rc xls_rec_page_close(struct xls_libxc *lx, struct xls_finding *why)
{
    return lx->mem.p2m_size == 0 ? first_pass_close(lx, why) : XLS_OK;
}
