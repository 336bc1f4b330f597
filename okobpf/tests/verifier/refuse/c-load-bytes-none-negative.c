/* A length that may be below 0. */
/* expect: the size may be */

#include <oko/filter.h>
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  uint8_t ip[20], opts[40] = {}; uint32_t n;
  if (oko_load_bytes(14, ip, 20)) return 0;
  n = (ip[0] & 15) * 4;
  
  n -= 20;
  if (oko_load_bytes(34, opts, n)) return 0;
  return opts[0] == 7;
}
