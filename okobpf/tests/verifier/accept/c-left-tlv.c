/* Types, lengths and values, counting down. */

#include <oko/filter.h>
uint64_t entry(const uint8_t *p, uint64_t pkt_len)
{
    uint32_t left = pkt_len;
    if (left < 42) return 0;
    p += 42; left -= 42;
    for (int i = 0; i < 16; i++) {
        uint8_t type, len;
        if (left < 2) return 0;
        type = p[0]; len = p[1];
        p += 2; left -= 2;
        if (left < len) return 0;
        if (type == 5) return len >= 4 && p[0] == 10 && p[3] == 1;
        p += len; left -= len;
    }
    return 0;
}
