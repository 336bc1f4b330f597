/* A histogram in an array on the stack, and which count is the largest. */
#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint32_t counts[8] = { 0 };
    uint32_t most = 0;

    if (pkt_len < 64) {
        return 0;
    }
    for (int i = 0; i < 64; i++) {
        counts[pkt[i] & 7]++;
    }
    for (int i = 1; i < 8; i++) {
        if (counts[i] > counts[most]) {
            most = i;
        }
    }
    return most;
}
