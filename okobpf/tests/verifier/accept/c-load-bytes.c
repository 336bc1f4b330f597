/* Packet bytes by helper. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u8 addr[4];

    for (int i = 0; i < 4; i++) {
        if (oko_load_bytes(26 + 4 * (pkt_len & 1), addr, sizeof addr)) {
            return 0;
        }
    }
    return addr[0] == 10 && addr[3] != 255;
}
