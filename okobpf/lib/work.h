/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What a run costs, in units of work.
 *
 * The verifier adds up what each path through a program costs, and refuses a
 * program of which one run may cost more than 'max_work' of 'struct
 * okobpf_limits': see verifier/work.c.
 *
 * A unit is a nanosecond in the slower engine, the interpreter, on a server of
 * 2023, rounded up.  Charges are for the worst that each instruction and
 * helper may meet with: branches that the processor does not foresee, and data
 * that others have driven out of its caches since the last packet.  So mostly
 * a run takes a lot less than its charges say; "okobpf-bench work" measures
 * how much.
 *
 * Memory costs most of all.  What is in maps that fit into a cache together is
 * charged for as touches: however many there are, no cache line is fetched
 * twice.  An access to larger maps is charged as if it always went to memory.
 * The packet is taken for fetched: the switch has just looked at it. */

#ifndef OKOBPF_WORK_H
#define OKOBPF_WORK_H 1

#include "image.h"

/* What the charges depend on besides the instructions. */
struct work_model {
    const struct map_spec *maps;
    uint32_t n_maps;
    uint64_t miss[OKOBPF_MAX_MAPS]; /* Charge for an access to each map, or 0
                                     * if that is a touch. */
    uint64_t n_lines;           /* Cache lines of the maps that are touched. */
};

/* Of a path, or part of one. */
struct work {
    uint64_t units;             /* Without those for touches. */
    uint64_t touches;
};

/* Prepares '*model' for a program with the 'n' maps 'maps', which must live as
 * long as the model. */
void okobpf_work_model_init(struct work_model *model,
                            const struct map_spec *maps, uint32_t n);

/* Returns what '*work' costs altogether. */
uint64_t okobpf_work_total(const struct work_model *, const struct work *work);

/* Charges '*work' for 'insn', without the memory it accesses and the helper it
 * calls. */
void okobpf_work_add_insn(struct work *work, const struct bpf_insn *insn);

/* Charges '*work' for an access of an instruction to a value of the map with
 * the given index. */
void okobpf_work_add_access(struct work *work, const struct work_model *,
                            uint32_t map);

/* Charges '*work' for a call of 'helper' on the map with index 'map', which is
 * not looked at if it takes none, and on 'size' bytes of memory, 0 if it takes
 * none. */
void okobpf_work_add_helper(struct work *work, const struct work_model *,
                            const struct helper *helper, uint32_t map,
                            uint64_t size);

#endif /* work.h */
