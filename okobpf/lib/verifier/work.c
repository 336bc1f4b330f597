/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Work: the bound of what one run costs, and the loops that cost most.
 *
 * A path carries the charges (work.h) for all its instructions from the start
 * of the program.  A checkpoint keeps what the costliest of the paths from it
 * costs from there on, which is known when it is finished.  A path that it
 * prunes is charged for that as well: what the state of the checkpoint does,
 * the state of the path may do, and charges depend on nothing but the
 * instructions of a path, the maps that they use, which are the same in both
 * states, and sizes in arguments, which are precise.  So a run costs no more
 * than the costliest path, although most runs have no path of their own.
 * Loops need no care, since each of their rounds is on the path. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "verifier/verifier.h"

/* Charges. */

static bool
in_loop(const struct verifier *v, uint32_t head, uint32_t insn)
{
    return insn >= head && insn < v->info[head].loop_end;
}

/* The current path is at the head of a loop. */
static void
count_round(struct verifier *v)
{
    struct state *cur = v->cur;
    struct round *r;

    while (cur->n_nest) {
        r = &cur->nest[cur->n_nest - 1];
        if (r->depth == cur->depth && r->head == cur->insn) {
            r->n++;
            return;
        }
        if (r->depth < cur->depth
            || (r->depth == cur->depth && in_loop(v, r->head, cur->insn))) {
            break;
        }
        cur->n_nest--;
    }
    if (cur->n_nest < MAX_NEST) {
        r = &cur->nest[cur->n_nest++];
        r->head = cur->insn;
        r->depth = cur->depth;
        r->n = 1;
        r->work = okobpf_work_total(&v->model, &cur->work);
    }
}

/* The current path is at the end of a function. */
static void
leave_loops(struct state *cur)
{
    while (cur->n_nest && cur->nest[cur->n_nest - 1].depth >= cur->depth) {
        cur->n_nest--;
    }
}

void
okobpf_charge_insn(struct verifier *v, const struct bpf_insn *insn)
{
    struct state *cur = v->cur;

    if (v->info[cur->insn].loop_end) {
        count_round(v);
    } else if (insn->opcode == (BPF_JMP | BPF_EXIT)) {
        leave_loops(cur);
    }
    v->work_before = okobpf_work_total(&v->model, &cur->work);
    okobpf_work_add_insn(&cur->work, insn);
}

void
okobpf_charge_access(struct verifier *v, const struct val *ptr)
{
    if (ptr->type == V_VALUE) {
        okobpf_work_add_access(&v->cur->work, &v->model, ptr->map);
    }
}

void
okobpf_charge_helper(struct verifier *v, const struct helper *helper,
                     uint32_t map, uint64_t size)
{
    okobpf_work_add_helper(&v->cur->work, &v->model, helper, map, size);
}

/* Paths. */

void
okobpf_work_inherit(struct verifier *v, const struct checkpoint *cp)
{
    struct work *work = &v->cur->work;

    work->units += cp->work_left.units;
    work->touches += cp->work_left.touches;
    v->work_before = okobpf_work_total(&v->model, work);
}

/* Raises '*work' to what leads from 'start' to 'end' and 'left' after it. */
static void
work_raise(struct work *work, const struct work *start,
           const struct work *end, const struct work *left)
{
    uint64_t units = end->units + left->units - start->units;
    uint64_t touches = end->touches + left->touches - start->touches;

    work->units = units > work->units ? units : work->units;
    work->touches = touches > work->touches ? touches : work->touches;
}

void
okobpf_work_ended(struct verifier *v)
{
    static const struct work nothing;
    struct checkpoint *cp = v->cur->parent;
    uint64_t total = okobpf_work_total(&v->model, &v->cur->work);

    v->work = total > v->work ? total : v->work;
    if (cp) {
        work_raise(&cp->work_left, &cp->saved->work, &v->cur->work, &nothing);
    }
}

void
okobpf_work_finished(struct checkpoint *cp)
{
    struct checkpoint *parent = cp->parent;

    if (parent) {
        work_raise(&parent->work_left, &parent->saved->work,
                   &cp->saved->work, &cp->work_left);
    }
}

/* Loops. */

void
okobpf_find_loops(struct verifier *v)
{
    for (uint32_t i = 0; i < v->n_insns; i++) {
        if (v->info[i].second) {
            continue;
        }

        struct ways ways = okobpf_ways_from(v, i, false);
        for (int w = 0; w < ways.n; w++) {
            if (ways.to[w] <= i) {
                v->info[ways.to[w]].loop_end = i + 1;
            }
        }
    }
}

/* Writes which loop begins at 'head', by its instructions and, if the object
 * has them, its lines of the source. */
static void
describe_loop(const struct verifier *v, uint32_t head, char *text,
              size_t size)
{
    const struct insn_line *first = NULL, *last = NULL;
    const struct image *image = v->image;
    uint32_t end = v->info[head].loop_end;
    int n;

    for (uint32_t i = 0; i < image->n_lines && image->lines[i].insn < end;
         i++) {
        const struct insn_line *line = &image->lines[i];
        bool ends_before = (i + 1 < image->n_lines
                            && image->lines[i + 1].insn <= head);

        /* Functions of headers may have been put in line. */
        if (!ends_before && line->file && line->line
            && (!first || line->file == first->file
                || !strcmp(line->file, first->file))) {
            first = first && first->line <= line->line ? first : line;
            last = last && last->line >= line->line ? last : line;
        }
    }

    n = snprintf(text, size, "the loop at instructions %"PRIu32" to %"PRIu32,
                 head, end - 1);
    if (first && n > 0 && n < size) {
        const char *slash = strrchr(first->file, '/');
        const char *file = slash ? slash + 1 : first->file;

        if (first->line == last->line) {
            snprintf(text + n, size - n, " (%s:%"PRIu32")", file,
                     first->line);
        } else {
            snprintf(text + n, size - n, " (%s:%"PRIu32" to %"PRIu32")",
                     file, first->line, last->line);
        }
    }
}

/* Returns the head of the innermost loop where half of the visits were, or
 * UINT32_MAX if there is none. */
static uint32_t
find_busy_loop(const struct verifier *v)
{
    /* sums[i]: visits of instructions before i. */
    uint64_t *sums = okobpf_mem_alloc(v->n_insns + UINT64_C(1), sizeof *sums);
    uint32_t best = UINT32_MAX;

    if (!sums) {
        return UINT32_MAX;
    }
    for (uint32_t i = 0; i < v->n_insns; i++) {
        sums[i + 1] = sums[i] + v->info[i].n_visits;
    }
    for (uint32_t i = 0; i < v->n_insns; i++) {
        uint32_t end = v->info[i].loop_end;

        if (end && (sums[end] - sums[i]) * 2 >= sums[v->n_insns]
            && v->info[i].n_visits > 1
            && (best == UINT32_MAX
                || end - i < v->info[best].loop_end - best)) {
            best = i;
        }
    }
    free(sums);
    return best;
}

void
okobpf_describe_busy_loop(const struct verifier *v, char *text, size_t size)
{
    uint32_t head = v->info ? find_busy_loop(v) : UINT32_MAX;
    char loop[128];

    if (head == UINT32_MAX && v->info && v->cur && v->cur->n_nest) {
        head = v->cur->nest[0].head;
    }
    *text = '\0';
    if (head != UINT32_MAX) {
        describe_loop(v, head, loop, sizeof loop);
        snprintf(text, size, "; on all paths together, %s went round %"PRIu32
                 " times", loop, v->info[head].n_visits);
    }
}

/* Refusals. */

/* Returns the innermost loop that takes half of the current path's work, or
 * NULL if none does. */
static const struct round *
find_costly_loop(const struct state *cur, uint64_t total)
{
    for (uint32_t i = cur->n_nest; i > 0; i--) {
        const struct round *r = &cur->nest[i - 1];

        if ((total - r->work) * 2 >= total) {
            return r;
        }
    }
    return NULL;
}

static bool
refuse_work(struct verifier *v, uint64_t total)
{
    uint64_t max = v->limits->max_work;
    uint64_t own = total - v->work_before;
    char why[192], loop[128];

    if (own * 2 >= total) {
        return okobpf_over_limit(
            v, OKOBPF_LIMIT,
            "make sizes smaller, with a check such as "
            "if (size > 256) return 0; before the call, or "
            "smaller keys and values; or have the host allow "
            "more work (Open vSwitch: other_config:"
            "filter-prog-max-work)",
            "too much work in one run: this instruction alone "
            "may take %"PRIu64" units, of %"PRIu64" for all",
            own, max);
    }

    const struct round *r = find_costly_loop(v->cur, total);
    if (r) {
        describe_loop(v, r->head, loop, sizeof loop);
        snprintf(why, sizeof why, " after %"PRIu32" rounds of %s", r->n,
                 loop);
    } else {
        okobpf_describe_busy_loop(v, why, sizeof why);
    }
    return okobpf_over_limit(
        v, OKOBPF_LIMIT,
        "lower the bound of the loop, or do less in it; or have "
        "the host allow more work (Open vSwitch: other_config:"
        "filter-prog-max-work)",
        "too much work in one run: more than %"PRIu64" units%s", max, why);
}

bool
okobpf_check_work(struct verifier *v)
{
    uint64_t total = okobpf_work_total(&v->model, &v->cur->work);

    return total <= v->limits->max_work || refuse_work(v, total);
}
