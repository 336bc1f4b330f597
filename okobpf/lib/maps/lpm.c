/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Longest-prefix match.
 *
 * A key is a number of bits, 32 bits in the machine's byte order, and as many
 * bytes of data as the key's size leaves, of which the first so many bits
 * count, from the most significant bit of the first byte on.  A lookup finds
 * the longest of the prefixes in the map that the key begins with.
 *
 * The prefixes are in a binary trie with paths compressed (D. R. Morrison,
 * "PATRICIA", 1968).  A node stands for a prefix, and the nodes below it
 * begin with it: those in child[0] go on with a 0, those in child[1] with a 1.
 * A node has an entry, that is, a value, if its prefix is in the map.
 * Otherwise, it is there because its two children part: a node without an
 * entry has two children, so that there are less than two nodes an entry.
 *
 * Readers walk the trie without a lock, writers hold the only one.  A node's
 * prefix never changes.  A writer changes a single pointer to add a prefix: to
 * an entry, or to new nodes that lead to all that was there.  To delete one,
 * it clears the pointer to the entry and then takes out the nodes that are of
 * no use any more; from them, those who stand on them still find what is
 * below.
 *
 * For iteration, which must not depend on nodes that come and go, each entry
 * has a place in a table for as long as it is there. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

#define PREFIX_LEN_SIZE sizeof(uint32_t)
#define MAX_DATA_SIZE 256
#define MAX_PREFIX_LEN (MAX_DATA_SIZE * 8)

struct lpm_node {
    _Atomic(struct lpm_node *) child[2];
    _Atomic(struct lpm_entry *) entry;
    struct okobpf_map *map;
    uint32_t prefix_len;        /* Bits. */
    uint8_t data[];             /* The rest of the bits are zeros. */
};

struct lpm_entry {
    struct okobpf_map *map;
    uint32_t index;             /* In the table. */
    uint64_t value[];
};

/* A place in the table. */
struct lpm_place {
    _Atomic(struct lpm_node *) node; /* That has the entry, NULL if none. */
    uint32_t next_free;         /* If free: index of the next free place. */
};

#define NO_PLACE UINT32_MAX

struct map_lpm {
    struct okobpf_map up;
    uint32_t data_size;         /* Of the key, bytes. */
    uint32_t max_prefix_len;    /* Bits. */
    _Atomic(struct lpm_node *) root;

    pthread_mutex_t mutex;      /* For writers, and for what follows. */
    struct lpm_place *table;    /* 'max_entries' places. */
    uint32_t first_free;        /* Of the places that were in use once, or
                                 * NO_PLACE. */
    _Atomic uint32_t n_places;  /* Places that were ever in use. */
    _Atomic uint32_t n;         /* Entries. */
};

static struct map_lpm *
lpm_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

/* Geometry. */

static uint64_t
lpm_node_size(uint32_t data_size)
{
    return map_round_up_8(sizeof(struct lpm_node) + data_size);
}

static uint64_t
lpm_entry_size(uint32_t value_size)
{
    return sizeof(struct lpm_entry) + map_round_up_8(value_size);
}

static const char *
lpm_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    uint64_t each;

    (void) n_slots;
    if (spec->key_size <= PREFIX_LEN_SIZE
        || spec->key_size > PREFIX_LEN_SIZE + MAX_DATA_SIZE) {
        return "the key is a prefix length of 32 bits and 1 to 256 bytes of "
               "data, so expected a key size of 5 to 260";
    }
    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    each = 2 * lpm_node_size(spec->key_size - PREFIX_LEN_SIZE)
           + lpm_entry_size(spec->value_size) + sizeof(struct lpm_place);
    *memory = map_sizes_mul(each, spec->max_entries);
    return NULL;
}

static struct okobpf_map *
lpm_create(const struct map_spec *spec, uint32_t n_slots)
{
    struct map_lpm *lpm = okobpf_mem_alloc(1, sizeof *lpm);

    (void) n_slots;
    if (!lpm) {
        return NULL;
    }
    lpm->data_size = spec->key_size - PREFIX_LEN_SIZE;
    lpm->max_prefix_len = lpm->data_size * 8;
    lpm->first_free = NO_PLACE;
    lpm->table = okobpf_mem_alloc(spec->max_entries, sizeof *lpm->table);
    if (!lpm->table) {
        free(lpm);
        return NULL;
    }
    pthread_mutex_init(&lpm->mutex, NULL);
    return &lpm->up;
}

/* Gives each node and entry of the trie at 'root' to one of the functions. */
static void
take_apart(struct lpm_node *root, void (*give_node)(struct lpm_node *),
           void (*give_entry)(struct lpm_entry *))
{
    /* The other children on the way down to a node. */
    struct lpm_node *stack[MAX_PREFIX_LEN + 1];
    struct lpm_node *node = root;
    uint32_t n = 0;

    while (node) {
        struct lpm_node *left = atomic_load(&node->child[0]);
        struct lpm_node *right = atomic_load(&node->child[1]);
        struct lpm_entry *entry = atomic_load(&node->entry);

        if (entry) {
            give_entry(entry);
        }
        give_node(node);
        if (left && right) {
            stack[n++] = right;
        }
        node = left ? left : right ? right : n ? stack[--n] : NULL;
    }
}

static void
free_node(struct lpm_node *node)
{
    free(node);
}

static void
free_entry(struct lpm_entry *entry)
{
    free(entry);
}

static void
lpm_destroy(struct okobpf_map *map)
{
    struct map_lpm *lpm = lpm_cast(map);

    take_apart(atomic_load(&lpm->root), free_node, free_entry);
    pthread_mutex_destroy(&lpm->mutex);
    free(lpm->table);
    free(lpm);
}

/* Bits. */

/* The key that a program gives may be in memory that other threads write, such
 * as the value of a map: what was checked must not be read again. */
static uint32_t
key_prefix_len(const void *key)
{
    uint32_t len;

    memcpy(&len, key, sizeof len);
    return len;
}

static const uint8_t *
key_data(const void *key)
{
    return (const uint8_t *) key + PREFIX_LEN_SIZE;
}

static int
get_bit(const uint8_t *data, uint32_t i)
{
    return data[i / 8] >> (7 - i % 8) & 1;
}

/* Returns how many of the first 'n' bits of 'a' and 'b' are the same, up to
 * the first that differs.  The first 'start' are known to be the same. */
static uint32_t
common_bits(const uint8_t *a, const uint8_t *b, uint32_t start, uint32_t n)
{
    for (uint32_t i = start / 8; i * 8 < n; i++) {
        uint32_t diff = a[i] ^ b[i];

        if (diff) {
            uint32_t same = i * 8 + __builtin_clz(diff) - 24;

            return same < n ? same : n;
        }
    }
    return n;
}

/* Lookups. */

/* Returns the entry of the longest prefix of the first 'len' bits of 'data',
 * or NULL. */
static struct lpm_entry *
lpm_match(const struct map_lpm *lpm, const uint8_t *data, uint32_t len)
{
    struct lpm_node *node = atomic_load_explicit(&lpm->root,
                                                 memory_order_acquire);
    struct lpm_entry *match = NULL;
    uint32_t done = 0;

    while (node && node->prefix_len <= len
           && (common_bits(node->data, data, done, node->prefix_len)
               == node->prefix_len)) {
        struct lpm_entry *entry = atomic_load_explicit(&node->entry,
                                                       memory_order_acquire);

        match = entry ? entry : match;
        done = node->prefix_len;
        if (done == len) {
            break;
        }
        node = atomic_load_explicit(&node->child[get_bit(data, done)],
                                    memory_order_acquire);
    }
    return match;
}

static void *
lpm_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    const struct map_lpm *lpm = lpm_cast(map);
    uint32_t len = key_prefix_len(key);
    struct lpm_entry *entry;

    (void) slot;
    if (len > lpm->max_prefix_len) {
        return NULL;
    }
    entry = lpm_match(lpm, key_data(key), len);
    return entry ? entry->value : NULL;
}

/* With the lock, since the user's thread may be one that readers do not wait
 * for. */
static enum okobpf_map_result
lpm_read(struct okobpf_map *map, const void *key, void *value)
{
    struct map_lpm *lpm = lpm_cast(map);
    uint32_t len = key_prefix_len(key);
    struct lpm_entry *entry;

    if (len > lpm->max_prefix_len) {
        return OKOBPF_MAP_BAD_KEY;
    }
    pthread_mutex_lock(&lpm->mutex);
    entry = lpm_match(lpm, key_data(key), len);
    if (entry) {
        okobpf_map_value_load(value, entry->value, map->info.value_size);
    }
    pthread_mutex_unlock(&lpm->mutex);
    return entry ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

/* Places.  The callers hold the lock. */

/* Gives 'entry' of 'node', which is new, a place.  There must be one. */
static void
take_place(struct map_lpm *lpm, struct lpm_entry *entry,
           struct lpm_node *node)
{
    uint32_t n = atomic_load_explicit(&lpm->n_places, memory_order_relaxed);

    if (lpm->first_free != NO_PLACE) {
        entry->index = lpm->first_free;
        lpm->first_free = lpm->table[entry->index].next_free;
    } else {
        entry->index = n;
        atomic_store_explicit(&lpm->n_places, n + 1, memory_order_relaxed);
    }
    atomic_store_explicit(&lpm->table[entry->index].node, node,
                          memory_order_relaxed);
    atomic_fetch_add_explicit(&lpm->n, 1, memory_order_relaxed);
}

static void
leave_place(struct map_lpm *lpm, uint32_t index)
{
    atomic_store_explicit(&lpm->table[index].node, NULL,
                          memory_order_relaxed);
    lpm->table[index].next_free = lpm->first_free;
    lpm->first_free = index;
    atomic_fetch_sub_explicit(&lpm->n, 1, memory_order_relaxed);
}

/* Writers. */

/* Where the way to a prefix ends. */
struct lpm_position {
    _Atomic(struct lpm_node *) *link; /* Leads to 'node'. */
    struct lpm_node *node;      /* First node that does not lead on to the
                                 * prefix: that of the prefix itself, one that
                                 * is not on the way, or NULL. */
    uint32_t common;            /* Bits that 'node' has in common with it. */

    /* The node above, and what leads to it, or NULL. */
    _Atomic(struct lpm_node *) *parent_link;
    struct lpm_node *parent;
};

/* Returns true if the prefix has a node. */
static bool
find_position(struct map_lpm *lpm, const uint8_t *data, uint32_t len,
              struct lpm_position *pos)
{
    struct lpm_node *node;

    memset(pos, 0, sizeof *pos);
    pos->link = &lpm->root;
    while ((node = atomic_load_explicit(pos->link, memory_order_relaxed))) {
        uint32_t n = node->prefix_len < len ? node->prefix_len : len;

        pos->node = node;
        pos->common = common_bits(node->data, data, pos->common, n);
        if (pos->common < node->prefix_len || node->prefix_len == len) {
            return pos->common == len && node->prefix_len == len;
        }
        pos->parent_link = pos->link;
        pos->parent = node;
        pos->link = &node->child[get_bit(data, node->prefix_len)];
    }
    pos->node = NULL;
    return false;
}

/* Returns a node of the first 'len' bits of 'data', or NULL. */
static struct lpm_node *
new_node(struct map_lpm *lpm, const uint8_t *data, uint32_t len)
{
    struct lpm_node *node = okobpf_mem_alloc(1, lpm_node_size(lpm->data_size));

    if (node) {
        node->map = &lpm->up;
        node->prefix_len = len;
        memcpy(node->data, data, (len + 7) / 8);
        if (len % 8) {
            node->data[len / 8] &= 0xff00 >> len % 8;
        }
    }
    return node;
}

static void
set_child(struct lpm_node *node, struct lpm_node *child)
{
    atomic_store_explicit(
        &node->child[get_bit(child->data, node->prefix_len)], child,
        memory_order_relaxed);
}

/* Adds a node for the first 'len' bits of 'data', which has none, with 'entry'
 * at 'pos'.  Returns it, or NULL if out of memory. */
static struct lpm_node *
add_node(struct map_lpm *lpm, const struct lpm_position *pos,
         const uint8_t *data, uint32_t len, struct lpm_entry *entry)
{
    struct lpm_node *node = new_node(lpm, data, len);
    struct lpm_node *top = node;

    if (!node) {
        return NULL;
    }
    atomic_store_explicit(&node->entry, entry, memory_order_relaxed);
    if (pos->node && pos->common == len) {
        set_child(node, pos->node);
    } else if (pos->node) {
        /* The two part here. */
        top = new_node(lpm, data, pos->common);
        if (!top) {
            free(node);
            return NULL;
        }
        set_child(top, node);
        set_child(top, pos->node);
    }
    atomic_store_explicit(pos->link, top, memory_order_release);
    return node;
}

/* Adds an entry of the first 'len' bits of 'data', which has none. */
static enum okobpf_map_result
add_entry(struct map_lpm *lpm, const struct lpm_position *pos, bool has_node,
          const uint8_t *data, uint32_t len, const void *value)
{
    const struct okobpf_map_info *info = &lpm->up.info;
    struct lpm_node *node = pos->node;
    struct lpm_entry *entry;

    if (atomic_load_explicit(&lpm->n, memory_order_relaxed)
        >= info->max_entries) {
        return OKOBPF_MAP_FULL;
    }
    entry = (okobpf_map_may_add(&lpm->up)
             ? okobpf_mem_alloc(1, lpm_entry_size(info->value_size)) : NULL);
    if (!entry) {
        return OKOBPF_MAP_NO_MEMORY;
    }
    entry->map = &lpm->up;
    okobpf_map_value_store(entry->value, value, info->value_size);
    if (has_node) {
        atomic_store_explicit(&node->entry, entry, memory_order_release);
    } else {
        node = add_node(lpm, pos, data, len, entry);
        if (!node) {
            free(entry);
            return OKOBPF_MAP_NO_MEMORY;
        }
    }
    take_place(lpm, entry, node);
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
lpm_update(struct okobpf_map *map, const void *key, const void *value,
           uint64_t flags, uint32_t slot)
{
    struct map_lpm *lpm = lpm_cast(map);
    uint32_t len = key_prefix_len(key);
    enum okobpf_map_result result;
    uint8_t data[MAX_DATA_SIZE];
    struct lpm_entry *entry;
    struct lpm_position pos;
    bool has_node;

    (void) slot;
    if (len > lpm->max_prefix_len) {
        return OKOBPF_MAP_BAD_KEY;
    }

    /* A node's place is that of its data: both must come from the same. */
    memcpy(data, key_data(key), lpm->data_size);
    pthread_mutex_lock(&lpm->mutex);
    has_node = find_position(lpm, data, len, &pos);
    entry = (has_node ? atomic_load_explicit(&pos.node->entry,
                                             memory_order_relaxed) : NULL);
    if (entry && flags == OKOBPF_NOEXIST) {
        result = OKOBPF_MAP_EXISTS;
    } else if (entry) {
        okobpf_map_value_store(entry->value, value, map->info.value_size);
        result = OKOBPF_MAP_OK;
    } else if (flags == OKOBPF_EXIST) {
        result = OKOBPF_MAP_NO_ENTRY;
    } else {
        result = add_entry(lpm, &pos, has_node, data, len, value);
    }
    pthread_mutex_unlock(&lpm->mutex);
    return result;
}

static void
reclaim_node(void *node_)
{
    struct lpm_node *node = node_;
    struct okobpf_map *map = node->map;

    free(node);
    okobpf_map_reclaimed(map, lpm_node_size(lpm_cast(map)->data_size));
}

static void
reclaim_entry(void *entry_)
{
    struct lpm_entry *entry = entry_;
    struct okobpf_map *map = entry->map;

    free(entry);
    okobpf_map_reclaimed(map, lpm_entry_size(map->info.value_size));
}

/* These give back memory that can't be found any more when that is safe. */
static void
give_back_node(struct lpm_node *node)
{
    okobpf_map_defer(node->map, reclaim_node, node,
                     lpm_node_size(lpm_cast(node->map)->data_size));
}

static void
give_back_entry(struct lpm_entry *entry)
{
    okobpf_map_defer(entry->map, reclaim_entry, entry,
                     lpm_entry_size(entry->map->info.value_size));
}

/* Takes out the node at 'pos', which has no entry any more, and the one above
 * it, as far as they are of no use.  Stores them in 'gone'. */
static void
prune(const struct lpm_position *pos, struct lpm_node *gone[2])
{
    struct lpm_node *left = atomic_load(&pos->node->child[0]);
    struct lpm_node *right = atomic_load(&pos->node->child[1]);
    struct lpm_node *child = left ? left : right;
    struct lpm_node *parent = pos->parent;

    if (left && right) {
        return;
    }
    atomic_store_explicit(pos->link, child, memory_order_release);
    gone[0] = pos->node;

    /* The parent may have been there only to part two. */
    if (!child && parent && !atomic_load(&parent->entry)) {
        struct lpm_node *other =
            atomic_load(&parent->child[pos->link == &parent->child[0]]);

        atomic_store_explicit(pos->parent_link, other, memory_order_release);
        gone[1] = parent;
    }
}

/* Deletes the first 'len' bits of 'data'.  Called with the lock, which it
 * lets go. */
static enum okobpf_map_result
delete_prefix(struct map_lpm *lpm, const uint8_t *data, uint32_t len)
{
    struct lpm_node *gone[2] = { NULL };
    struct lpm_entry *entry = NULL;
    struct lpm_position pos;

    if (find_position(lpm, data, len, &pos)) {
        entry = atomic_load(&pos.node->entry);
    }
    if (entry) {
        leave_place(lpm, entry->index);
        atomic_store_explicit(&pos.node->entry, NULL, memory_order_release);
        prune(&pos, gone);
    }
    pthread_mutex_unlock(&lpm->mutex);

    if (!entry) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    give_back_entry(entry);
    for (size_t i = 0; i < 2; i++) {
        if (gone[i]) {
            give_back_node(gone[i]);
        }
    }
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
lpm_delete(struct okobpf_map *map, const void *key)
{
    struct map_lpm *lpm = lpm_cast(map);
    uint32_t len = key_prefix_len(key);

    if (len > lpm->max_prefix_len) {
        return OKOBPF_MAP_BAD_KEY;
    }
    pthread_mutex_lock(&lpm->mutex);
    return delete_prefix(lpm, key_data(key), len);
}

static uint64_t
lpm_n_entries(const struct okobpf_map *map)
{
    return atomic_load_explicit(&lpm_cast(map)->n, memory_order_relaxed);
}

static void
lpm_clear(struct okobpf_map *map)
{
    struct map_lpm *lpm = lpm_cast(map);
    struct lpm_node *root;

    pthread_mutex_lock(&lpm->mutex);
    root = atomic_exchange_explicit(&lpm->root, NULL, memory_order_acq_rel);
    for (uint32_t i = 0; i < lpm->n_places; i++) {
        atomic_store_explicit(&lpm->table[i].node, NULL,
                              memory_order_relaxed);
    }
    lpm->first_free = NO_PLACE;
    atomic_store_explicit(&lpm->n_places, 0, memory_order_relaxed);
    atomic_store_explicit(&lpm->n, 0, memory_order_relaxed);
    pthread_mutex_unlock(&lpm->mutex);

    take_apart(root, give_back_node, give_back_entry);
}

/* Entries that are deleted in one go. */
#define CLEAR_ENTRIES 256

/* A cursor is the index of the next place. */
static bool
lpm_clear_some(struct okobpf_map *map, uint64_t *cursor)
{
    struct map_lpm *lpm = lpm_cast(map);

    for (int n = 0; n < CLEAR_ENTRIES;) {
        struct lpm_node *node;

        if (*cursor >= atomic_load_explicit(&lpm->n_places,
                                            memory_order_relaxed)) {
            return false;
        }
        pthread_mutex_lock(&lpm->mutex);
        node = atomic_load_explicit(&lpm->table[(*cursor)++].node,
                                    memory_order_relaxed);
        if (node) {
            delete_prefix(lpm, node->data, node->prefix_len);
            n++;
        } else {
            pthread_mutex_unlock(&lpm->mutex);
        }
    }
    return true;
}

/* A cursor is the index of the next place. */
static bool
lpm_next(struct okobpf_map *map, uint64_t *cursor, void *key, void *value)
{
    struct map_lpm *lpm = lpm_cast(map);

    while (*cursor < atomic_load_explicit(&lpm->n_places,
                                          memory_order_relaxed)) {
        uint64_t index = *cursor;
        struct lpm_place *place = &lpm->table[index];
        struct lpm_node *node;

        *cursor = index + 1;
        if (!atomic_load_explicit(&place->node, memory_order_relaxed)) {
            continue;
        }
        pthread_mutex_lock(&lpm->mutex);
        node = atomic_load_explicit(&place->node, memory_order_relaxed);
        if (node) {
            struct lpm_entry *entry = atomic_load_explicit(
                &node->entry, memory_order_relaxed);

            memcpy(key, &node->prefix_len, sizeof node->prefix_len);
            memcpy((uint8_t *) key + PREFIX_LEN_SIZE, node->data,
                   lpm->data_size);
            okobpf_map_value_load(value, entry->value, map->info.value_size);
        }
        pthread_mutex_unlock(&lpm->mutex);
        if (node) {
            return true;
        }
    }
    return false;
}

const struct map_ops okobpf_map_lpm_trie_ops = {
    .check = lpm_check,
    .create = lpm_create,
    .destroy = lpm_destroy,
    .lookup = lpm_lookup,
    .update = lpm_update,
    .delete = lpm_delete,
    .read = lpm_read,
    .n_entries = lpm_n_entries,
    .clear = lpm_clear,
    .clear_some = lpm_clear_some,
    .next = lpm_next,
};
