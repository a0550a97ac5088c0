import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMPATIBILITY_DATE } from "./workerd.ts";

const root = join(import.meta.dirname, "../../..");
const files = [
  "packages/cloudflare/README.md",
  "packages/create-ws-kit/templates/server/cloudflare/wrangler.jsonc",
  "examples/cloudflare-chat/wrangler.jsonc",
  "examples/hono/wrangler.jsonc",
];

test.each(files)("%s names the date that the suite runs at", (file) => {
  const text = readFileSync(join(root, file), "utf8");
  expect(/"compatibility_date": "([^"]+)"/.exec(text)?.[1]).toBe(COMPATIBILITY_DATE);
});

test("wrangler of Node 20 starts it", () => {
  expect(COMPATIBILITY_DATE <= "2026-05-03").toBe(true);
});
