/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A program in versions that declare their maps in one other way each, for
 * tests of what replacement does with maps: the Makefile makes an object
 * keep-VERSION.o of each, by defining VERSION. */

#include "prog.h"

/* As OKO_MAP() does. */
#define MAP(NAME, KIND, KEY, VALUE, MAX_ENTRIES, N_HASH)                  \
    struct ____btf_map_##NAME {                                           \
        KEY key;                                                          \
        VALUE value;                                                      \
    };                                                                    \
    struct ____btf_map_##NAME SECTION(".maps." #NAME) ____btf_map_##NAME; \
    struct map_def SECTION("maps") NAME = {                               \
        KIND, sizeof(KEY), sizeof(VALUE), MAX_ENTRIES, N_HASH,            \
    }

enum verdict {
#if defined REORDERED
    DROP, PASS, LIMIT
#elif defined MORE_VERDICTS
    PASS, DROP, LIMIT, LOG
#elif defined LESS_VERDICTS
    PASS, DROP
#else
    PASS, DROP, LIMIT
#endif
};

struct hop {
    u16 port;
#ifdef HOP_RENAMED
    u16 queue;
#else
    u16 vlan;
#endif
};

#ifdef TYPEDEFS
typedef u32 counter_t;
typedef u64 ns_t;
typedef const volatile struct hop hop_t;
#define state connection
#else
#define counter_t u32
#define ns_t u64
#define hop_t struct hop
#endif

struct state {
    ns_t start;
#if defined SWAPPED
    counter_t dropped;
    counter_t syns;
#elif defined SIGNED
    counter_t syns;
    int dropped;
#elif defined FLOATING
    counter_t syns;
    float dropped;
#elif defined NARROWER
    counter_t syns;
    u16 dropped;
    u16 more;
#elif defined ARRAY_OF
    counter_t syns[1];
    counter_t dropped;
#elif defined ANONYMOUS
    union {
        struct {
            counter_t syns;
            counter_t dropped;
        };
    };
#elif defined NESTED
    struct {
        counter_t syns;
        counter_t dropped;
    } counts;
#else
    counter_t syns;
    counter_t dropped;
#endif
    hop_t hops[2];
    enum verdict verdict;
#ifdef OTHER_BITS
    u32 seen : 2, closed : 1;
#else
    u32 seen : 1, closed : 2;
#endif
#ifdef LARGER
    u64 last_drop;
#endif
};
#undef state
#ifdef TYPEDEFS
#define state connection
#endif

#if defined KEY_SIZE
typedef u64 key_type;
#elif defined KEY_STRUCT
struct key_type { u16 high, low; };
#define key_type struct key_type
#else
typedef u32 key_type;
#endif

#if defined GROWN
#define N 200
#elif defined SHRUNK
#define N 50
#else
#define N 100
#endif

#ifdef KIND
#define SOURCES_KIND HASH
#else
#define SOURCES_KIND LRU_HASH
#endif

#ifdef HASHES
#define N_HASHES 3
#else
#define N_HASHES 4
#endif

#ifdef RENAMED
#define sources senders
#endif

struct prefix {
    u32 len;
    u32 addr;
};

MAP(sources, SOURCES_KIND, key_type, struct state, N, 0);
MAP(table, HASH, u32, u64, N, 0);
MAP(slots, PERCPU_ARRAY, u32, u64, N, 0);
MAP(cores, PERCPU_HASH, u32, u64, N, 0);
MAP(config, ARRAY, u32, u64, N, 0);
MAP(routes, LPM_TRIE, struct prefix, u64, N, 0);
MAP(often, COUNTMIN, u32, u32, 64, N_HASHES);

u64 n_runs;

u64
entry(const u8 *pkt, u64 len)
{
    u64 *value, one = 1;
    u32 key;

    n_runs++;
    if (len < 4) {
        return 0;
    }
    key = *(const u32 *) pkt;
    value = map_lookup(&slots, &key);
    if (value) {
        *value += 1;
    }
    value = map_lookup(&cores, &key);
    if (value) {
        *value += 1;
    } else {
        map_update(&cores, &key, &one);
    }
    map_add(&often, &key);
    return 1;
}
