/* A record of which the length says how much there is: all of it is compared
 * with data_end, but it may be one byte too short. */
/* expect: at a variable offset */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = (const void *) oko_data(ctx);
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    const uint8_t *record;
    uint8_t len;

    if ((const uint8_t *) (ip + 1) > (const uint8_t *) oko_data_end(ctx)) {
        return 0;
    }
    record = (const uint8_t *) ip + IPV4_IHL(ip);
    if (record + 2 > (const uint8_t *) oko_data_end(ctx)) {
        return 0;
    }
    len = record[1];
    if (record + 2 + len > (const uint8_t *) oko_data_end(ctx) || len < 3) {
        return 0;
    }
    return record[2] << 24 | record[3] << 16 | record[4] << 8 | record[5];
}
