/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the BPF programs of the tests share. */

#ifndef OKOBPF_TESTS_PROG_H
#define OKOBPF_TESTS_PROG_H 1

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SECTION(NAME) __attribute__((section(NAME), used))
#define NOINLINE __attribute__((noinline))

struct map_def {
    u32 type;
    u32 key_size;
    u32 value_size;
    u32 max_entries;
    u32 nb_hash_functions;
};

enum { ARRAY = 1, BLOOM = 2, COUNTMIN = 3, HASH = 4, PERCPU_ARRAY = 5,
       PERCPU_HASH = 6, LRU_HASH = 7, LPM_TRIE = 8, RING = 9 };

struct ctx {
    u64 data, data_end;
    u32 in_port, pkt_len, packet_type;
    u16 l3_ofs, l4_ofs;
    u64 now_ns;
    u32 hash, slot;
};

/* As the headers of the original declare them. */
#define HELPER static __attribute__((unused))
HELPER void *(*map_lookup)(const void *, const void *) = (void *) 1;
HELPER int (*map_update)(const void *, const void *, const void *)
    = (void *) 2;
HELPER int (*map_delete)(const void *, const void *) = (void *) 3;
HELPER int (*map_add)(const void *, const void *) = (void *) 4;
HELPER u64 (*time_get_ns)(void) = (void *) 5;
HELPER u32 (*hash)(const void *, u64) = (void *) 6;
HELPER int (*print)(const char *, ...) = (void *) 7;
HELPER u32 (*get_slot)(void) = (void *) 8;
HELPER int (*map_update_flags)(const void *, const void *, const void *, u64)
    = (void *) 12;
HELPER int (*ring_output)(const void *, const void *, u64) = (void *) 13;
HELPER int (*load_bytes)(u64, void *, u64) = (void *) 9;

#endif /* tests/progs/prog.h */
