/* TCP options up to the end that the header tells, as in
 * accept/c-tcp-options-end.c, but one byte further. */
/* expect: at a variable offset */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    const struct eth_hdr *eth = (const void *) data;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    uint32_t mss = 0;

    if ((const uint8_t *) (ip + 1) > end
        || eth->type != bpf_htons(ETH_TYPE_IPV4)
        || ip->proto != IP_PROTO_TCP) {
        return 0;
    }

    const struct tcp_hdr *tcp
        = (const void *) ((const uint8_t *) ip + IPV4_IHL(ip));
    if ((const uint8_t *) (tcp + 1) > end) {
        return 0;
    }

    const uint8_t *o = (const uint8_t *) (tcp + 1);
    const uint8_t *oend = (const uint8_t *) tcp + TCP_HDR_LEN(tcp);
    if (oend > end) {
        return 0;
    }
    #pragma clang loop unroll(disable)
    for (int i = 0; i < 20 && o < oend; i++) {
        uint8_t kind = *o;

        if (kind == 0) {
            break;
        }
        if (kind == 1) {
            o++;
            continue;
        }
        if (o + 2 > oend) {
            break;
        }

        uint8_t len = o[1];
        if (len < 2) {
            break;
        }
        if (kind == 2) {
            if (o + 4 > oend) {
                break;
            }
            mss = o[2] << 8 | o[4];
        }
        o += len;
    }
    return mss;
}
