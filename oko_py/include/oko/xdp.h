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

#ifndef OKO_XDP_H
#define OKO_XDP_H 1

/* Lets programs for Linux's XDP be compiled for the switch, as they are:
 *
 *     oko compile prog.c
 *     clang -O2 -g -target bpf -I.../oko_py/include -include oko/xdp.h ...
 *
 * It stands in for <linux/bpf.h>, <bpf/bpf_helpers.h>, vmlinux.h and the
 * headers of network protocols, which may be included and are then empty.
 *
 * XDP_PASS, XDP_TX and XDP_REDIRECT match, that is, the packet goes where the
 * actions of the OpenFlow rule say.  XDP_DROP and XDP_ABORTED do not match.
 * Kinds of maps and helpers have the names that Linux gives them.  What the
 * switch does not have is an error where it is used. */

#ifdef OKO_FILTER_H
#error "For a program for XDP, include <oko/xdp.h> before <oko/filter.h>"
#endif
#define OKO_MARK__ "xdp"
#include "filter.h"
#include "byteorder.h"
#include "xdp-net.h"

/* What Linux's headers would define again. */
#define __LINUX_BPF_H__ 1
#define _UAPI__LINUX_BPF_H__ 1
#define __LINUX_BPF_COMMON_H__ 1
#define __BPF_HELPERS__ 1
#define __BPF_HELPERS_H 1
#define __BPF_HELPER_DEFS__ 1
#define __BPF_ENDIAN__ 1
#define __BPF_ENDIAN_H 1
#define __BPF_CORE_READ_H__ 1
#define __VMLINUX_H__ 1
#define __VMLINUX_H 1

#define OKO_NOT_HERE__(WHY) __attribute__((unavailable(WHY)))

/* Types as vmlinux.h has them. */
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

/* Definitions as <bpf/bpf_helpers.h> has them. */
#define __uint(NAME, VALUE) int (*NAME)[VALUE]
#define __type(NAME, TYPE) __typeof__(TYPE) *NAME
#define __array(NAME, TYPE) __typeof__(TYPE) *NAME[]
#ifndef __weak
#define __weak __attribute__((weak))
#endif
#define __hidden __attribute__((visibility("hidden")))
#define __ksym __attribute__((section(".ksyms")))
#define __kconfig __attribute__((section(".kconfig")))
#ifndef __always_unused
#define __always_unused __attribute__((unused))
#endif
#ifndef __maybe_unused
#define __maybe_unused __attribute__((unused))
#endif
#ifndef offsetof
#define offsetof(TYPE, MEMBER) __builtin_offsetof(TYPE, MEMBER)
#endif
#ifndef container_of
#define container_of(PTR, TYPE, MEMBER)                                     \
    ((TYPE *) ((char *) (PTR) - offsetof(TYPE, MEMBER)))
#endif
#ifndef barrier
#define barrier() __asm__ volatile("" ::: "memory")
#endif
#ifndef barrier_var
#define barrier_var(VAR) __asm__ volatile("" : "+r"(VAR))
#endif
#define __bpf_unreachable() __builtin_trap()
#define KERNEL_VERSION(A, B, C) (((A) << 16) + ((B) << 8) + (C))

enum libbpf_pin_type {
    LIBBPF_PIN_NONE = 0,
    LIBBPF_PIN_BY_NAME = 1,     /* One map for all programs of the bridge. */
};

/* The program.  Its result must be 0 to 4: anything else does not match. */

enum xdp_action {
    XDP_ABORTED = 0,
    XDP_DROP = 1,
    XDP_PASS = 2,
    XDP_TX = 3,
    XDP_REDIRECT = 4,
};

/* The switch's context, by Linux's names. */
struct xdp_md {
    union {
        __u64 data;             /* Address of the packet's first byte. */
        __u64 data_meta;        /* There are no metadata. */
    };
    __u64 data_end;
    __u32 ingress_ifindex;      /* OpenFlow port number. */
    __u32 oko_pkt_len;          /* data_end - data, in bytes. */
    __u32 oko_packet_type;
    __u16 oko_l3_ofs;
    __u16 oko_l4_ofs;
    __u64 oko_now_ns;
    __u32 oko_hash;
    __u32 rx_queue_index;       /* Index of the running core's slot. */
};

/* Maps. */

enum bpf_map_type {
    BPF_MAP_TYPE_ARRAY = OKO_MAP_ARRAY,
    BPF_MAP_TYPE_HASH = OKO_MAP_HASH,
    BPF_MAP_TYPE_PERCPU_ARRAY = OKO_MAP_PERCPU_ARRAY,
    BPF_MAP_TYPE_PERCPU_HASH = OKO_MAP_PERCPU_HASH,
    BPF_MAP_TYPE_LRU_HASH = OKO_MAP_LRU_HASH,
    BPF_MAP_TYPE_LPM_TRIE = OKO_MAP_LPM_TRIE,
#define OKO_NO_KIND__(NAME, NUMBER, WHY)                                    \
    BPF_MAP_TYPE_##NAME OKO_NOT_HERE__(WHY) = 1000 + NUMBER
#define OKO_NO_REDIRECT__                                                   \
    "return XDP_REDIRECT, which matches: the rule's actions say where to"
#define OKO_NO_EVENTS__                                                     \
    "the switch has no events: count in a map, or use bpf_printk()"
#define OKO_NO_TAIL_CALLS__                                                 \
    "the switch has no tail calls: call functions"
    OKO_NO_KIND__(LRU_PERCPU_HASH, 10,
                  "use BPF_MAP_TYPE_LRU_HASH, with atomic additions"),
    OKO_NO_KIND__(PROG_ARRAY, 3, OKO_NO_TAIL_CALLS__),
    OKO_NO_KIND__(PERF_EVENT_ARRAY, 4, OKO_NO_EVENTS__),
    OKO_NO_KIND__(RINGBUF, 27, OKO_NO_EVENTS__),
    OKO_NO_KIND__(USER_RINGBUF, 31, OKO_NO_EVENTS__),
    OKO_NO_KIND__(DEVMAP, 14, OKO_NO_REDIRECT__),
    OKO_NO_KIND__(DEVMAP_HASH, 25, OKO_NO_REDIRECT__),
    OKO_NO_KIND__(CPUMAP, 16, OKO_NO_REDIRECT__),
    OKO_NO_KIND__(XSKMAP, 17, OKO_NO_REDIRECT__),
    OKO_NO_KIND__(ARRAY_OF_MAPS, 12, "the switch has no maps of maps"),
    OKO_NO_KIND__(HASH_OF_MAPS, 13, "the switch has no maps of maps"),
    OKO_NO_KIND__(QUEUE, 22, "the switch has no queues"),
    OKO_NO_KIND__(STACK, 23, "the switch has no stacks"),
    OKO_NO_KIND__(BLOOM_FILTER, 30,
                  "use OKO_SKETCH(), OKO_MAP_BLOOM and oko_map_add()"),
};

/* A definition in section "maps", of before libbpf had types. */
struct bpf_map_def {
    unsigned int type;
    unsigned int key_size;
    unsigned int value_size;
    unsigned int max_entries;
    unsigned int map_flags;
};

enum {
    BPF_ANY = OKO_ANY,
    BPF_NOEXIST = OKO_NOEXIST,
    BPF_EXIST = OKO_EXIST,
    BPF_F_LOCK OKO_NOT_HERE__("change values by atomic instructions") = 4,

    /* Of map_flags.  Most mean nothing here. */
    BPF_F_NO_PREALLOC = 1U << 0,
    BPF_F_NO_COMMON_LRU = 1U << 1,
    BPF_F_NUMA_NODE = 1U << 2,
    BPF_F_RDONLY = 1U << 3,
    BPF_F_WRONLY = 1U << 4,
    BPF_F_RDONLY_PROG = 1U << 7,
    BPF_F_WRONLY_PROG = 1U << 8,
    BPF_F_MMAPABLE = 1U << 10,
};

/* The key of a BPF_MAP_TYPE_LPM_TRIE begins with a number of bits. */
struct bpf_lpm_trie_key {
    __u32 prefixlen;
    __u8 data[0];
};

/* What Linux's helpers return for the switch's result. */
static __always_inline long
oko_errno__(int result)
{
    return (result == 0 ? 0
            : result == -1 ? -2 /* ENOENT */
            : result == -2 ? -17 /* EEXIST */
            : result == -3 ? -7 /* E2BIG */
            : result == -10 ? -12 /* ENOMEM */
            : -22 /* EINVAL */);
}

static __always_inline void *
bpf_map_lookup_elem(const void *map, const void *key)
{
    return oko_map_lookup(map, key);
}

static __always_inline long
bpf_map_update_elem(const void *map, const void *key, const void *value,
                    __u64 flags)
{
    return oko_errno__(__builtin_constant_p(flags) && flags == BPF_ANY
                       ? oko_map_update(map, key, value)
                       : oko_map_update_flags(map, key, value, flags));
}

static __always_inline long
bpf_map_delete_elem(const void *map, const void *key)
{
    return oko_errno__(oko_map_delete(map, key));
}

/* Other helpers that the switch has. */

/* The time of the batch of packets. */
static __always_inline __u64
bpf_ktime_get_ns(void)
{
    return oko_time_get_ns();
}

static __always_inline __u64
bpf_ktime_get_boot_ns(void)
{
    return oko_time_get_ns();
}

static __always_inline __u64
bpf_ktime_get_coarse_ns(void)
{
    return oko_time_get_ns();
}

static __always_inline __u32
bpf_get_smp_processor_id(void)
{
    return oko_get_slot();
}

static __always_inline __u32
bpf_get_prandom_u32(void)
{
    return oko_random();
}

static __always_inline __s64
bpf_csum_diff(const void *from, __u32 from_size, const void *to, __u32 to_size,
              __u32 seed)
{
    return oko_csum_diff(from, from_size, to, to_size, seed);
}

static __always_inline long
bpf_xdp_load_bytes(const struct xdp_md *ctx, __u32 offset, void *buf,
                   __u32 len)
{
    (void) ctx;
    return oko_load_bytes(offset, buf, len) ? -22 /* EINVAL */ : 0;
}

static __always_inline __u64
bpf_xdp_get_buff_len(const struct xdp_md *ctx)
{
    return ctx->oko_pkt_len;
}

/* They write to the switch's log.  FMT is a literal, and what follows are up
 * to four integers. */
#define bpf_printk(FMT, ...) oko_printf(FMT, ##__VA_ARGS__)
#define bpf_trace_printk(FMT, SIZE, ...)                                    \
    ((void) (SIZE), oko_printf_(FMT, ##__VA_ARGS__))

/* What the switch does not have. */

#define OKO_NO_HELPER__(NAME, WHY) long NAME() OKO_NOT_HERE__(WHY)
#define OKO_NO_WRITES__                                                     \
    "programs of the switch decide and change no packets: the actions of "  \
    "rules do"
#define OKO_NO_LOCKS__                                                      \
    "the switch has no locks: change values by atomic instructions"
#define OKO_NO_KERNEL__                                                     \
    "there is no kernel around programs of the switch"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wstrict-prototypes"
#ifdef __clang__
#if __clang_major__ >= 15
#pragma clang diagnostic ignored "-Wdeprecated-non-prototype"
#endif
#endif

OKO_NO_HELPER__(bpf_xdp_adjust_head, OKO_NO_WRITES__);
OKO_NO_HELPER__(bpf_xdp_adjust_tail, OKO_NO_WRITES__);
OKO_NO_HELPER__(bpf_xdp_adjust_meta, OKO_NO_WRITES__);
OKO_NO_HELPER__(bpf_xdp_store_bytes, OKO_NO_WRITES__);
OKO_NO_HELPER__(bpf_redirect, OKO_NO_REDIRECT__);
OKO_NO_HELPER__(bpf_redirect_map, OKO_NO_REDIRECT__);
OKO_NO_HELPER__(bpf_redirect_peer, OKO_NO_REDIRECT__);
OKO_NO_HELPER__(bpf_redirect_neigh, OKO_NO_REDIRECT__);
OKO_NO_HELPER__(bpf_tail_call, OKO_NO_TAIL_CALLS__);
OKO_NO_HELPER__(bpf_tail_call_static, OKO_NO_TAIL_CALLS__);
OKO_NO_HELPER__(bpf_perf_event_output, OKO_NO_EVENTS__);
OKO_NO_HELPER__(bpf_ringbuf_output, OKO_NO_EVENTS__);
OKO_NO_HELPER__(bpf_ringbuf_discard, OKO_NO_EVENTS__);
OKO_NO_HELPER__(bpf_ringbuf_submit, OKO_NO_EVENTS__);
OKO_NO_HELPER__(bpf_ringbuf_query, OKO_NO_EVENTS__);
void *bpf_ringbuf_reserve() OKO_NOT_HERE__(OKO_NO_EVENTS__);
OKO_NO_HELPER__(bpf_map_push_elem, "the switch has no queues and stacks");
OKO_NO_HELPER__(bpf_map_pop_elem, "the switch has no queues and stacks");
OKO_NO_HELPER__(bpf_map_peek_elem, "the switch has no queues and stacks");
void *bpf_map_lookup_percpu_elem()
    OKO_NOT_HERE__("a program sees the values of its own core only");
OKO_NO_HELPER__(bpf_for_each_map_elem,
                "programs of the switch cannot walk through a map");
OKO_NO_HELPER__(bpf_loop, "write a loop with a constant bound");
OKO_NO_HELPER__(bpf_spin_lock, OKO_NO_LOCKS__);
OKO_NO_HELPER__(bpf_spin_unlock, OKO_NO_LOCKS__);
OKO_NO_HELPER__(bpf_timer_init, "the switch has no timers");
OKO_NO_HELPER__(bpf_timer_start, "the switch has no timers");
OKO_NO_HELPER__(bpf_fib_lookup, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_check_mtu, OKO_NO_KERNEL__);
void *bpf_sk_lookup_tcp() OKO_NOT_HERE__(OKO_NO_KERNEL__);
void *bpf_sk_lookup_udp() OKO_NOT_HERE__(OKO_NO_KERNEL__);
void *bpf_skc_lookup_tcp() OKO_NOT_HERE__(OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_sk_release, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_tcp_gen_syncookie, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_tcp_check_syncookie, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_probe_read, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_probe_read_kernel, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_probe_read_str, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_get_current_pid_tgid, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_get_current_comm, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_get_numa_node_id, OKO_NO_KERNEL__);
OKO_NO_HELPER__(bpf_jiffies64, "use bpf_ktime_get_ns()");
OKO_NO_HELPER__(bpf_ktime_get_tai_ns, "use bpf_ktime_get_ns()");
OKO_NO_HELPER__(bpf_snprintf, "use bpf_printk()");
OKO_NO_HELPER__(bpf_skb_load_bytes, "use bpf_xdp_load_bytes()");
OKO_NO_HELPER__(bpf_skb_store_bytes, OKO_NO_WRITES__);
OKO_NO_HELPER__(bpf_l3_csum_replace, OKO_NO_WRITES__);
OKO_NO_HELPER__(bpf_l4_csum_replace, OKO_NO_WRITES__);

#pragma clang diagnostic pop

struct __sk_buff; /* Not here: take struct xdp_md, or struct oko_ctx. */
struct bpf_spin_lock; /* Not here: change values by atomic instructions. */
struct bpf_timer; /* Not here: the switch has no timers. */

#endif /* oko/xdp.h */
