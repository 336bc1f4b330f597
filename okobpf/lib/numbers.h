/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What programs, hosts and the runtime know each other's things by: each list
 * stands here, and is made into enums, names and tables where these are.
 * Programs' headers and oko_py have copies, which a test compares with this.
 *
 * A number, once given, keeps its meaning: lists grow at their ends. */

#ifndef OKOBPF_NUMBERS_H
#define OKOBPF_NUMBERS_H 1

/* Kinds of maps: KIND(ID, NUMBER, NAME).  The operations of a kind are
 * 'map_NAME_ops'. */
#define OKOBPF_MAP_KINDS(KIND)                                              \
    KIND(ARRAY, 1, array)                                                   \
    KIND(BLOOM, 2, bloom)                                                   \
    KIND(COUNTMIN, 3, countmin)                                             \
    KIND(HASH, 4, hash)                                                     \
    KIND(PERCPU_ARRAY, 5, percpu_array)                                     \
    KIND(PERCPU_HASH, 6, percpu_hash)                                       \
    KIND(LRU_HASH, 7, lru_hash)                                             \
    KIND(LPM_TRIE, 8, lpm_trie)                                             \
    KIND(RING, 9, ring)

/* Helper functions: HELPER(ID, NUMBER, NAME).  Programs call a helper by its
 * number, for which their headers have a pointer to a function; what it is in
 * C is helper_NAME() in helpers.c. */
#define OKOBPF_HELPERS(HELPER)                                              \
    /* void *(map, const void *key) */                                      \
    HELPER(MAP_LOOKUP, 1, map_lookup)                                       \
    /* int (map, const void *key, const void *value) */                     \
    HELPER(MAP_UPDATE, 2, map_update)                                       \
    /* int (map, const void *key) */                                        \
    HELPER(MAP_DELETE, 3, map_delete)                                       \
    /* int (map, const void *item) */                                       \
    HELPER(MAP_ADD, 4, map_add)                                             \
    /* u64 (void) */                                                        \
    HELPER(TIME_GET_NS, 5, time_get_ns)                                     \
    /* u32 (const void *, u64 len) */                                       \
    HELPER(HASH, 6, hash)                                                   \
    /* int (const char *fmt, u64 a, u64 b, u64 c, u64 d) */                 \
    HELPER(PRINTF, 7, printf)                                               \
    /* u32 (void) */                                                        \
    HELPER(GET_SLOT, 8, get_slot)                                           \
    /* int (u64 ofs, void *to, u64 len): from the packet; 0, or -1 if out   \
     * of bounds. */                                                        \
    HELPER(LOAD_BYTES, 9, load_bytes)                                       \
    /* u32 (void) */                                                        \
    HELPER(RANDOM, 10, random)                                              \
    /* s64 (const void *from, u64 from_size, const void *to, u64 to_size,   \
     *      u32 seed) */                                                    \
    HELPER(CSUM_DIFF, 11, csum_diff)                                        \
    /* int (map, const void *key, const void *value, u64 flags) */          \
    HELPER(MAP_UPDATE_FLAGS, 12, map_update_flags)                          \
    /* int (map, const void *event, u64 size) */                            \
    HELPER(RING_OUTPUT, 13, ring_output)

/* Members of the context, 'struct oko_ctx', in order: FIELD(NAME). */
#define OKOBPF_CTX_FIELDS(FIELD)                                            \
    FIELD(data) FIELD(data_end) FIELD(in_port) FIELD(pkt_len)               \
    FIELD(packet_type) FIELD(l3_ofs) FIELD(l4_ofs) FIELD(now_ns)            \
    FIELD(hash) FIELD(slot)

#endif /* numbers.h */
