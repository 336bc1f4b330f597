/* The same in the second form. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const void *end = oko_data_end(ctx);
    const struct eth_hdr *eth = oko_data(ctx);
    const struct ipv4_hdr *ip = (const void *) (eth + 1);

    if ((const void *) (ip + 1) > end || eth->type != bpf_htons(0x800)
        || ip->proto != IP_PROTO_TCP || IPV4_IHL(ip) < 20) {
        return 0;
    }
    const struct tcp_hdr *tcp = (const void *) ip + IPV4_IHL(ip);
    if ((const void *) (tcp + 1) > end) {
        return 0;
    }
    return tcp->dst == bpf_htons(22);
}
