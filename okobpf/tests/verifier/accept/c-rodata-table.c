/* A constant table, indexed by a byte of the packet. */

#include <oko/filter.h>
#include <oko/net.h>

static const __u16 weights[16] = {
    3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3,
};

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 sum = 0;

    if (pkt_len < 20) {
        return 0;
    }
    #pragma clang loop unroll(disable)
    for (int i = 0; i < 20; i++) {
        sum += weights[pkt[i] & 15];
    }
    return sum > 100;
}
