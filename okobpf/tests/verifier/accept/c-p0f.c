/* A fingerprint of a SYN, with options, in the second form. */

#include <oko/filter.h>
#include <oko/net.h>

struct print {
    __u16 window;
    __u8 ttl, df, mss_hi, options, wscale, pad;
};

OKO_MAP(prints, OKO_MAP_HASH, struct print, __u32, 256);

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *end = oko_data_end(ctx);
    const struct eth_hdr *eth = oko_data(ctx);
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    struct print print = { 0 };

    if ((const uint8_t *) (ip + 1) > end
        || eth->type != bpf_htons(ETH_TYPE_IPV4)
        || ip->proto != IP_PROTO_TCP) {
        return 0;
    }
    const struct tcp_hdr *tcp = (const void *) ip + IPV4_IHL(ip);
    if ((const uint8_t *) (tcp + 1) > end || !(tcp->flags & TCP_SYN)) {
        return 0;
    }
    print.window = tcp->window;
    print.ttl = ip->ttl <= 64 ? 64 : ip->ttl <= 128 ? 128 : 255;
    print.df = !!(ip->frag_off & bpf_htons(IPV4_DF));

    const uint8_t *p = (const void *) (tcp + 1);
    int left = TCP_HDR_LEN(tcp) - 20;
    #pragma clang loop unroll(disable)
    for (int i = 0; i < 10 && left > 0; i++) {
        if (p + 1 > end) {
            return 0;
        }
        __u8 kind = p[0];
        if (kind == 0) {
            break;
        }
        if (kind == 1) {
            p++;
            left--;
            continue;
        }
        if (p + 2 > end) {
            return 0;
        }
        __u8 len = p[1];
        if (len < 2 || len > 40) {
            return 0;
        }
        if (kind == 2) {
            if (p + 4 > end) {
                return 0;
            }
            print.mss_hi = p[2];
        } else if (kind == 3) {
            if (p + 3 > end) {
                return 0;
            }
            print.wscale = p[2];
        }
        print.options++;
        p += len;
        left -= len;
    }
    __u32 *os = oko_map_lookup(&prints, &print);
    return os ? *os : 0;
}
