/* Copies, sets and compares hundreds of bytes. */

#include <oko/filter.h>
#include <oko/net.h>
struct big { uint8_t b[400]; };
OKO_MAP(m, OKO_MAP_ARRAY, uint32_t, struct big, 4);
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  const uint8_t *end = oko_data_end(ctx), *p = oko_data(ctx);
  uint8_t tmp[300]; uint32_t z = 0; struct big *v;
  if (p + 300 > end) return 0;
  memset(tmp, 0, sizeof tmp);
  memcpy(tmp, p, 200);
  v = oko_map_lookup(&m, &z);
  if (!v) return 0;
  memcpy(v->b, tmp, 300);
  memset(v->b + 300, 7, 100);
  return memcmp(v->b, p, 100);
}
