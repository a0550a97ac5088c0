import { STORES } from "./rate-limits.ts";

const [client = "", port] = process.argv.slice(2);
const store = STORES[client]?.(Number(port), { timeoutMs: 5_000 });
for (const key of ["a", "b"]) console.log(await store?.take(key, { intervalMs: 1_000, burst: 1 }));
