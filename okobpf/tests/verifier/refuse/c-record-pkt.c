/* A record of which the length says how much there is: all of it is compared
 * with the length, but it may be one byte too short. */
/* expect: at a variable offset */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    const struct eth_hdr *eth = (const void *) pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    const uint8_t *record;
    uint8_t len;

    if (pkt_len < sizeof *eth + sizeof *ip) {
        return 0;
    }
    uint32_t ofs = sizeof *eth + IPV4_IHL(ip);
    if (ofs + 2 > pkt_len) {
        return 0;
    }
    record = pkt + ofs;
    len = record[1];
    if (ofs + 2 + len > pkt_len || len < 3) {
        return 0;
    }
    return record[2] << 24 | record[3] << 16 | record[4] << 8 | record[5];
}
