/* Checks the Ethernet header and reads IPv4. */
/* expect: of which 14 bytes are known to exist */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx);
    const struct ipv4_hdr *ip = (const void *) (eth + 1);

    if ((const void *) (eth + 1) > oko_data_end(ctx)) {
        return 0;
    }
    return ip->dst == 5;
}
