/* An array on the stack that the index may leave for a pointer next to it. */
/* expect: half-overwritten */
#include <oko/filter.h>
#include <oko/net.h>

struct vars {
    uint64_t words[3];
    const uint8_t *p;
};

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    struct vars vars = { { 0 }, pkt };

    if (pkt_len < 34) {
        return 0;
    }
    __asm__ volatile ("" : : "r" (&vars) : "memory");
    vars.words[pkt[14] & 3] = 4096;
    __asm__ volatile ("" : : "r" (&vars) : "memory");
    return *vars.p;
}
