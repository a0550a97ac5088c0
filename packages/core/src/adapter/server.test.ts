import { expect, it } from "vitest";
import { stopOnce, urlOf } from "./server.ts";

it.each([
  ["http", "localhost", 3_000, "http://localhost:3000/"],
  ["https", "10.0.0.7", 8_443, "https://10.0.0.7:8443/"],
  ["http", "::1", 3_000, "http://[::1]:3000/"],
  ["http", "0.0.0.0", 3_000, "http://localhost:3000/"],
  ["https", "::", 3_000, "https://localhost:3000/"],
] as const)("the URL of %s on %s, port %i", (scheme, hostname, port, url) => {
  expect(urlOf(scheme, hostname, port).href).toBe(url);
});

it("a server stops once, and all who ask wait for it", async () => {
  const asked: unknown[] = [];
  let through = () => {};
  const stop = stopOnce((options) => {
    asked.push(options);
    return new Promise((resolve) => (through = resolve));
  });
  const [first, second] = [stop({ timeoutMs: 5 }), stop()];
  expect(second).toBe(first);
  through();
  await Promise.all([first, second]);
  expect(asked).toEqual([{ timeoutMs: 5 }]);
});
