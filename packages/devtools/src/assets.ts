import type { Assets } from "../page-plugin.ts";

let made: Promise<Assets | undefined> | undefined;

/**
 * The page's files. Where this package runs from its sources they are bundled when first asked for; a build puts the bundle in
 * this module's place (`page-plugin.ts`).
 */
export function assets(): Promise<Assets | undefined> {
  return (made ??= bundled());
}

/** @returns undefined where what bundles them is not installed, as after `pnpm start` alone. */
async function bundled(): Promise<Assets | undefined> {
  const esbuild = await import("esbuild").catch(() => undefined);
  if (esbuild === undefined) return undefined;
  const { bundlePage } = await import("../page-plugin.ts");
  return bundlePage(esbuild.build, `${import.meta.dirname}/page`);
}
