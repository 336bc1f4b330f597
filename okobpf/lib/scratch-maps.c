/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps as a run without effect sees them: see scratch.c. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "scratch.h"

#include <stdlib.h>
#include <string.h>
#include "maps/keyed-hash.h"
#include "mem.h"

/* A key that the program has asked for, with the value as it sees it. */
struct private_entry {
    struct private_entry *next;
    bool deleted;
    void *key;
    void *value;                /* Stays where it is to the end of the run. */
};

/* Entries. */

static struct shadow *
shadow_cast(struct okobpf_map *map)
{
    return (struct shadow *) map;
}

static struct private_entry **
bucket_of(struct shadow *shadow, const void *key)
{
    uint64_t h = keyed_hash(okobpf_keyed_hash_process_secret(), key,
                            shadow->up.info.key_size);

    return &shadow->buckets[h % SHADOW_N_BUCKETS];
}

static struct private_entry *
find_private(struct shadow *shadow, const void *key)
{
    struct private_entry *e;

    for (e = *bucket_of(shadow, key); e; e = e->next) {
        if (!memcmp(e->key, key, shadow->up.info.key_size)) {
            break;
        }
    }
    return e;
}

/* Gives 'e' new memory for its value, with a copy of 'value'. */
static bool
set_value(struct shadow *shadow, struct private_entry *e, const void *value)
{
    void *p
        = okobpf_scratch_alloc(shadow->scratch, shadow->up.info.value_size);

    if (p) {
        memcpy(p, value, shadow->up.info.value_size);
        e->value = p;
        e->deleted = false;
    }
    return p != NULL;
}

static struct private_entry *
add_private(struct shadow *shadow, const void *key)
{
    struct private_entry **bucket = bucket_of(shadow, key);
    struct private_entry *e = okobpf_scratch_alloc(shadow->scratch, sizeof *e);
    void *copy
        = okobpf_scratch_alloc(shadow->scratch, shadow->up.info.key_size);

    if (!e || !copy) {
        return NULL;
    }
    memcpy(copy, key, shadow->up.info.key_size);
    e->key = copy;
    e->deleted = true;
    e->next = *bucket;
    *bucket = e;
    return e;
}

/* Reads the entry of exactly 'key' from the real map, as a program in 'slot'
 * sees it, into 'value'. */
static bool
read_real(struct shadow *shadow, const void *key, uint32_t slot, void *value)
{
    struct okobpf_map *real = shadow->real;

    /* A trie finds shorter prefixes, too: get_prefix() has been asked. */
    if (real->info.type == OKOBPF_MAP_LPM_TRIE
        || !okobpf_scratch_may_access(shadow->scratch)) {
        return false;
    }
    if (real->ops->read_slot) {
        return (slot < real->n_slots
                && (real->ops->read_slot(real, key, value, slot)
                    == OKOBPF_MAP_OK));
    }
    return real->ops->read(real, key, value) == OKOBPF_MAP_OK;
}

/* Returns the entry of exactly 'key', which may be deleted or NULL: private
 * or, in its absence, a new copy of the real one. */
static struct private_entry *
get_entry(struct shadow *shadow, const void *key, uint32_t slot)
{
    struct private_entry *e = find_private(shadow, key);

    if (!e) {
        void *value
            = okobpf_mem_alloc(1, map_round_up_8(shadow->up.info.value_size));

        if (!value) {
            shadow->scratch->status = OKOBPF_NO_MEMORY;
        } else if (read_real(shadow, key, slot, value)) {
            e = add_private(shadow, key);
            if (e && !set_value(shadow, e, value)) {
                e = NULL;
            }
        }
        free(value);
    }
    return e;
}

static void *
entry_value(const struct private_entry *e)
{
    return e && !e->deleted ? e->value : NULL;
}

/* Operations of shadows: arrays and hash tables. */

static void *
shadow_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct shadow *shadow = shadow_cast(map);
    void *value = entry_value(get_entry(shadow, key, slot));

    okobpf_scratch_trace(shadow, OKOBPF_TRACE_LOOKUP, key, value,
               value ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY);
    return value;
}

static bool
is_array(const struct okobpf_map *map)
{
    return (map->info.type == OKOBPF_MAP_ARRAY
            || map->info.type == OKOBPF_MAP_PERCPU_ARRAY);
}

/* Sets the value of exactly 'key'. */
static enum okobpf_map_result
set_entry(struct shadow *shadow, const void *key, const void *value,
          uint64_t flags, uint32_t slot)
{
    const struct okobpf_map *real = shadow->real;
    struct private_entry *e;

    if (real->ops->read_slot && slot >= real->n_slots) {
        return is_array(real) ? OKOBPF_MAP_BAD_KEY : OKOBPF_MAP_UNSUPPORTED;
    }
    e = get_entry(shadow, key, slot);
    if (entry_value(e)) {
        if (flags == OKOBPF_NOEXIST) {
            return OKOBPF_MAP_EXISTS;
        }
        memcpy(e->value, value, shadow->up.info.value_size);
        return OKOBPF_MAP_OK;
    }
    if (is_array(real)) {
        return OKOBPF_MAP_BAD_KEY;
    }
    if (flags == OKOBPF_EXIST) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    /* An LRU hash makes room for it. */
    if (real->info.type != OKOBPF_MAP_LRU_HASH
        && ((int64_t) real->ops->n_entries(real) + shadow->n_added
            >= real->info.max_entries)) {
        return OKOBPF_MAP_FULL;
    }
    e = e ? e : add_private(shadow, key);
    if (!e || !set_value(shadow, e, value)) {
        return OKOBPF_MAP_NO_MEMORY;
    }
    shadow->n_added++;
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
shadow_update(struct okobpf_map *map, const void *key, const void *value,
              uint64_t flags, uint32_t slot)
{
    struct shadow *shadow = shadow_cast(map);
    enum okobpf_map_result result = set_entry(shadow, key, value, flags,
                                              slot);

    okobpf_scratch_trace(shadow, OKOBPF_TRACE_UPDATE, key, value, result);
    return result;
}

static enum okobpf_map_result
delete_entry(struct shadow *shadow, const void *key)
{
    struct private_entry *e = get_entry(shadow, key, 0);

    if (!entry_value(e)) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    /* Whoever looked it up goes on with its value. */
    e->deleted = true;
    shadow->n_added--;
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
shadow_delete(struct okobpf_map *map, const void *key)
{
    struct shadow *shadow = shadow_cast(map);
    enum okobpf_map_result result = delete_entry(shadow, key);

    okobpf_scratch_trace(shadow, OKOBPF_TRACE_DELETE, key, NULL, result);
    return result;
}

static const struct map_ops shadow_ops = {
    .lookup = shadow_lookup,
    .update = shadow_update,
    .delete = shadow_delete,
};

/* Tries: an entry is known by its prefix, the bits after which are zeros. */

#define MAX_LPM_KEY (4 + 256)

/* Stores the first 'len' bits of the data of 'key' as a prefix in 'prefix'. */
static void
make_prefix(const struct shadow *shadow, const void *key, uint32_t len,
            uint8_t prefix[MAX_LPM_KEY])
{
    uint32_t size = shadow->up.info.key_size;
    uint8_t *data = prefix + 4;

    memcpy(prefix, key, size);
    memcpy(prefix, &len, 4);
    if (len % 8) {
        data[len / 8] &= 0xff00 >> len % 8;
        len += 8 - len % 8;
    }
    memset(data + len / 8, 0, size - 4 - len / 8);
}

/* Returns the length of the prefix in 'key', or -1 if it is too long. */
static int
key_prefix_len(const struct shadow *shadow, const void *key)
{
    uint32_t len;

    memcpy(&len, key, sizeof len);
    return len <= (shadow->up.info.key_size - 4) * 8 ? (int) len : -1;
}

/* Returns the real value of the longest prefix of 'key' of up to 'len' bits,
 * or NULL. */
static const void *
match_real(struct shadow *shadow, const void *key, int len)
{
    uint8_t prefix[MAX_LPM_KEY];

    if (len < 0 || !okobpf_scratch_may_access(shadow->scratch)) {
        return NULL;
    }
    make_prefix(shadow, key, len, prefix);
    return shadow->real->ops->lookup(shadow->real, prefix, 0);
}

/* Returns the length of the longest prefix of 'key' of up to 'len' bits that
 * the real map has, or -1 if there is none. */
static int
match_real_len(struct shadow *shadow, const void *key, int len)
{
    const void *value = match_real(shadow, key, len);
    int low = 0;

    /* All lengths from that of the prefix on find its value. */
    while (value && low < len) {
        int mid = low + (len - low) / 2;

        if (match_real(shadow, key, mid) == value) {
            len = mid;
        } else {
            low = mid + 1;
        }
    }
    return value ? len : -1;
}

/* As get_entry(), for the prefix of 'len' bits of 'key'. */
static struct private_entry *
get_prefix(struct shadow *shadow, const void *key, int len)
{
    const void *value = match_real(shadow, key, len);
    uint8_t prefix[MAX_LPM_KEY];
    struct private_entry *e;

    make_prefix(shadow, key, len, prefix);
    e = find_private(shadow, prefix);
    if (!e && value && value != match_real(shadow, key, len - 1)) {
        e = add_private(shadow, prefix);
        if (e) {
            e->value = okobpf_scratch_alloc(shadow->scratch,
                                            shadow->up.info.value_size);
            e->deleted = !e->value;
        }
        if (entry_value(e)) {
            okobpf_map_value_load(e->value, value, shadow->up.info.value_size);
        }
    }
    return e;
}

static void *
lpm_shadow_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct shadow *shadow = shadow_cast(map);
    int len = key_prefix_len(shadow, key);
    int real_len = match_real_len(shadow, key, len);
    void *value = NULL;

    (void) slot;
    /* Longer ones are neither here nor there. */
    if (len > real_len && len > shadow->max_prefix_len) {
        len = (real_len > shadow->max_prefix_len
               ? real_len : shadow->max_prefix_len);
    }
    for (; len >= 0 && !value; len--) {
        value = entry_value(get_prefix(shadow, key, len));
    }
    okobpf_scratch_trace(shadow, OKOBPF_TRACE_LOOKUP, key, value,
               value ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY);
    return value;
}

/* Sets the value of the prefix 'key', or deletes it if 'value' is NULL. */
static enum okobpf_map_result
lpm_set(struct shadow *shadow, const void *key, const void *value,
        uint64_t flags)
{
    int len = key_prefix_len(shadow, key);
    uint8_t prefix[MAX_LPM_KEY];

    if (len < 0) {
        return OKOBPF_MAP_BAD_KEY;
    }
    make_prefix(shadow, key, len, prefix);
    get_prefix(shadow, key, len);
    if (value) {
        shadow->max_prefix_len = (len > shadow->max_prefix_len
                                  ? len : shadow->max_prefix_len);
        return set_entry(shadow, prefix, value, flags, 0);
    }
    return delete_entry(shadow, prefix);
}

static enum okobpf_map_result
lpm_shadow_update(struct okobpf_map *map, const void *key, const void *value,
                  uint64_t flags, uint32_t slot)
{
    struct shadow *shadow = shadow_cast(map);
    enum okobpf_map_result result = lpm_set(shadow, key, value, flags);

    (void) slot;
    okobpf_scratch_trace(shadow, OKOBPF_TRACE_UPDATE, key, value, result);
    return result;
}

static enum okobpf_map_result
lpm_shadow_delete(struct okobpf_map *map, const void *key)
{
    struct shadow *shadow = shadow_cast(map);
    enum okobpf_map_result result = lpm_set(shadow, key, NULL, 0);

    okobpf_scratch_trace(shadow, OKOBPF_TRACE_DELETE, key, NULL, result);
    return result;
}

static const struct map_ops lpm_shadow_ops = {
    .lookup = lpm_shadow_lookup,
    .update = lpm_shadow_update,
    .delete = lpm_shadow_delete,
};

/* Sketches, which are copied as a whole when something is added. */

static void *
sketch_shadow_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct shadow *shadow = shadow_cast(map);
    struct okobpf_map *source = shadow->copy ? shadow->copy : shadow->real;
    void *value = NULL;

    if (slot < source->n_slots) {
        uint32_t n;

        source->ops->read(source, key, &n);
        shadow->result = n;
        value = &shadow->result;
    }
    okobpf_scratch_trace(shadow, OKOBPF_TRACE_LOOKUP, key, value,
               value ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY);
    return value;
}

static enum okobpf_map_result
sketch_shadow_add(struct okobpf_map *map, const void *item)
{
    struct shadow *shadow = shadow_cast(map);
    struct scratch *s = shadow->scratch;
    enum okobpf_map_result result = OKOBPF_MAP_NO_MEMORY;

    if (!shadow->copy) {
        if (map->info.memory > s->left) {
            s->status = OKOBPF_LIMIT;
        } else {
            shadow->copy = okobpf_map_make_like(shadow->real);
            if (shadow->copy) {
                shadow->real->ops->copy(shadow->copy, shadow->real);
                s->left -= map->info.memory;
            } else {
                s->status = OKOBPF_NO_MEMORY;
            }
        }
    }
    if (shadow->copy) {
        result = shadow->copy->ops->add(shadow->copy, item);
    }
    okobpf_scratch_trace(shadow, OKOBPF_TRACE_ADD, item, NULL, result);
    return result;
}

static const struct map_ops sketch_shadow_ops = {
    .lookup = sketch_shadow_lookup,
    .add = sketch_shadow_add,
};

/* Rings: events go nowhere but into the trace. */

static enum okobpf_map_result
ring_shadow_output(struct okobpf_map *map, const void *event, uint64_t size)
{
    struct shadow *shadow = shadow_cast(map);
    const struct okobpf_map *real = shadow->real;
    enum okobpf_map_result result = OKOBPF_MAP_OK;

    if ((int64_t) real->ops->n_entries(real) + shadow->n_added
        >= real->info.max_entries) {
        result = OKOBPF_MAP_FULL;
    } else {
        shadow->n_added++;
    }
    okobpf_scratch_trace_sized(shadow, OKOBPF_TRACE_OUTPUT, NULL, event, size,
                               result);
    return result;
}

static const struct map_ops ring_shadow_ops = {
    .output = ring_shadow_output,
};

bool
okobpf_shadow_init(struct shadow *shadow, struct scratch *s, uint32_t index)
{
    struct okobpf_map *real = s->real->maps[index];

    shadow->real = real;
    shadow->scratch = s;
    shadow->index = index;
    shadow->up.info = real->info;
    shadow->up.n_slots = real->n_slots;
    shadow->up.ops = (real->info.type == OKOBPF_MAP_LPM_TRIE
                      ? &lpm_shadow_ops
                      : real->ops->add ? &sketch_shadow_ops
                      : real->ops->output ? &ring_shadow_ops
                      : &shadow_ops);
    if (s->real->image.maps[index].globals && !real->info.read_only) {
        shadow->direct = okobpf_scratch_alloc(s, real->info.value_size);
        if (!shadow->direct) {
            return false;
        }
        okobpf_map_value_load(shadow->direct, okobpf_map_direct_value(real),
                              real->info.value_size);
    }
    return true;
}
