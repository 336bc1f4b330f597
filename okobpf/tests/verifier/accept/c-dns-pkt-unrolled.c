/* Walks the labels of a DNS name, byte by byte. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 54;
    uint32_t hash = 5381;

    #pragma unroll
    for (int i = 0; i < 32; i++) {
        if (ofs + 1 > pkt_len) {
            return 0;
        }
        uint8_t c = pkt[ofs];
        if (!c) {
            break;
        }
        hash = hash * 33 + c;
        ofs++;
    }
    return hash & 1;
}
