/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What numbers mean in Linux that mean something else here, or nothing: for
 * those who load what was made for it. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/linux-names.h"

#include <stddef.h>

static const struct {
    uint32_t number;
    const char *name;
} linux_helpers[] = {
    { 4, "bpf_probe_read" },
    { 5, "bpf_ktime_get_ns" },
    { 6, "bpf_trace_printk" },
    { 7, "bpf_get_prandom_u32" },
    { 8, "bpf_get_smp_processor_id" },
    { 9, "bpf_skb_store_bytes" },
    { 10, "bpf_l3_csum_replace" },
    { 11, "bpf_l4_csum_replace" },
    { 12, "bpf_tail_call" },
    { 13, "bpf_clone_redirect" },
    { 14, "bpf_get_current_pid_tgid" },
    { 15, "bpf_get_current_uid_gid" },
    { 16, "bpf_get_current_comm" },
    { 17, "bpf_get_cgroup_classid" },
    { 18, "bpf_skb_vlan_push" },
    { 19, "bpf_skb_vlan_pop" },
    { 20, "bpf_skb_get_tunnel_key" },
    { 21, "bpf_skb_set_tunnel_key" },
    { 23, "bpf_redirect" },
    { 24, "bpf_get_route_realm" },
    { 25, "bpf_perf_event_output" },
    { 26, "bpf_skb_load_bytes" },
    { 27, "bpf_get_stackid" },
    { 28, "bpf_csum_diff" },
    { 29, "bpf_skb_get_tunnel_opt" },
    { 30, "bpf_skb_set_tunnel_opt" },
    { 31, "bpf_skb_change_proto" },
    { 32, "bpf_skb_change_type" },
    { 33, "bpf_skb_under_cgroup" },
    { 34, "bpf_get_hash_recalc" },
    { 35, "bpf_get_current_task" },
    { 38, "bpf_skb_change_tail" },
    { 39, "bpf_skb_pull_data" },
    { 40, "bpf_csum_update" },
    { 41, "bpf_set_hash_invalid" },
    { 42, "bpf_get_numa_node_id" },
    { 43, "bpf_skb_change_head" },
    { 44, "bpf_xdp_adjust_head" },
    { 45, "bpf_probe_read_str" },
    { 46, "bpf_get_socket_cookie" },
    { 47, "bpf_get_socket_uid" },
    { 50, "bpf_skb_adjust_room" },
    { 51, "bpf_redirect_map" },
    { 53, "bpf_sock_map_update" },
    { 54, "bpf_xdp_adjust_meta" },
    { 57, "bpf_getsockopt" },
    { 65, "bpf_xdp_adjust_tail" },
    { 66, "bpf_skb_get_xfrm_state" },
    { 68, "bpf_skb_load_bytes_relative" },
    { 69, "bpf_fib_lookup" },
    { 84, "bpf_sk_lookup_tcp" },
    { 85, "bpf_sk_lookup_udp" },
    { 86, "bpf_sk_release" },
    { 87, "bpf_map_push_elem" },
    { 88, "bpf_map_pop_elem" },
    { 89, "bpf_map_peek_elem" },
    { 93, "bpf_spin_lock" },
    { 94, "bpf_spin_unlock" },
    { 112, "bpf_probe_read_user" },
    { 113, "bpf_probe_read_kernel" },
    { 118, "bpf_jiffies64" },
    { 125, "bpf_ktime_get_boot_ns" },
    { 130, "bpf_ringbuf_output" },
    { 131, "bpf_ringbuf_reserve" },
    { 132, "bpf_ringbuf_submit" },
    { 133, "bpf_ringbuf_discard" },
    { 152, "bpf_redirect_neigh" },
    { 153, "bpf_per_cpu_ptr" },
    { 154, "bpf_this_cpu_ptr" },
    { 155, "bpf_redirect_peer" },
    { 160, "bpf_ktime_get_coarse_ns" },
    { 164, "bpf_for_each_map_elem" },
    { 165, "bpf_snprintf" },
    { 169, "bpf_timer_init" },
    { 177, "bpf_trace_vprintk" },
    { 181, "bpf_loop" },
    { 182, "bpf_strncmp" },
    { 188, "bpf_xdp_get_buff_len" },
    { 189, "bpf_xdp_load_bytes" },
    { 190, "bpf_xdp_store_bytes" },
    { 195, "bpf_map_lookup_percpu_elem" },
    { 197, "bpf_dynptr_from_mem" },
    { 201, "bpf_dynptr_read" },
    { 208, "bpf_ktime_get_tai_ns" },
};

/* From kind 1. */
static const char *const linux_map_kinds[] = {
    "hash table",
    "array",
    "array of programs",
    "perf event array",
    "per-CPU hash table",
    "per-CPU array",
    "stack trace",
    "array of control groups",
    "LRU hash table",
    "per-CPU LRU hash table",
    "LPM trie",
    "array of maps",
    "hash table of maps",
    "devmap",
    "sockmap",
    "cpumap",
    "xskmap",
    "sockhash",
    "storage of control groups",
    "array of sockets",
    "per-CPU storage of control groups",
    "queue",
    "stack",
    "storage of sockets",
    "devmap hash",
    "kernel operations",
    "ring buffer",
    "storage of inodes",
    "storage of tasks",
    "Bloom filter",
    "ring buffer of the user",
};

const char *
okobpf_linux_helper_name(uint32_t number)
{
    for (size_t i = 0; i < sizeof linux_helpers / sizeof linux_helpers[0];
         i++) {
        if (linux_helpers[i].number == number) {
            return linux_helpers[i].name;
        }
    }
    return NULL;
}

const char *
okobpf_linux_map_kind_name(uint32_t kind)
{
    return (kind && kind <= sizeof linux_map_kinds / sizeof linux_map_kinds[0]
            ? linux_map_kinds[kind - 1] : NULL);
}
