/* An array of structures on the stack, with padding that is not initialized,
 * at an index that is compared. */
#include <oko/filter.h>
#include <oko/net.h>

struct range {
    uint32_t first;
    uint8_t class;
};

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    struct range ranges[4];
    uint32_t i;

    if (pkt_len < sizeof(struct eth_hdr) + 20) {
        return 0;
    }
    for (i = 0; i < 4; i++) {
        ranges[i].first = pkt[i] << 8;
        ranges[i].class = pkt[i + 4];
    }
    __asm__ volatile ("" : : "r" (ranges) : "memory");

    i = pkt[14];
    if (i >= 4) {
        return 0;
    }
    return ranges[i].first + ranges[i].class;
}
