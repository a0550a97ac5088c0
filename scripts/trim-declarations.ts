import { globSync, readFileSync, writeFileSync } from "node:fs";

/**
 * The declaration bundler leaves bare imports of what other entries of the same package import: `import "valibot"` in the
 * entry for zod. Types have no side effects, and a consumer without valibot could not resolve it.
 */
for (const file of globSync("packages/*/dist/**/*.d.ts")) {
  const text = readFileSync(file, "utf8");
  const trimmed = text.replaceAll(/^import '[^'.][^']*';\n/gm, "");
  if (trimmed !== text) writeFileSync(file, trimmed);
}
