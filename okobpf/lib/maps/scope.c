/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps that programs share by their names. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/scope.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "replace.h"

/* A program's definition of a map that it shares. */
struct sharer {
    struct sharer *next;
    const struct map_spec *spec;
};

/* A map, and those who share it. */
struct shared_map {
    struct shared_map *next;
    struct okobpf_map *map;     /* With a reference. */
    struct sharer *sharers;     /* One at least. */
};

struct okobpf_map_scope {
    atomic_uint ref_cnt;
    pthread_mutex_t mutex;      /* Protects 'maps' and what is in there. */
    struct shared_map *maps;    /* Of those of the same name, only the first
                                 * gets more sharers. */
};

struct okobpf_map_scope *
okobpf_map_scope_create(void)
{
    struct okobpf_map_scope *scope = okobpf_mem_alloc(1, sizeof *scope);

    if (scope) {
        atomic_init(&scope->ref_cnt, 1);
        if (pthread_mutex_init(&scope->mutex, NULL)) {
            free(scope);
            return NULL;
        }
    }
    return scope;
}

struct okobpf_map_scope *
okobpf_map_scope_ref(struct okobpf_map_scope *scope)
{
    atomic_fetch_add_explicit(&scope->ref_cnt, 1, memory_order_relaxed);
    return scope;
}

void
okobpf_map_scope_unref(struct okobpf_map_scope *scope)
{
    /* No maps are left: each program that shares one refers to the scope. */
    if (scope && atomic_fetch_sub_explicit(&scope->ref_cnt, 1,
                                           memory_order_acq_rel) == 1) {
        pthread_mutex_destroy(&scope->mutex);
        free(scope);
    }
}

/* Returns the definition of a map as text, which the caller must free(). */
static char *
format_definition(const struct map_spec *spec)
{
    const char *name = okobpf_map_type_to_string(spec->type);
    char hashes[32] = "";

    if (spec->n_hash_functions) {
        snprintf(hashes, sizeof hashes, ", %"PRIu32" hash functions",
                 spec->n_hash_functions);
    }
    return okobpf_report_asprintf("%s, key %"PRIu32" bytes, value %"PRIu32
                                  " bytes, "
                                  "%"PRIu32" entries%s",
                                  name ? name : "unknown kind", spec->key_size,
                                  spec->value_size, spec->max_entries, hashes);
}

static enum okobpf_status
report_mismatch(const struct map_spec *spec, const struct shared_map *shared,
                const struct okobpf_map *replaced, const char *why,
                struct okobpf_report *report)
{
    char *here = format_definition(spec);
    char *there = format_definition(shared->sharers->spec);
    enum okobpf_status status;
    unsigned int n = 0;

    for (const struct sharer *s = shared->sharers; s; s = s->next) {
        n++;
    }
    n -= shared->map == replaced;
    status = okobpf_report_fail(
        report, OKOBPF_BAD_OBJECT,
        "define the map alike in all programs that share it by pinning, give "
        "it another name, or unload the others first",
        "map \"%s\", which programs share: defined here as %s; %u other "
        "program%s it as %s: %s", spec->name, here ? here : "?", n,
        n == 1 ? " has" : "s have", there ? there : "?", why);
    free(here);
    free(there);
    return status;
}

static struct shared_map *
find_shared(struct okobpf_map_scope *scope, const char *name)
{
    for (struct shared_map *s = scope->maps; s; s = s->next) {
        if (!strcmp(s->map->info.name, name)) {
            return s;
        }
    }
    return NULL;
}

/* Creates a map and adds it to the scope.  Returns NULL if memory is short. */
static struct shared_map *
add_shared(struct okobpf_map_scope *scope, const struct map_spec *spec,
           const struct okobpf_host *host)
{
    struct shared_map *s = okobpf_mem_alloc(1, sizeof *s);

    if (s) {
        s->map = okobpf_map_create(spec, host);
        if (!s->map) {
            free(s);
            return NULL;
        }
        s->next = scope->maps;
        scope->maps = s;
    }
    return s;
}

/* Adds a program that defines its map by 'spec' to those who share 's'. */
static bool
add_sharer(struct shared_map *s, const struct map_spec *spec)
{
    struct sharer *sharer = okobpf_mem_alloc(1, sizeof *sharer);

    if (sharer) {
        sharer->spec = spec;
        sharer->next = s->sharers;
        s->sharers = sharer;
    }
    return sharer != NULL;
}

/* Takes 's' out of the scope. */
static void
unlink_shared(struct okobpf_map_scope *scope, const struct shared_map *s)
{
    struct shared_map **sp = &scope->maps;

    while (*sp != s) {
        sp = &(*sp)->next;
    }
    *sp = s->next;
}

static void
free_shared(struct shared_map *s)
{
    if (s) {
        okobpf_map_release(s->map);
        free(s);
    }
}

enum okobpf_status
okobpf_map_scope_get(struct okobpf_map_scope *scope,
                     const struct map_spec *spec,
                     const struct okobpf_host *host,
                     const struct okobpf_map *replaced,
                     struct okobpf_map **map, bool *created,
                     struct okobpf_report *report)
{
    enum okobpf_status status = OKOBPF_OK;
    struct shared_map *gone = NULL;
    struct shared_map *s;
    char why[256];

    *created = false;
    pthread_mutex_lock(&scope->mutex);
    s = find_shared(scope, spec->name);
    if (s
        && !okobpf_replace_specs_alike(s->sharers->spec, spec, why,
                                       sizeof why)) {
        if (s->map == replaced && !s->sharers->next) {
            s = NULL;
        } else {
            status = report_mismatch(spec, s, replaced, why, report);
        }
    }
    if (status == OKOBPF_OK && !s) {
        s = add_shared(scope, spec, host);
        *created = s != NULL;
    }
    if (status == OKOBPF_OK && (!s || !add_sharer(s, spec))) {
        status = okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                    "out of memory");
        if (*created) {
            unlink_shared(scope, s);
            gone = s;
        }
    }
    if (status == OKOBPF_OK) {
        *map = okobpf_map_ref(s->map);
    }
    pthread_mutex_unlock(&scope->mutex);

    free_shared(gone);
    return status;
}

/* Returns what is known of 'map', which someone shares. */
static struct shared_map *
find_map(struct okobpf_map_scope *scope, const struct okobpf_map *map)
{
    struct shared_map *s = scope->maps;

    while (s->map != map) {
        s = s->next;
    }
    return s;
}

bool
okobpf_map_scope_join(struct okobpf_map_scope *scope,
                      const struct map_spec *spec, struct okobpf_map *map)
{
    bool ok;

    pthread_mutex_lock(&scope->mutex);
    ok = add_sharer(find_map(scope, map), spec);
    pthread_mutex_unlock(&scope->mutex);

    if (ok) {
        okobpf_map_ref(map);
    }
    return ok;
}

void
okobpf_map_scope_put(struct okobpf_map_scope *scope,
                     const struct map_spec *spec, struct okobpf_map *map)
{
    struct shared_map *s;
    bool last;

    pthread_mutex_lock(&scope->mutex);
    s = find_map(scope, map);
    for (struct sharer **sp = &s->sharers; *sp; sp = &(*sp)->next) {
        if ((*sp)->spec == spec) {
            struct sharer *sharer = *sp;

            *sp = sharer->next;
            free(sharer);
            break;
        }
    }
    last = !s->sharers;
    if (last) {
        unlink_shared(scope, s);
    }
    pthread_mutex_unlock(&scope->mutex);

    if (last) {
        free_shared(s);
    }
    okobpf_map_release(map);
}
