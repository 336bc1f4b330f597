/* The length in 16 bits, compared with a sum that wraps in 16 bits. */
/* expect: bytes are known to exist here */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint16_t len = pkt_len;

    if (len < 20) {
        return 0;
    }

    uint16_t ofs = *(const uint16_t *) (pkt + 2);
    uint16_t end = ofs + 4;
    return end > len ? 0 : *(const uint32_t *) (pkt + ofs);
}
