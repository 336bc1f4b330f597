/* A keyword that is longer than what was checked. */
/* expect: known to exist */

#include <oko/filter.h>
#include <oko/net.h>
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  const char *end = oko_data_end(ctx); const char *p = (const char *)oko_data(ctx) + 54;
  if (p + 39 > end) return 0;
  if (!memcmp(p, "GET ", 4) || !memcmp(p, "POST ", 5) || !memcmp(p, "DELETE ", 7)) return 1;
  return !memcmp(p, "CONNECT example.example.example.example.example.example:443", 40);
}
