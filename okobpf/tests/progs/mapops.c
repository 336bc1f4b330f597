/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Does with its maps what the packet says: 16 operations of 4 bytes, a kind of
 * operation, a map, a key and a value.  Returns a hash of all that it got to
 * see. */

#include "prog.h"

#define N_OPS 16

struct prefix {
    u32 len;
    u8 addr[4];
};

struct map_def array = { ARRAY, sizeof(u32), 12, 6, 0 };
struct map_def slots = { PERCPU_ARRAY, sizeof(u32), sizeof(u64), 6, 0 };
struct map_def table = { HASH, sizeof(u32), 12, 4, 0 };
struct map_def cores = { PERCPU_HASH, sizeof(u32), sizeof(u64), 4, 0 };
struct map_def recent = { LRU_HASH, sizeof(u32), sizeof(u64), 16, 0 };
struct map_def routes = { LPM_TRIE, sizeof(struct prefix), 12, 5, 0 };
struct map_def seen = { BLOOM, sizeof(u32), sizeof(u32), 64, 2 };
struct map_def often = { COUNTMIN, sizeof(u32), sizeof(u32), 64, 2 };

u64 total;
u32 counts[8];
u64 initial = 77;

/* Looks up, and does something with what is found. */
#define LOOKUP(MAP, KEY)                                        \
    do {                                                        \
        u32 *value_ = map_lookup(&MAP, &KEY);                   \
                                                                \
        acc = acc * 31 + 1;                                     \
        if (value_) {                                           \
            acc = acc * 31 + *value_;                           \
            if (number & 1) {                                   \
                *value_ += number;                              \
            } else {                                            \
                __sync_fetch_and_add(value_, number);           \
            }                                                   \
        }                                                       \
    } while (0)

#define QUERY(MAP, KEY)                                         \
    do {                                                        \
        u32 *value_ = map_lookup(&MAP, &KEY);                   \
                                                                \
        acc = acc * 31 + (value_ ? *value_ : 99);               \
    } while (0)

#define UPDATE(MAP, KEY)                                        \
    acc = acc * 31 + map_update(&MAP, &KEY, value)

#define UPDATE_FLAGS(MAP, KEY)                                  \
    acc = acc * 31 + map_update_flags(&MAP, &KEY, value, number & 3)

/* Goes on with a value after its entry is gone. */
#define DELETE(MAP, KEY)                                        \
    do {                                                        \
        u32 *value_ = map_lookup(&MAP, &KEY);                   \
                                                                \
        acc = acc * 31 + map_delete(&MAP, &KEY);                \
        if (value_) {                                           \
            *value_ += 3;                                       \
            acc = acc * 31 + *value_;                           \
        }                                                       \
    } while (0)

static __attribute__((always_inline)) u64
lookup(u64 acc, u8 map, u32 key, struct prefix *prefix, u32 number)
{
    switch (map) {
    case 0: LOOKUP(array, key); break;
    case 1: LOOKUP(slots, key); break;
    case 2: LOOKUP(table, key); break;
    case 3: LOOKUP(cores, key); break;
    case 4: LOOKUP(recent, key); break;
    case 5: LOOKUP(routes, *prefix); break;
    case 6: QUERY(seen, key); break;
    default: QUERY(often, key); break;
    }
    return acc;
}

static __attribute__((always_inline)) u64
update(u64 acc, u8 map, u32 key, struct prefix *prefix, u32 number)
{
    u32 value[3] = { number, number, key };

    switch (map) {
    case 0: UPDATE(array, key); break;
    case 1: UPDATE(slots, key); break;
    case 2: UPDATE(table, key); break;
    case 3: UPDATE(cores, key); break;
    case 4: UPDATE(recent, key); break;
    case 5: UPDATE(routes, *prefix); break;
    case 6: acc = acc * 31 + map_add(&seen, &key); break;
    default: acc = acc * 31 + map_add(&often, &key); break;
    }
    return acc;
}

static __attribute__((always_inline)) u64
update_flags(u64 acc, u8 map, u32 key, struct prefix *prefix, u32 number)
{
    u32 value[3] = { number, number, key };

    switch (map) {
    case 0: UPDATE_FLAGS(array, key); break;
    case 1: UPDATE_FLAGS(slots, key); break;
    case 2: UPDATE_FLAGS(table, key); break;
    case 3: UPDATE_FLAGS(cores, key); break;
    case 4: UPDATE_FLAGS(recent, key); break;
    case 5: UPDATE_FLAGS(routes, *prefix); break;
    default: break;
    }
    return acc;
}

static __attribute__((always_inline)) u64
delete(u64 acc, u8 map, u32 key, struct prefix *prefix)
{
    switch (map) {
    case 2: DELETE(table, key); break;
    case 3: DELETE(cores, key); break;
    case 4: DELETE(recent, key); break;
    case 5: DELETE(routes, *prefix); break;
    default: break;
    }
    return acc;
}

u64
entry(const u8 *pkt, u64 len)
{
    u64 acc = 1;

    if (len < N_OPS * 4) {
        return 0;
    }
    for (u32 i = 0; i < N_OPS; i++) {
        u8 op = pkt[4 * i] & 3;
        u8 map = pkt[4 * i + 1] & 7;
        u32 key = pkt[4 * i + 2] & 7;
        u8 number = pkt[4 * i + 3];
        struct prefix prefix = { (pkt[4 * i + 2] >> 3) + 1,
                                 { 0x55, key << 5, key << 5, 0xff } };

        total += number;
        counts[key] += 1;
        acc = acc * 31 + total + counts[number & 7] + initial;
        if (op == 0) {
            acc = update(acc, map, key, &prefix, number);
        } else if (op == 1) {
            acc = delete(acc, map, key, &prefix);
        } else if (op == 3) {
            acc = update_flags(acc, map, key, &prefix, number);
        } else {
            acc = lookup(acc, map, key, &prefix, number);
        }
        if (number > 250) {
            print("%u of %u", number, key);
        }
    }
    return acc;
}
