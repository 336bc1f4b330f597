/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#ifndef OKO_FILTER_H
#define OKO_FILTER_H 1

/* What a BPF filter program needs of Oko.
 *
 * A program comes in one of two forms.  The first takes the packet and its
 * length and is the first function in the object:
 *
 *     uint64_t
 *     entry(const void *pkt, uint64_t pkt_len)
 *     {
 *         return pkt_len > 100;
 *     }
 *
 * The second takes a context and is placed with SEC("filter"):
 *
 *     SEC("filter") uint64_t
 *     long_packets(const struct oko_ctx *ctx)
 *     {
 *         return ctx->pkt_len > 100;
 *     }
 *
 * The packet begins with its Ethernet header and can't be written.  A nonzero
 * result means that the packet matches the OpenFlow rule that names the
 * program (filter_prog=ID), zero that it doesn't.
 *
 * Compile with "oko compile", "inv bpf.compile" or
 * oko_py.compile(). */

#include "types.h"

/* Places a function or variable in the ELF section NAME and keeps it even if
 * nothing in the program refers to it. */
#define SEC(NAME) __attribute__((section(NAME), used))

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif

/* There is no C library.  These are for sizes that are known at compile time,
 * of which the compiler makes the code in place; other sizes, which must be
 * bounded, take a loop over the bytes. */

static __always_inline void *
oko_memcpy(void *to, const void *from, uint64_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    uint64_t i;

    if (__builtin_constant_p(n)) {
        /* The compiler does no more than some 100 bytes in place at once. */
        for (i = 0; i + 64 <= n; i += 64) {
            __builtin_memcpy(t + i, f + i, 64);
            __asm__ volatile("" : : : "memory");
        }
        __builtin_memcpy(t + n / 64 * 64, f + n / 64 * 64, n % 64);
    } else {
        for (i = 0; i < n; i++) {
            t[i] = f[i];
            __asm__ volatile("" : : : "memory");
        }
    }
    return to;
}

static __always_inline void *
oko_memset(void *to, int byte, uint64_t n)
{
    uint8_t *t = to;
    uint64_t i;

    if (__builtin_constant_p(n)) {
        for (i = 0; i + 64 <= n; i += 64) {
            __builtin_memset(t + i, byte, 64);
            __asm__ volatile("" : : : "memory");
        }
        __builtin_memset(t + n / 64 * 64, byte, n % 64);
    } else {
        for (i = 0; i < n; i++) {
            t[i] = byte;
            __asm__ volatile("" : : : "memory");
        }
    }
    return to;
}

/* Returns a number below, equal to or above 0 as the first byte of 'a' that
 * differs from that of 'b' is less or greater, if any. */
static __always_inline int
oko_memcmp(const void *a, const void *b, uint64_t n)
{
    const uint8_t *x = a;
    const uint8_t *y = b;
    int difference = 0;

    for (uint64_t i = 0; i < n && !difference; i++) {
        difference = x[i] - y[i];

        /* Or compilers make a call of memcmp() of this again. */
        __asm__ volatile("" : "+r"(difference));
    }
    return difference;
}

#define memcpy(TO, FROM, SIZE)                                              \
    (__builtin_constant_p(SIZE) && (SIZE) <= 64                             \
     ? __builtin_memcpy(TO, FROM, SIZE) : oko_memcpy(TO, FROM, SIZE))
#define memset(TO, BYTE, SIZE)                                              \
    (__builtin_constant_p(SIZE) && (SIZE) <= 64                             \
     ? __builtin_memset(TO, BYTE, SIZE) : oko_memset(TO, BYTE, SIZE))
#define memcmp(A, B, SIZE) oko_memcmp(A, B, SIZE)
#define __builtin_memcmp(A, B, SIZE) oko_memcmp(A, B, SIZE)
#define bcmp(A, B, SIZE) oko_memcmp(A, B, SIZE)
#define __builtin_bcmp(A, B, SIZE) oko_memcmp(A, B, SIZE)

/* Tells the switch that the object was made for it, not for Linux, where the
 * same instructions mean something else. */
#ifndef OKO_MARK__
#define OKO_MARK__ "filter"
#endif
static const char oko_mark__[] SEC(".oko") = OKO_MARK__;

/* Context of a program of the second form.  Read-only.
 *
 * It grows only at the end, so that compiled programs stay good. */
struct oko_ctx {
    uint64_t data;              /* Address of the first byte of the packet. */
    uint64_t data_end;          /* Address just past the last byte. */
    uint32_t in_port;           /* OpenFlow port: 65534 is the local port,
                                 * 65533 the controller, 65535 none. */
    uint32_t pkt_len;           /* data_end - data, in bytes. */
    uint32_t packet_type;       /* OpenFlow packet type, 0 for Ethernet. */
    uint16_t l3_ofs;            /* Offset of L3 header, UINT16_MAX if none. */
    uint16_t l4_ofs;            /* Offset of L4 header, UINT16_MAX if none. */
    uint64_t now_ns;            /* Monotonic time of the batch, in ns. */
    uint32_t hash;              /* Packet hash, 0 if not known. */
    uint32_t slot;              /* Index of the running core's slot. */
};

/* First byte of the packet, and just past the last.  Before it reads, a
 * program must compare the end of what it reads with oko_data_end(). */
static __always_inline const void *
oko_data(const struct oko_ctx *ctx)
{
    return (const void *) ctx->data;
}

static __always_inline const void *
oko_data_end(const struct oko_ctx *ctx)
{
    return (const void *) ctx->data_end;
}

/* Maps. */

enum oko_map_type {
    OKO_MAP_ARRAY = 1,          /* Key: 32-bit index.  All entries exist. */
    OKO_MAP_BLOOM = 2,          /* Bloom filter. */
    OKO_MAP_COUNTMIN = 3,       /* Count-min sketch. */
    OKO_MAP_HASH = 4,
    OKO_MAP_PERCPU_ARRAY = 5,   /* A value for each core, summed in dumps. */
    OKO_MAP_PERCPU_HASH = 6,
    OKO_MAP_LRU_HASH = 7,       /* Never full: an insertion evicts an entry
                                 * that was not looked up of late. */
    OKO_MAP_LPM_TRIE = 8,       /* Longest prefix match.  Key: a 32-bit number
                                 * of bits, then bytes of which so many bits
                                 * count: see 'struct ipv4_prefix'. */
    OKO_MAP_RING = 9,           /* Events for the host: see OKO_RING(). */
};

/* Definition of a map, as it stands in the object: 20 bytes. */
struct oko_map_def {
    uint32_t type;              /* enum oko_map_type. */
    uint32_t key_size;          /* Bytes. */
    uint32_t value_size;        /* Bytes. */
    uint32_t max_entries;
    uint32_t nb_hash_functions; /* OKO_MAP_BLOOM and OKO_MAP_COUNTMIN only. */
};

/* Defines the map NAME of kind TYPE (an enum oko_map_type) with keys of type
 * KEY, values of type VALUE and room for MAX_ENTRIES entries.
 *
 * The second variable holds nothing.  It carries the types of keys and values
 * into the object's BTF (with clang's -g), by a convention that all versions
 * of clang keep, so that tools can print and take them by their names. */
#define OKO_MAP(NAME, TYPE, KEY, VALUE, MAX_ENTRIES)                        \
    OKO_MAP__(NAME, TYPE, KEY, VALUE, MAX_ENTRIES, 0)

/* Defines a ring that takes N_EVENTS events of type EVENT, or of fewer bytes,
 * until the host fetches them. */
#define OKO_RING(NAME, EVENT, N_EVENTS)                                     \
    OKO_MAP__(NAME, OKO_MAP_RING, uint32_t, EVENT, N_EVENTS, 0)

/* Defines a Bloom filter or count-min sketch of items of type ITEM. */
#define OKO_SKETCH(NAME, TYPE, ITEM, VALUE, MAX_ENTRIES, N_HASH)            \
    OKO_MAP__(NAME, TYPE, ITEM, VALUE, MAX_ENTRIES, N_HASH)

#define OKO_MAP__(NAME, TYPE, KEY, VALUE, MAX_ENTRIES, N_HASH)              \
    struct ____btf_map_##NAME {                                             \
        KEY key;                                                            \
        VALUE value;                                                        \
    };                                                                      \
    struct ____btf_map_##NAME                                               \
    __attribute__((section(".maps." #NAME), used)) ____btf_map_##NAME;      \
    struct oko_map_def SEC("maps") NAME = {                                 \
        .type = (TYPE),                                                     \
        .key_size = sizeof(KEY),                                            \
        .value_size = sizeof(VALUE),                                        \
        .max_entries = (MAX_ENTRIES),                                       \
        .nb_hash_functions = (N_HASH),                                      \
    }

enum oko_map_flags {
    OKO_ANY = 0,                /* Create or update. */
    OKO_NOEXIST = 1,            /* Create only. */
    OKO_EXIST = 2,              /* Update only. */
};

/* Helper functions: their addresses are their numbers.
 *
 * Keys, values and items point to as many readable bytes as the map's
 * definition says. */

/* Returns the value of 'key' in 'map', or NULL.  The program may read and
 * write the value in place, once it has checked for NULL. */
static void *(*const oko_map_lookup)(const void *map, const void *key)
    = (void *) 1;

/* Creates or overwrites the value of 'key'.  Returns 0, or a negative number
 * if the map is full, memory is short, or the key is out of range. */
static int (*const oko_map_update)(const void *map, const void *key,
                                   const void *value) = (void *) 2;

/* Removes 'key'.  Returns 0, or a negative number if it isn't there. */
static int (*const oko_map_delete)(const void *map, const void *key)
    = (void *) 3;

/* Adds 'item' to a Bloom filter or count-min sketch. */
static int (*const oko_map_add)(const void *map, const void *item)
    = (void *) 4;

/* Returns a monotonic time in nanoseconds, that of the batch of packets. */
static uint64_t (*const oko_time_get_ns)(void) = (void *) 5;

/* Returns a hash of the 'len' bytes at 'data', of which all bits are equally
 * good.
 *
 * The same bytes have the same hash in all programs, maps and runs of one
 * process of the switch, so that a program may store hashes in maps and
 * compare them with those of other programs, or of the one that it replaces.
 * In another process, and after a restart, they have another hash, which
 * nobody outside can tell beforehand: it depends on a secret, so that senders
 * can't choose bytes that collide.  With 32 bits, some do by chance. */
static uint32_t (*const oko_hash)(const void *data, uint64_t len)
    = (void *) 6;

/* Writes a line to the switch's log, rate-limited.  See oko_printf(). */
static int (*const oko_printf_)(const char *fmt, ...) = (void *) 7;

/* Returns the index of the running core's slot, as in 'struct oko_ctx'. */
static uint32_t (*const oko_get_slot)(void) = (void *) 8;

/* Copies the 'len' bytes at offset 'ofs' of the packet to 'to', a place on
 * the stack.  Returns 0, or -1 if the packet is shorter. */
static int (*const oko_load_bytes)(uint64_t ofs, void *to, uint64_t len)
    = (void *) 9;

/* Returns a random number, for samples of packets: who sees many can tell
 * which one is next. */
static uint32_t (*const oko_random)(void) = (void *) 10;

/* Returns 'seed', a sum of the Internet checksum, once the 'from_size' bytes
 * at 'from' have become the 'to_size' bytes at 'to'; either may be NULL, with
 * size 0.  The sum has 32 bits, to be folded to 16 and inverted.  Sizes must
 * be multiples of 4: otherwise, returns a negative number. */
static int64_t (*const oko_csum_diff)(const void *from, uint64_t from_size,
                                      const void *to, uint64_t to_size,
                                      uint32_t seed) = (void *) 11;

/* As oko_map_update(), with one of enum oko_map_flags: returns a negative
 * number, too, if OKO_NOEXIST was given and 'key' is there, or OKO_EXIST and
 * it is not. */
static int (*const oko_map_update_flags)(const void *map, const void *key,
                                         const void *value, uint64_t flags)
    = (void *) 12;

/* Puts a copy of the 'size' bytes at 'event' into 'ring', a map defined by
 * OKO_RING(), whose events have at least that many.  Returns 0, or a negative
 * number if the ring is full: then the event is lost, and counted as such. */
static int (*const oko_ring_output)(const void *ring, const void *event,
                                    uint64_t size) = (void *) 13;

/* Prints FMT, a string literal, with up to four integers. */
#define oko_printf(FMT, ...)                                                \
    ({                                                                      \
        static const char fmt__[] = FMT;                                    \
        oko_printf_(fmt__, ##__VA_ARGS__);                                  \
    })

#endif /* oko/filter.h */
