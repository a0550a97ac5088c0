import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { socketsOf, type Target } from "@ws-kit/conformance";
import { build } from "esbuild";
import { Miniflare, type MiniflareOptions } from "miniflare";

/** The oldest runtime behaviour that the package is meant for; the newest that the last wrangler for Node 20 starts is 2026-05-03. */
export const COMPATIBILITY_DATE = "2026-05-01";

/** The conformance suite's Worker, and the classes that it exports. */
const CONFORMANCE = `${import.meta.dirname}/workers/conformance.ts`;
const CLASSES = ["Main", "Tight", "Pulse", "Listed", "Decided", "Leased", "Own", "Restart"];

/** Bundles a Worker as `wrangler` would, with these global names filled in. */
export async function bundle(entry: string, define: Record<string, string> = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    define,
    format: "esm",
    target: "es2023",
    conditions: ["workerd", "worker"],
    external: ["cloudflare:*"],
  });
  return outputFiles[0]?.text ?? "";
}

/** Starts a Worker in a real workerd; each class is bound under its own name in capitals. */
export async function startWorkerd(
  entry: string,
  classes: readonly string[],
  options: Partial<MiniflareOptions> = {},
  define: Record<string, string> = {},
): Promise<Target & { readonly host: string; readonly workerd: Miniflare }> {
  let output = "";
  const script = await bundle(entry, define);
  const { folder, made: workerd } = inFolder({
    modules: true,
    script,
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: Object.fromEntries(
      classes.map((className) => [className.toUpperCase(), { className, useSQLite: true }]),
    ),
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    },
    ...options,
  } as MiniflareOptions);
  const { host } = await workerd.ready;
  let running = true;
  return {
    ...socketsOf(host),
    host,
    workerd,
    // The runtime's own note on a peer that broke RFC 6455, whatever the Worker does about it.
    logs: () => output.replaceAll(/^.*WebSocket protocol error.*$/gm, ""),
    alive: () => running,
    async stop() {
      running = false;
      await workerd.dispose();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Miniflare takes its folder away after `dispose()`, and waits for nobody: where a test ends before, it stays. */
function inFolder(options: MiniflareOptions): { folder: string; made: Miniflare } {
  const folder = mkdtempSync(join(tmpdir(), "ws-kit-workerd-"));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return { folder, made: new Miniflare(options) };
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

export function startConformance(define: Record<string, string> = {}): Promise<Target> {
  return startWorkerd(CONFORMANCE, CLASSES, {}, define);
}
