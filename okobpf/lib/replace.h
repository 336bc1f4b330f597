/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Which maps a program takes over from the one whose place it takes. */

#ifndef OKOBPF_REPLACE_H
#define OKOBPF_REPLACE_H 1

#include "maps/map.h"

/* What to do for a map of the new program. */
struct map_plan {
    struct okobpf_map *old;     /* Map of the old program, or NULL. */
    bool copy;                  /* Create a map and copy the content of 'old',
                                 * rather than use 'old' itself. */
};

/* Decides what becomes of the maps of 'old' and of those that 'image'
 * declares, and describes it in '*report'.  Stores what is to be done for each
 * of the latter in 'plan'.  Returns OKOBPF_OK, or reports a failure: if 'keep'
 * demands to lose nothing, and something would be lost. */
enum okobpf_status okobpf_replace_plan_maps(
    const struct okobpf_prog *old, const struct image *image,
    enum okobpf_keep keep, struct map_plan plan[OKOBPF_MAX_MAPS],
    struct okobpf_report *report);

/* Whether 'old' and 'new' define maps that can stand for each other.  If not,
 * stores why in the 'size' bytes at 'why'. */
bool okobpf_replace_specs_alike(const struct map_spec *old,
                                const struct map_spec *new, char *why,
                                size_t size);

#endif /* replace.h */
