/* Compares a value with what is on the stack. */

#include <oko/filter.h>
#include <oko/net.h>
struct key { uint32_t a, b; uint16_t p, q; uint8_t proto, pad[3]; };
OKO_MAP(m, OKO_MAP_ARRAY, uint32_t, struct key, 4);
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  const uint8_t *end = oko_data_end(ctx), *p = oko_data(ctx);
  struct key k; uint32_t z = 0; struct key *v;
  if (p + 64 > end) return 0;
  memset(&k, 0, sizeof k);
  memcpy(&k.a, p + 26, 4); memcpy(&k.b, p + 30, 4); memcpy(&k.p, p + 34, 2); memcpy(&k.q, p + 36, 2); k.proto = p[23];
  v = oko_map_lookup(&m, &z);
  if (!v) return 0;
  if (memcmp(v, &k, sizeof k)) { memcpy(v, &k, sizeof k); return 1; }
  return 0;
}
