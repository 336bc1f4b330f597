/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Helper functions: what programs may call.
 *
 * The verifier has checked the arguments against 'helpers[]' before a program
 * first runs, so the functions trust them. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "image.h"
#include "maps/keyed-hash.h"
#include "maps/map.h"
#include "print.h"

static inline struct okobpf_map *
map_arg(uint64_t r)
{
    return (struct okobpf_map *) (uintptr_t) r;
}

static inline void *
ptr_arg(uint64_t r)
{
    return (void *) (uintptr_t) r;
}

/* What programs get for a result: 0, or a negative number. */
static uint64_t
result_to_r0(enum okobpf_map_result result)
{
    return -(uint64_t) result;
}

/* Maps. */

static uint64_t
helper_map_lookup(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);
    void *value = map->ops->lookup(map, ptr_arg(r2), env->ctx.slot);

    (void) r3, (void) r4, (void) r5;
    return (uintptr_t) value;
}

static uint64_t
helper_map_update(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r4, (void) r5;
    return result_to_r0(map->info.read_only
                        ? OKOBPF_MAP_READ_ONLY
                        : map->ops->update(map, ptr_arg(r2), ptr_arg(r3),
                                           OKOBPF_ANY, env->ctx.slot));
}

/* As helper_map_update(), with flags of enum okobpf_map_flags. */
static uint64_t
helper_map_update_flags(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                        uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r5;
    return result_to_r0(map->info.read_only ? OKOBPF_MAP_READ_ONLY
                        : r4 > OKOBPF_EXIST ? OKOBPF_MAP_BAD_FLAGS
                        : map->ops->update(map, ptr_arg(r2), ptr_arg(r3), r4,
                                           env->ctx.slot));
}

static uint64_t
helper_map_delete(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r3, (void) r4, (void) r5, (void) env;
    return result_to_r0(map->ops->delete(map, ptr_arg(r2)));
}

static uint64_t
helper_map_add(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
               uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r3, (void) r4, (void) r5, (void) env;
    return result_to_r0(map->ops->add(map, ptr_arg(r2)));
}

static uint64_t
helper_ring_output(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                   uint64_t r5, struct okobpf_env *env)
{
    struct okobpf_map *map = map_arg(r1);

    (void) r4, (void) r5, (void) env;
    return result_to_r0(map->ops->output(map, ptr_arg(r2), r3));
}

/* State of the run. */

static uint64_t
helper_time_get_ns(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                   uint64_t r5, struct okobpf_env *env)
{
    (void) r1, (void) r2, (void) r3, (void) r4, (void) r5;
    return env->ctx.now_ns;
}

static uint64_t
helper_get_slot(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
                uint64_t r5, struct okobpf_env *env)
{
    (void) r1, (void) r2, (void) r3, (void) r4, (void) r5;
    return env->ctx.slot;
}

/* Copies from the packet.  Out of bounds, the memory becomes zeros: in either
 * case the verifier takes it for initialized. */
static uint64_t
helper_load_bytes(uint64_t ofs, uint64_t to, uint64_t len, uint64_t r4,
                  uint64_t r5, struct okobpf_env *env)
{
    (void) r4, (void) r5;
    if (ofs > env->ctx.pkt_len || len > env->ctx.pkt_len - ofs) {
        memset(ptr_arg(to), 0, len);
        return -1;
    }
    memcpy(ptr_arg(to), ptr_arg(env->ctx.data + ofs), len);
    return 0;
}

/* Under the secret of the process, so that programs may keep hashes in maps
 * and compare those that others made, while senders can't choose bytes that
 * collide.  The upper half, as good as the lower. */
static uint64_t
helper_hash(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
            uint64_t r5, struct okobpf_env *env)
{
    (void) r3, (void) r4, (void) r5, (void) env;
    return keyed_hash(okobpf_keyed_hash_process_secret(), ptr_arg(r1), r2)
           >> 32;
}

/* Random numbers, for samples of packets, not for secrets: xorshift64*, of a
 * state that each thread has for itself. */
static uint64_t
helper_random(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
              uint64_t r5, struct okobpf_env *env)
{
    static __thread uint64_t state;

    (void) r1, (void) r2, (void) r3, (void) r4, (void) r5, (void) env;
    while (!state) {
        struct keyed_hash_secret secret;

        okobpf_keyed_hash_draw(&secret);
        state = secret.words[0];
    }
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717) >> 32;
}

/* Adds the 'size' bytes at 'p', a multiple of 4, to 'sum', each word with the
 * bits 'flip' changed. */
static uint64_t
csum_add(uint64_t sum, const uint8_t *p, uint64_t size, uint32_t flip)
{
    for (uint64_t i = 0; i < size; i += 4) {
        uint32_t word;

        memcpy(&word, p + i, sizeof word);
        sum += word ^ flip;
    }
    return sum;
}

/* The Internet checksum's sum, of 32 bits, not yet folded to 16 and inverted,
 * once the bytes 'from' have become the bytes 'to'. */
static uint64_t
helper_csum_diff(uint64_t from, uint64_t from_size, uint64_t to,
                 uint64_t to_size, uint64_t seed, struct okobpf_env *env)
{
    uint64_t sum = (uint32_t) seed;

    (void) env;
    if (from_size % 4 || to_size % 4) {
        return -1;
    }
    sum = csum_add(sum, ptr_arg(from), from_size, UINT32_MAX);
    sum = csum_add(sum, ptr_arg(to), to_size, 0);
    sum = (uint32_t) sum + (sum >> 32);
    return (uint32_t) sum + (sum >> 32);
}

/* Printing. */

static uint64_t
helper_printf(uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
              uint64_t r5, struct okobpf_env *env)
{
    const uint64_t args[MAX_PRINTF_ARGS] = { r2, r3, r4, r5 };

    return okobpf_print_line(env, ptr_arg(r1), args);
}

/* The table. */

#define MAP_BIT(KIND) (UINT32_C(1) << OKOBPF_MAP_##KIND)
#define ARRAY_MAPS (MAP_BIT(ARRAY) | MAP_BIT(PERCPU_ARRAY))
#define KEYED_MAPS (MAP_BIT(HASH) | MAP_BIT(PERCPU_HASH) | MAP_BIT(LRU_HASH) \
                    | MAP_BIT(LPM_TRIE))
#define SKETCH_MAPS (MAP_BIT(BLOOM) | MAP_BIT(COUNTMIN))

const struct helper okobpf_helpers[N_HELPERS] = {
    [HELPER_MAP_LOOKUP] = {
        .ret = RET_MAP_VALUE_OR_NULL,
        .args = { ARG_MAP, ARG_MAP_KEY },
        .map_types = ARRAY_MAPS | KEYED_MAPS | SKETCH_MAPS,
        .work = 5,
    },
    [HELPER_MAP_UPDATE] = {
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_KEY, ARG_MAP_VALUE },
        .map_types = ARRAY_MAPS | KEYED_MAPS,
        .work = 5,
    },
    [HELPER_MAP_DELETE] = {
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_KEY },
        .map_types = KEYED_MAPS,
        .work = 5,
    },
    [HELPER_MAP_ADD] = {
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_ITEM },
        .map_types = SKETCH_MAPS,
        .work = 5,
    },
    [HELPER_TIME_GET_NS] = {
        .ret = RET_SCALAR,
        .work = 5,
    },
    [HELPER_HASH] = {
        .ret = RET_U32,
        .args = { ARG_MEM, ARG_SIZE },
        .work = 20,
    },
    [HELPER_PRINTF] = {
        .ret = RET_SCALAR,
        .args = { ARG_FMT },
        .work = 3000,
    },
    [HELPER_GET_SLOT] = {
        .ret = RET_U32,
        .work = 5,
    },
    [HELPER_LOAD_BYTES] = {
        .ret = RET_SCALAR,
        .args = { ARG_ANY, ARG_MEM_WRITE, ARG_SIZE },
        .work = 20,
    },
    [HELPER_RANDOM] = {
        .ret = RET_U32,
        .work = 20,
    },
    [HELPER_CSUM_DIFF] = {
        .ret = RET_SCALAR,
        .args = { ARG_MEM_OR_NULL, ARG_SIZE, ARG_MEM_OR_NULL, ARG_SIZE,
                  ARG_ANY },
        .work = 20,
    },
    [HELPER_MAP_UPDATE_FLAGS] = {
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_KEY, ARG_MAP_VALUE, ARG_ANY },
        .map_types = ARRAY_MAPS | KEYED_MAPS,
        .work = 5,
    },
    [HELPER_RING_OUTPUT] = {
        .work = 5,
        .ret = RET_SCALAR,
        .args = { ARG_MAP, ARG_MAP_EVENT, ARG_SIZE },
        .map_types = MAP_BIT(RING),
    },

#define HELPER(ID, NUMBER, NAME) \
    [HELPER_##ID].name = #NAME, [HELPER_##ID].function = helper_##NAME,
    OKOBPF_HELPERS(HELPER)
#undef HELPER
};

enum helper_id
okobpf_helper_from_name(const char *name)
{
    static const char *const prefixes[] = { "", "bpf_", "ubpf_", "oko_" };

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]);

        if (strncmp(name, prefixes[i], n)) {
            continue;
        }
        for (int id = 1; id < N_HELPERS; id++) {
            if (okobpf_helpers[id].name
                && !strcmp(name + n, okobpf_helpers[id].name)) {
                return id;
            }
        }
    }
    return 0;
}
