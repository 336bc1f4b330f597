/* A cursor that a function moves. */

#include <oko/filter.h>
struct cur { const uint8_t *p; uint32_t left; };
static __always_inline int take(struct cur *c, uint32_t n) { if (c->left < n) return -1; c->p += n; c->left -= n; return 0; }
uint64_t entry(const uint8_t *p, uint64_t pkt_len)
{
    struct cur c = { p, pkt_len }; uint32_t n;
    if (take(&c, 14)) return 0;
    if (c.left < 20) return 0;
    n = (c.p[0] & 15) * 4;
    if (take(&c, n)) return 0;
    if (c.left < 8) return 0;
    n = c.p[4];
    if (take(&c, 8)) return 0;
    if (take(&c, n)) return 0;
    return c.left >= 2 && c.p[1] == 7;
}
