/* Sorts 8 numbers on the stack. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u8 v[8];

    if (pkt_len < 8) {
        return 0;
    }
    #pragma unroll
    for (int i = 0; i < 8; i++) {
        v[i] = pkt[i];
    }
    #pragma unroll
    for (int i = 0; i < 8; i++) {
        #pragma unroll
        for (int j = 0; j < 7 - i; j++) {
            if (v[j] > v[j + 1]) {
                __u8 t = v[j];

                v[j] = v[j + 1];
                v[j + 1] = t;
            }
        }
    }
    return v[3];
}
