/* Signed arithmetic and division. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    int a = *(const int *) (pkt + 26);
    int b = *(const signed char *) (pkt + 30);
    long long c = a;

    c = c * b - 77;
    if (c < 0) {
        c = -c;
    }
    unsigned x = (unsigned) c / 7;
    return x % 3 == 0 || (a >> 3) < -5;
}
