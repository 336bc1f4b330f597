/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Layouts: which bytes of a map's keys or values mean what, as the types that
 * an object's BTF gives for them say.
 *
 * Two programs that share a map must agree on this.  A layout is a list of
 * scalars, each with the path of members that leads to it: names of structures
 * and typedefs don't matter. */

#ifndef OKOBPF_OBJECT_LAYOUT_H
#define OKOBPF_OBJECT_LAYOUT_H 1

#include "object/btf.h"

/* Most types that are looked into for the keys and values of all maps of an
 * object together: it bounds their scalars, too. */
#define LAYOUT_BUDGET 4096

struct layout_field;

struct layout {
    const struct layout_field *fields;
    uint32_t n_fields;
    bool too_large;             /* Not all of it is here. */
};

/* Stores what 'btf' says of the keys and values of the map 'name' in the
 * members of '*spec', NULL where it says nothing that makes sense, or has
 * another size than the map.  '*budget' is what is left of LAYOUT_BUDGET.
 * Allocates from 'image'.  Returns false if memory is exhausted. */
bool okobpf_layout_load(struct image *image, const struct btf *btf,
                        struct map_spec *spec, uint32_t *budget);

/* Compares 'new' with 'old', neither NULL.  Returns true if they are the same;
 * otherwise, describes the first differences in the 'size' bytes at 'buf', one
 * or more,
 * as text that begins with 'subject', "key" or "value". */
bool okobpf_layout_equal(const struct layout *old, const struct layout *new,
                         const char *subject, char *buf, size_t size);

/* Copies the name 's', which comes from an object, to the 'size' bytes at
 * 'buf': cut off if it is too long, and with '?' for what is not printable. */
const char *okobpf_printable_name(const char *s, char *buf, size_t size);

#endif /* layout.h */
