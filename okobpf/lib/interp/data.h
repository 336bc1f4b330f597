/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the interpreter's steps do with data: memory, arithmetic as the RFC
 * defines it, atomics, the packet and maps. */

#ifndef OKOBPF_INTERP_DATA_H
#define OKOBPF_INTERP_DATA_H 1

#include "image.h"
#include "maps/map.h"

#if defined __SANITIZE_THREAD__
#define TSAN 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#endif

/* Programs of several threads share values of maps, and race for them as
 * their authors chose to: ThreadSanitizer must only judge the library. */
#ifdef TSAN
#define PROGRAM_MEMORY __attribute__((__no_sanitize__("thread"), __noinline__))
#else
#define PROGRAM_MEMORY inline
#endif

/* Packets may be read at any alignment. */
struct unaligned_16 { uint16_t x; } __attribute__((__packed__));
struct unaligned_32 { uint32_t x; } __attribute__((__packed__));
struct unaligned_64 { uint64_t x; } __attribute__((__packed__));

#define DEFINE_ACCESS(BITS, TYPE)                                       \
    static PROGRAM_MEMORY uint##BITS##_t                                \
    load_##BITS(uint64_t addr)                                          \
    {                                                                   \
        return ((const volatile TYPE *) (uintptr_t) addr)->x;           \
    }                                                                   \
                                                                        \
    static PROGRAM_MEMORY void                                          \
    store_##BITS(uint64_t addr, uint##BITS##_t x)                       \
    {                                                                   \
        ((volatile TYPE *) (uintptr_t) addr)->x = x;                    \
    }
struct unaligned_8 { uint8_t x; };
DEFINE_ACCESS(8, struct unaligned_8)
DEFINE_ACCESS(16, struct unaligned_16)
DEFINE_ACCESS(32, struct unaligned_32)
DEFINE_ACCESS(64, struct unaligned_64)

/* Division as the RFC defines it: never undefined. */

static inline uint64_t
div_u64(uint64_t a, uint64_t b)
{
    return b ? a / b : 0;
}

static inline uint64_t
mod_u64(uint64_t a, uint64_t b)
{
    return b ? a % b : a;
}

static inline uint64_t
div_s64(uint64_t a, uint64_t b)
{
    return (!b ? 0
            : b == UINT64_MAX ? -a
            : (uint64_t) ((int64_t) a / (int64_t) b));
}

static inline uint64_t
mod_s64(uint64_t a, uint64_t b)
{
    return (!b ? a
            : b == UINT64_MAX ? 0
            : (uint64_t) ((int64_t) a % (int64_t) b));
}

static inline uint32_t
div_u32(uint32_t a, uint32_t b)
{
    return b ? a / b : 0;
}

static inline uint32_t
mod_u32(uint32_t a, uint32_t b)
{
    return b ? a % b : a;
}

static inline uint32_t
div_s32(uint32_t a, uint32_t b)
{
    return (!b ? 0
            : b == UINT32_MAX ? -a
            : (uint32_t) ((int32_t) a / (int32_t) b));
}

static inline uint32_t
mod_s32(uint32_t a, uint32_t b)
{
    return (!b ? a
            : b == UINT32_MAX ? 0
            : (uint32_t) ((int32_t) a % (int32_t) b));
}

static inline uint64_t
sign_extend(uint64_t x, int bits)
{
    return (bits == 8 ? (uint64_t) (int8_t) x
            : bits == 16 ? (uint64_t) (int16_t) x
            : bits == 32 ? (uint64_t) (int32_t) x
            : x);
}

static inline uint64_t
swap_bytes(uint64_t x, int bits)
{
    return (bits == 16 ? __builtin_bswap16(x)
            : bits == 32 ? __builtin_bswap32(x)
            : __builtin_bswap64(x));
}

static inline uint64_t
truncate_bits(uint64_t x, int bits)
{
    return bits == 16 ? (uint16_t) x : bits == 32 ? (uint32_t) x : x;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define to_le truncate_bits
#define to_be swap_bytes
#else
#define to_le swap_bytes
#define to_be truncate_bits
#endif

/* Atomics.  Returns true if 'imm' is an operation. */

#define DEFINE_ATOMIC(BITS)                                             \
    static bool                                                         \
    atomic_##BITS(uint64_t addr, int32_t imm, uint64_t *src,            \
                  uint64_t *r0)                                         \
    {                                                                   \
        uint##BITS##_t *p = (void *) (uintptr_t) addr;                  \
        uint##BITS##_t x = *src;                                        \
        uint##BITS##_t old;                                             \
                                                                        \
        switch (imm) {                                                  \
        case BPF_ADD:                                                   \
        case BPF_ADD | BPF_FETCH:                                       \
            old = __atomic_fetch_add(p, x, __ATOMIC_SEQ_CST);           \
            break;                                                      \
        case BPF_OR:                                                    \
        case BPF_OR | BPF_FETCH:                                        \
            old = __atomic_fetch_or(p, x, __ATOMIC_SEQ_CST);            \
            break;                                                      \
        case BPF_AND:                                                   \
        case BPF_AND | BPF_FETCH:                                       \
            old = __atomic_fetch_and(p, x, __ATOMIC_SEQ_CST);           \
            break;                                                      \
        case BPF_XOR:                                                   \
        case BPF_XOR | BPF_FETCH:                                       \
            old = __atomic_fetch_xor(p, x, __ATOMIC_SEQ_CST);           \
            break;                                                      \
        case BPF_XCHG:                                                  \
            old = __atomic_exchange_n(p, x, __ATOMIC_SEQ_CST);          \
            break;                                                      \
        case BPF_CMPXCHG:                                               \
            old = *r0;                                                  \
            __atomic_compare_exchange_n(p, &old, x, false,              \
                                        __ATOMIC_SEQ_CST,               \
                                        __ATOMIC_SEQ_CST);              \
            *r0 = old;                                                  \
            return true;                                                \
        default:                                                        \
            return false;                                               \
        }                                                               \
        if (imm & BPF_FETCH) {                                          \
            *src = old;                                                 \
        }                                                               \
        return true;                                                    \
    }
DEFINE_ATOMIC(32)
DEFINE_ATOMIC(64)

/* The packet, for legacy access.  Returns false if out of bounds. */
static bool
load_packet(const struct okobpf_env *env, uint64_t ofs, int size,
            uint64_t *r0)
{
    uint64_t addr = env->ctx.data + ofs;

    if (ofs > env->ctx.pkt_len || (uint64_t) size > env->ctx.pkt_len - ofs) {
        return false;
    }
    *r0 = (size == 1 ? load_8(addr)
           : size == 2 ? to_be(load_16(addr), 16)
           : to_be(load_32(addr), 32));
    return true;
}

/* Does what the helper would do. */
static inline uint64_t
lookup(uint64_t r1, uint64_t r2, const struct okobpf_env *env)
{
    struct okobpf_map *map = (void *) (uintptr_t) r1;
    const void *key = (const void *) (uintptr_t) r2;
    void *value;

    if (map->ops == &okobpf_map_array_ops) {
        const struct map_array *array = (const struct map_array *) map;
        uint32_t index = load_32(r2);

        value = (index < map->info.max_entries
                 ? array->values + index * array->stride : NULL);
    } else {
        value = map->ops->lookup(map, key, env->ctx.slot);
    }
    return (uintptr_t) value;
}

#endif /* data.h */
