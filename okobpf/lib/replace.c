/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What becomes of maps when a program takes the place of another. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "replace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "object/layout.h"

/* Longest explanation, with its null byte. */
#define MAX_WHY 1024

const char *
okobpf_map_fate_to_string(enum okobpf_map_fate fate)
{
    switch (fate) {
    case OKOBPF_MAP_KEPT:
        return "kept";
    case OKOBPF_MAP_GROWN:
        return "grown";
    case OKOBPF_MAP_EMPTIED:
        return "emptied";
    case OKOBPF_MAP_NEW:
        return "new";
    case OKOBPF_MAP_DROPPED:
        return "dropped";
    }
    return "unknown";
}

/* Whether someone may have put into the map what replacement can lose. */
static bool
is_kept_kind(const struct map_spec *spec)
{
    return !spec->globals;
}

/* Returns the index of the map of 'old' with the name of 'spec', or -1. */
static int
find_map(const struct image *image, const struct map_spec *spec)
{
    for (uint32_t i = 0; i < image->n_maps; i++) {
        if (is_kept_kind(&image->maps[i])
            && !strcmp(image->maps[i].name, spec->name)) {
            return i;
        }
    }
    return -1;
}

/* Compares the keys or values of two maps.  Returns true if they are the same;
 * otherwise, says in 'why' what differs.  Adds to '*n_unknown' if there is
 * only the size to go by. */
static bool
compare_types(const char *subject, uint32_t old_size, uint32_t new_size,
              const struct layout *old, const struct layout *new,
              char why[MAX_WHY], int *n_unknown)
{
    if (old_size != new_size) {
        size_t n = snprintf(why, MAX_WHY,
                            "%s has %"PRIu32" bytes, had %"PRIu32, subject,
                            new_size, old_size);

        if (old && new) {
            char members[MAX_WHY - 128];

            /* Scalars have been told. */
            if (!okobpf_layout_equal(old, new, subject, members,
                                     sizeof members)
                && strcmp(members, why)) {
                snprintf(why + n, MAX_WHY - n, ": %s", members);
            }
        }
        return false;
    }
    if (!old || !new) {
        ++*n_unknown;
        return true;
    }
    return okobpf_layout_equal(old, new, subject, why, MAX_WHY);
}

/* Returns what becomes of a map that 'old' declares, now that 'new' of the
 * same name takes its place, and says why in 'why'. */
static enum okobpf_map_fate
compare_specs(const struct map_spec *old, const struct map_spec *new,
              char why[MAX_WHY])
{
    int n_unknown = 0;

    *why = '\0';
    if (old->type != new->type) {
        snprintf(why, MAX_WHY, "its kind is %s, was %s",
                 okobpf_map_type_to_string(new->type),
                 okobpf_map_type_to_string(old->type));
        return OKOBPF_MAP_EMPTIED;
    }
    if (!compare_types("key", old->key_size, new->key_size, old->key_layout,
                       new->key_layout, why, &n_unknown)
        || !compare_types("value", old->value_size, new->value_size,
                          old->value_layout, new->value_layout, why,
                          &n_unknown)) {
        return OKOBPF_MAP_EMPTIED;
    }
    if (old->n_hash_functions != new->n_hash_functions) {
        snprintf(why, MAX_WHY, "its number of hash functions is %"PRIu32
                 ", was %"PRIu32, new->n_hash_functions,
                 old->n_hash_functions);
        return OKOBPF_MAP_EMPTIED;
    }
    if (old->max_entries != new->max_entries) {
        const char *fixed = (new->type == OKOBPF_MAP_BLOOM
                             || new->type == OKOBPF_MAP_COUNTMIN ? "sketch"
                             : new->type == OKOBPF_MAP_RING ? "ring" : NULL);

        snprintf(why, MAX_WHY, "max_entries is %"PRIu32", was %"PRIu32"%s%s%s",
                 new->max_entries, old->max_entries, fixed ? ", and a " : "",
                 fixed ? fixed : "",
                 fixed ? " cannot change its size" : "");
        return (fixed || new->max_entries < old->max_entries
                ? OKOBPF_MAP_EMPTIED : OKOBPF_MAP_GROWN);
    }
    if (n_unknown) {
        snprintf(why, MAX_WHY, "compared by size alone, for want of type "
                 "information");
    }
    return OKOBPF_MAP_KEPT;
}

bool
okobpf_replace_specs_alike(const struct map_spec *old,
                           const struct map_spec *new, char *why, size_t size)
{
    char all[MAX_WHY];
    bool alike = compare_specs(old, new, all) == OKOBPF_MAP_KEPT;

    snprintf(why, size, "%s", alike ? "" : all);
    return alike;
}

/* Adds a line to the report.  Returns false if memory is exhausted. */
static bool
add_change(struct okobpf_report *report, const char *name,
           enum okobpf_map_fate fate, uint64_t n_entries, const char *why)
{
    struct okobpf_map_change *change =
        &report->map_changes[report->n_map_changes];
    char buf[128];

    change->fate = fate;
    change->n_entries = n_entries;
    change->name = okobpf_report_asprintf(
        "%s", okobpf_printable_name(name, buf, sizeof buf));
    change->why = *why ? okobpf_report_asprintf("%s", why) : NULL;
    report->n_map_changes++;
    return change->name && (!*why || change->why);
}

/* Decides about 'spec', a map of the new program. */
static bool
plan_map(const struct okobpf_prog *old, const struct map_spec *spec,
         enum okobpf_keep keep, struct map_plan *plan,
         struct okobpf_report *report)
{
    enum okobpf_map_fate fate;
    struct okobpf_map *map;
    char why[MAX_WHY];
    int i;

    if (spec->globals) {
        return (spec->read_only
                || add_change(report, spec->name, OKOBPF_MAP_NEW, 0,
                              "global variables start afresh"));
    }
    i = find_map(&old->image, spec);
    if (i < 0) {
        return add_change(report, spec->name, OKOBPF_MAP_NEW, 0, "");
    }
    map = old->maps[i];
    if (spec->shared && old->image.maps[i].shared) {
        /* Others may have it, too, and it stays if it can. */
        fate = compare_specs(&old->image.maps[i], spec, why);
        if (fate == OKOBPF_MAP_GROWN && keep == OKOBPF_KEEP_NONE) {
            fate = OKOBPF_MAP_EMPTIED;
        }
    } else if (keep == OKOBPF_KEEP_NONE) {
        fate = OKOBPF_MAP_EMPTIED;
        snprintf(why, sizeof why, "as was asked for");
    } else {
        fate = compare_specs(&old->image.maps[i], spec, why);
    }
    if (fate != OKOBPF_MAP_EMPTIED) {
        plan->old = map;
        plan->copy = fate == OKOBPF_MAP_GROWN;
    }
    return add_change(report, spec->name, fate, okobpf_map_n_to_lose(map),
                      why);
}

static bool
plan_maps(const struct okobpf_prog *old, const struct image *image,
          enum okobpf_keep keep, struct map_plan plan[OKOBPF_MAX_MAPS],
          struct okobpf_report *report)
{
    report->map_changes = okobpf_mem_alloc(image->n_maps + old->n_maps,
                                           sizeof *report->map_changes);
    if (!report->map_changes) {
        return false;
    }
    for (uint32_t i = 0; i < image->n_maps; i++) {
        if (!plan_map(old, &image->maps[i], keep, &plan[i], report)) {
            return false;
        }
    }
    for (size_t i = 0; i < old->n_maps; i++) {
        const struct map_spec *spec = &old->image.maps[i];

        if (is_kept_kind(spec) && find_map(image, spec) < 0
            && !add_change(report, spec->name, OKOBPF_MAP_DROPPED,
                           okobpf_map_n_to_lose(old->maps[i]),
                           "the new program has no such map")) {
            return false;
        }
    }
    return true;
}

static bool
is_loss(const struct okobpf_map_change *change)
{
    return change->n_entries && (change->fate == OKOBPF_MAP_EMPTIED
                                 || change->fate == OKOBPF_MAP_DROPPED);
}

/* Appends a piece of text to '*s'.  Returns false if memory is exhausted. */
static bool
append(char **s, const char *piece)
{
    char *longer = okobpf_report_asprintf("%s%s", *s, piece);

    if (longer) {
        free(*s);
        *s = longer;
    }
    return longer != NULL;
}

/* Makes '*report' a refusal that lists what would be lost. */
static enum okobpf_status
refuse_loss(struct okobpf_report *report)
{
    char *list = okobpf_report_asprintf("%s", "");
    enum okobpf_status status;
    bool ok = list != NULL;

    for (size_t i = 0; ok && i < report->n_map_changes; i++) {
        const struct okobpf_map_change *change = &report->map_changes[i];

        if (is_loss(change)) {
            char *piece = okobpf_report_asprintf(
                "%s map \"%s\" would lose %"PRIu64" %s, for %s",
                *list ? ";" : "", change->name, change->n_entries,
                change->n_entries == 1 ? "entry" : "entries", change->why);

            ok = piece && append(&list, piece);
            free(piece);
        }
    }
    status = (ok ? okobpf_report_fail(
                       report, OKOBPF_LOSES_MAPS,
                       "declare the maps as before, save what is in "
                       "them first, or say that it may be lost",
                       "in place of the old program,%s", list)
                 : okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                      "out of memory"));
    free(list);
    return status;
}

enum okobpf_status
okobpf_replace_plan_maps(const struct okobpf_prog *old,
                         const struct image *image, enum okobpf_keep keep,
                         struct map_plan plan[OKOBPF_MAX_MAPS],
                         struct okobpf_report *report)
{
    memset(plan, 0, OKOBPF_MAX_MAPS * sizeof *plan);
    if (!old) {
        return OKOBPF_OK;
    }
    if (!plan_maps(old, image, keep, plan, report)) {
        return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                  "out of memory");
    }
    if (keep == OKOBPF_KEEP_OR_REFUSE) {
        for (size_t i = 0; i < report->n_map_changes; i++) {
            if (is_loss(&report->map_changes[i])) {
                return refuse_loss(report);
            }
        }
    }
    return OKOBPF_OK;
}

char *
okobpf_report_format_maps(const struct okobpf_report *report)
{
    char *s = okobpf_report_asprintf("%s", "");

    for (size_t i = 0; s && i < report->n_map_changes; i++) {
        const struct okobpf_map_change *change = &report->map_changes[i];
        char n_entries[64] = "";
        char *line;

        if (change->fate != OKOBPF_MAP_NEW) {
            snprintf(n_entries, sizeof n_entries, ", %"PRIu64" %s%s",
                     change->n_entries,
                     change->n_entries == 1 ? "entry" : "entries",
                     is_loss(change) ? " lost" : "");
        }
        line = okobpf_report_asprintf("%s: %s%s%s%s\n", change->name,
                                      okobpf_map_fate_to_string(change->fate),
                                      n_entries, change->why ? ": " : "",
                                      change->why ? change->why : "");
        if (!line || !append(&s, line)) {
            free(s);
            s = NULL;
        }
        free(line);
    }
    return s;
}
