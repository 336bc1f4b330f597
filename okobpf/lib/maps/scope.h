/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps that programs share by their names. */

#ifndef OKOBPF_MAPS_SCOPE_H
#define OKOBPF_MAPS_SCOPE_H 1

#include "maps/map.h"

struct okobpf_map_scope *okobpf_map_scope_ref(struct okobpf_map_scope *);

/* Stores in '*map' the map that programs of the scope share by the name of
 * 'spec', which must stay until the caller gives the map back with
 * okobpf_map_scope_put().  Creates it, and sets '*created', if there is none,
 * or if only the program that has 'replaced' for a map, which may be NULL, has
 * it and it is defined in another manner.
 *
 * Returns OKOBPF_OK, or reports the failure, for one if others define the map
 * in another manner. */
enum okobpf_status okobpf_map_scope_get(struct okobpf_map_scope *,
                                        const struct map_spec *spec,
                                        const struct okobpf_host *,
                                        const struct okobpf_map *replaced,
                                        struct okobpf_map **map, bool *created,
                                        struct okobpf_report *);

/* Takes another reference to 'map', which okobpf_map_scope_get() found by
 * 'spec', to be given back likewise.  Returns false if memory is exhausted. */
bool okobpf_map_scope_join(struct okobpf_map_scope *,
                           const struct map_spec *spec,
                           struct okobpf_map *map);

/* Gives back 'map', which okobpf_map_scope_get() found by 'spec'.  The last
 * one to do so makes the scope forget it. */
void okobpf_map_scope_put(struct okobpf_map_scope *,
                          const struct map_spec *spec, struct okobpf_map *map);

#endif /* scope.h */
