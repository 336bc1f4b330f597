/* Uses the offsets of the context. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const void *end = oko_data_end(ctx);
    const void *data = oko_data(ctx);

    if (ctx->l4_ofs == 0xffff) {
        return 0;
    }
    const struct udp_hdr *udp = data + ctx->l4_ofs;
    if ((const void *) (udp + 1) > end) {
        return 0;
    }
    return udp->dst == bpf_htons(53) && ctx->in_port != 7;
}
