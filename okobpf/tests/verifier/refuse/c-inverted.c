/* The length test the wrong way round, as an example of the original had it. */
/* expect: read of 4 bytes at offset 30 of the packet */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len > 34) {
        return 0;
    }
    return *(const __u32 *) (pkt + 30) == 1;
}
