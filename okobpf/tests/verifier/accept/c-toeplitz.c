/* A Toeplitz hash: loops in loops, bits of bytes, a table of constants. */

#include <oko/filter.h>

static const uint8_t key[40] = "An arbitrary key of at least 40 bytes...";

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint32_t hash = 0;
    uint32_t window = key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];

    if (pkt_len < 38) {
        return 0;
    }
    for (int i = 0; i < 12; i++) {
        for (int bit = 7; bit >= 0; bit--) {
            if (pkt[26 + i] & 1 << bit) {
                hash ^= window;
            }
            window = window << 1 | (key[(i + 4) % 40] >> bit & 1);
        }
    }
    return hash;
}
