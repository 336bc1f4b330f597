/* Options of length 0 hold the loop. */
/* expect: endless loop */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint64_t ofs = 34;

    while (ofs < 60 && ofs + 2 <= pkt_len) {
        ofs += pkt[ofs + 1];
    }
    return ofs;
}
