/* A list of 1,000 rules, of which the first that matches decides. */

#include <oko/filter.h>
#include <oko/net.h>

struct rule {
    uint32_t src, src_mask, dst, dst_mask;
    uint16_t port, verdict;
};

static volatile const struct rule rules[1000] = {
    [3] = { 0x0a000000, 0xff000000, 0, 0, 80, 1 },
    [998] = { 0, 0, 0x0a000000, 0xff000000, 443, 1 },
};

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx);

    if (data + 38 > (const uint8_t *) oko_data_end(ctx)) {
        return 0;
    }

    uint32_t src = bpf_ntohl(*(const uint32_t *) (data + 26));
    uint32_t dst = bpf_ntohl(*(const uint32_t *) (data + 30));
    uint16_t port = bpf_ntohs(*(const uint16_t *) (data + 36));

#pragma clang loop unroll(disable)
    for (uint32_t i = 0; i < 1000; i++) {
        const volatile struct rule *r = &rules[i];

        if ((src & r->src_mask) == r->src && (dst & r->dst_mask) == r->dst
            && port == r->port) {
            return r->verdict;
        }
    }
    return 0;
}
