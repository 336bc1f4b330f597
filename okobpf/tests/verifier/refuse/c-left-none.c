/* Nothing may be left behind the header. */
/* expect: of which 0 bytes */

#include <oko/filter.h>

uint64_t
entry(const uint8_t *p, uint64_t pkt_len)
{
    uint64_t left = pkt_len;
    uint64_t n;

    if (left < 20) {
        return 0;
    }
    p += 14;
    left -= 14;
    n = (p[0] & 15) * 4;
    if (n > left) {
        return 0;
    }
    p += n;
    left -= n;
    n = p[-1];
    if (n > left) {
        return 0;
    }
    p += n;
    return p[0];
}
