/* The checksum of an IPv4 header, of one with options, and of one that a
 * smaller TTL changes. */

#include <oko/filter.h>
#include <oko/net.h>

static uint32_t
fold(int64_t sum)
{
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff);
    return (uint16_t) ~(sum + (sum >> 16));
}

SEC("filter") uint64_t
checksums(const struct oko_ctx *ctx)
{
    const struct eth_hdr *eth = oko_data(ctx);
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    uint32_t first_words[3] = { 0, 0, 0 };
    uint32_t changed[3];

    if ((const void *) (ip + 1) > oko_data_end(ctx)) {
        return 0;
    }
    if (fold(oko_csum_diff(NULL, 0, ip, sizeof *ip, 0))) {
        return 0;
    }
    memcpy(first_words, ip, sizeof first_words);
    memcpy(changed, ip, sizeof changed);
    changed[2] -= 1;
    return fold(oko_csum_diff(first_words, sizeof first_words, changed,
                              sizeof changed, ip->csum))
           + fold(oko_csum_diff(ip, sizeof *ip, NULL, 0, 7));
}
