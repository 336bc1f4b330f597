/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Programs that do as much as they may: "okobpf-bench work" runs them to
 * compare what the verifier charges with the time that passes.  Each is
 * compiled by itself, with WORK_name defined.
 *
 * Data are chosen such that the processor can neither foresee branches nor
 * have memory at hand: by a number that is another in each run. */

#include <oko/filter.h>

#define ROUNDS(N) \
    _Pragma("clang loop unroll(disable)") for (uint32_t i = 0; i < (N); i++)

/* A random number's successor. */
static __always_inline uint64_t
next(uint64_t x)
{
    return x * 6364136223846793005ULL + 1442695040888963407ULL;
}

/* Random access to a variable of SIZE bytes. */
#define MEMORY(SIZE, N)                                                 \
    static uint64_t words[(SIZE) / 8];                                  \
                                                                        \
    SEC("filter") uint64_t                                              \
    work(const struct oko_ctx *ctx)                                     \
    {                                                                   \
        uint64_t x = ctx->now_ns;                                       \
                                                                        \
        ROUNDS (N) {                                                    \
            x = next(x + words[x >> 40 & ((SIZE) / 8 - 1)]);            \
            words[x >> 40 & ((SIZE) / 8 - 1)] = 1;                      \
        }                                                               \
        return x;                                                       \
    }

/* A program that does something N times, with a random number 'x'. */
#define REPEAT(N, ...)                                                  \
    SEC("filter") uint64_t                                              \
    work(const struct oko_ctx *ctx)                                     \
    {                                                                   \
        uint64_t x = ctx->now_ns;                                       \
        uint64_t sum = 0;                                               \
                                                                        \
        ROUNDS (N) {                                                    \
            x = next(x + sum);                                          \
            __VA_ARGS__                                                 \
        }                                                               \
        return sum + x;                                                 \
    }

#define LOOKUP(KEY)                                                     \
    {                                                                   \
        uint64_t *value = oko_map_lookup(&m, KEY);                      \
                                                                        \
        sum += value ? *value : 1;                                      \
    }

#define KEYED(TYPE, ENTRIES, N, BODY)                                   \
    OKO_MAP(m, TYPE, uint64_t, uint64_t, ENTRIES);                      \
    REPEAT(N, uint64_t k = (x >> 33) % (ENTRIES * 2); BODY)

/* Keys of SIZE bytes. */
#define LARGE(TYPE, SIZE, ENTRIES, N, BODY)                             \
    struct key { uint64_t w[(SIZE) / 8]; };                             \
    OKO_MAP(m, TYPE, struct key, uint64_t, ENTRIES);                    \
    static struct key key;                                              \
    REPEAT(N, key.w[0] = (x >> 33) % (ENTRIES * 2); BODY)

#if defined WORK_alu
#define STEP x = (x * 3 ^ x >> 7) + i;
REPEAT(5500, STEP STEP STEP STEP STEP STEP STEP STEP)

#elif defined WORK_divide
REPEAT(2500, sum += 0x123456789abcdefULL / ((x >> 40) + 1);
       sum += 0xfedcba987654321ULL % ((x >> 33) + 1); sum += x / (sum | 1);)

#elif defined WORK_branches
#define BIT(N) if (x & 1ULL << N) { sum += i ^ N; } else { sum ^= x + N; }
REPEAT(300, BIT(63) BIT(62) BIT(61) BIT(60) BIT(59) BIT(58) BIT(57) BIT(56)
       BIT(55) BIT(54) BIT(53) BIT(52) BIT(51) BIT(50) BIT(49) BIT(48))

#elif defined WORK_calls
static __noinline uint64_t
function(uint64_t x, uint64_t y)
{
    return x ^ y * 3;
}
REPEAT(16000, sum = function(sum, x); sum = function(x, sum);)

#elif defined WORK_stack
REPEAT(12000, uint64_t a[8]; __builtin_memset(a, 0, sizeof a);
       a[x >> 61] = x; sum += a[x >> 58 & 7];)

#elif defined WORK_packet
SEC("filter") uint64_t
work(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    uint64_t x = ctx->now_ns;

    if (data + 1024 > end) {
        return 0;
    }
    ROUNDS (25000) {
        x = next(x + data[x >> 54]);
    }
    return x;
}

#elif defined WORK_legacy_loads
uint64_t load_word(void *skb, uint64_t ofs) asm("llvm.bpf.load.word");
SEC("filter") uint64_t
work(const struct oko_ctx *ctx)
{
    uint64_t x = ctx->now_ns;

    ROUNDS (20000) {
        x = next(x + load_word((void *) ctx, x >> 54));
    }
    return x;
}

#elif defined WORK_memory_16k
MEMORY(16 * 1024, 20000)
#elif defined WORK_memory_256k
MEMORY(256 * 1024, 15000)
#elif defined WORK_memory_4m
MEMORY(4 * 1024 * 1024, 8000)
#elif defined WORK_memory_32m
MEMORY(32 * 1024 * 1024, 3000)

#elif defined WORK_atomic
static uint64_t words[256 * 1024];
REPEAT(5000, __sync_fetch_and_add(&words[x >> 46], i);)

#elif defined WORK_hash_1
static uint64_t data[1024];
REPEAT(15000, data[0] = x; sum += oko_hash(data, (x >> 63) + 1);)
#elif defined WORK_hash_64
static uint64_t data[1024];
REPEAT(12000, data[0] = x; sum += oko_hash(data, 64);)
#elif defined WORK_hash_8k
static uint64_t data[1024];
REPEAT(400, data[0] = x; sum += oko_hash(data, sizeof data);)
#elif defined WORK_hash_2m
static uint64_t data[256 * 1024];
REPEAT(1, data[0] = x; sum += oko_hash(data, sizeof data);)

#elif defined WORK_csum
static uint32_t data[128];
REPEAT(4000, data[0] = x; sum += oko_csum_diff(NULL, 0, data, sizeof data, x);)
#elif defined WORK_random
REPEAT(15000, sum += oko_random();)

#elif defined WORK_load_bytes_1
REPEAT(15000, uint8_t b; oko_load_bytes(x >> 54, &b, 1); sum += b;)
#elif defined WORK_load_bytes_256
REPEAT(8000, uint64_t b[32]; oko_load_bytes(x >> 58, b, 256); sum += b[0];)

#elif defined WORK_printf
REPEAT(200, oko_printf("x %lu y %lx i %d z %u", x, ~x, i, x);)

#elif defined WORK_array
OKO_MAP(m, OKO_MAP_ARRAY, uint32_t, uint64_t, 1 << 22);
REPEAT(2000, uint32_t k = x >> 42; LOOKUP(&k))
#elif defined WORK_array_small
OKO_MAP(m, OKO_MAP_ARRAY, uint32_t, uint64_t, 1 << 10);
REPEAT(2000, uint32_t k = x >> 54; LOOKUP(&k))
#elif defined WORK_array_update
struct value { uint64_t w[512]; };
OKO_MAP(m, OKO_MAP_ARRAY, uint32_t, struct value, 1 << 10);
static struct value value;
REPEAT(700, uint32_t k = x >> 54; sum += oko_map_update(&m, &k, &value);)

#elif defined WORK_hash_map_small
KEYED(OKO_MAP_HASH, 128, 2000, LOOKUP(&k))
#elif defined WORK_hash_map_64k
KEYED(OKO_MAP_HASH, 65536, 1800, LOOKUP(&k))
#elif defined WORK_hash_map_400k
KEYED(OKO_MAP_HASH, 400000, 1800, LOOKUP(&k))
#elif defined WORK_hash_map_key_64
LARGE(OKO_MAP_HASH, 64, 65536, 1500, LOOKUP(&key))
#elif defined WORK_hash_map_key_16k
LARGE(OKO_MAP_HASH, 16384, 128, 80, LOOKUP(&key))
#elif defined WORK_hash_map_update
KEYED(OKO_MAP_HASH, 65536, 900, sum += oko_map_update(&m, &k, &x);)
#elif defined WORK_hash_map_change
KEYED(OKO_MAP_HASH, 65536, 400, sum += oko_map_update(&m, &k, &x);
      k = (x >> 20) % 131072; sum += oko_map_delete(&m, &k);)
#elif defined WORK_hash_map_change_small
KEYED(OKO_MAP_HASH, 128, 1500, sum += oko_map_update(&m, &k, &x);
      k = (x >> 20) % 256; sum += oko_map_delete(&m, &k);)

#elif defined WORK_lru
KEYED(OKO_MAP_LRU_HASH, 65536, 1800, LOOKUP(&k))
#elif defined WORK_lru_update
KEYED(OKO_MAP_LRU_HASH, 65536, 700, sum += oko_map_update(&m, &k, &x);)
#elif defined WORK_lru_update_small
KEYED(OKO_MAP_LRU_HASH, 128, 2000, sum += oko_map_update(&m, &k, &x);)
#elif defined WORK_lru_change
KEYED(OKO_MAP_LRU_HASH, 300000, 300, sum += oko_map_update(&m, &k, &x);
      k = (x >> 20) % 600000; sum += oko_map_delete(&m, &k);)

#elif defined WORK_lpm
struct key { uint32_t len; uint32_t addr; };
OKO_MAP(m, OKO_MAP_LPM_TRIE, struct key, uint64_t, 300000);
REPEAT(200, struct key k = { 32, x >> 32 }; LOOKUP(&k))
#elif defined WORK_lpm_small
struct key { uint32_t len; uint32_t addr; };
OKO_MAP(m, OKO_MAP_LPM_TRIE, struct key, uint64_t, 64);
REPEAT(3000, struct key k = { 32, x >> 58 }; LOOKUP(&k))
#elif defined WORK_lpm_16
struct key { uint32_t len; uint32_t addr[4]; };
OKO_MAP(m, OKO_MAP_LPM_TRIE, struct key, uint64_t, 200000);
static struct key k;
REPEAT(50, k.len = 128; k.addr[0] = x >> 32; LOOKUP(&k))
#elif defined WORK_lpm_update
struct key { uint32_t len; uint32_t addr; };
OKO_MAP(m, OKO_MAP_LPM_TRIE, struct key, uint64_t, 100000);
REPEAT(80, struct key k = { x >> 20 & 31, x >> 32 };
       sum += oko_map_update(&m, &k, &x);
       k.addr = x >> 12; sum += oko_map_delete(&m, &k);)

#elif defined WORK_bloom
OKO_SKETCH(m, OKO_MAP_BLOOM, uint64_t, uint32_t, 1 << 20, 16);
REPEAT(300, uint32_t *value = oko_map_lookup(&m, &x);
       sum += value ? *value : 1; sum += oko_map_add(&m, &x);)
#elif defined WORK_countmin
OKO_SKETCH(m, OKO_MAP_COUNTMIN, uint64_t, uint32_t, 1 << 19, 16);
REPEAT(200, uint32_t *value = oko_map_lookup(&m, &x);
       sum += value ? *value : 1; sum += oko_map_add(&m, &x);)
#else
#error "define WORK_name"
#endif
