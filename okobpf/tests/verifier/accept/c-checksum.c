/* Sums up a header in a loop. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    const __u16 *p = (const void *) (pkt + 14);
    __u32 sum = 0;
    #pragma clang loop unroll(disable)
    for (int i = 0; i < 10; i++) {
        sum += p[i];
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return sum == 0xffff;
}
