/** What the page is made of. */
export interface Assets {
  readonly html: string;
  readonly js: string;
  readonly css: string;
}

let made: Promise<Assets> | undefined;

/**
 * The page's files. Where this package runs from its sources they are bundled when first asked for; a build puts the bundle in
 * this module's place (`page-plugin.ts`).
 */
export function assets(): Promise<Assets> {
  return (made ??= bundled());
}

async function bundled(): Promise<Assets> {
  const [{ bundlePage }, { build }] = await Promise.all([import("../page-plugin.ts"), import("esbuild")]);
  return bundlePage(build, `${import.meta.dirname}/page`);
}
