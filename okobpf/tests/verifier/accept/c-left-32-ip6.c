/* Extension headers, counting down in 32 bits what is left. */

#include <oko/filter.h>
uint64_t entry(const uint8_t *p, uint64_t pkt_len)
{
    uint32_t left = pkt_len;
    unsigned int next, n;
    if (left < 54 || p[12] != 0x86 || p[13] != 0xdd) return 0;
    next = p[20]; p += 54; left -= 54;
    for (int i = 0; i < 4; i++) {
        if (next != 0 && next != 43 && next != 60) break;
        if (left < 8) return 0;
        next = p[0];
        n = (p[1] + 1) * 8;
        if (left < n) return 0;
        p += n; left -= n;
    }
    if (next != 17 || left < 8) return 0;
    return p[2] == 0 && p[3] == 53;
}
