import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const workspace = readFileSync(join(import.meta.dirname, "../pnpm-workspace.yaml"), "utf8");

/** The versions that manifests of this repository mean by `catalog:`. */
export const { catalog } = parse(workspace) as { catalog: Readonly<Record<string, string>> };

/** A manifest that can be read outside of the workspace, as `pnpm pack` writes it. */
export function withVersions(manifest: string): string {
  return manifest.replaceAll(/"([^"]+)": "catalog:"/g, (_, name: string) => `"${name}": "${catalog[name]}"`);
}
