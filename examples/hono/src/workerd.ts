import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** Runs `worker/worker.ts` in workerd on this machine, as `wrangler dev` would. */
const { outputFiles } = await build({
  entryPoints: [`${import.meta.dirname}/../worker/worker.ts`],
  bundle: true,
  write: false,
  format: "esm",
  conditions: ["workerd", "worker"],
  external: ["cloudflare:*"],
});
const workerd = new Miniflare({
  modules: true,
  script: outputFiles[0]?.text ?? "",
  compatibilityDate: "2026-05-01",
  port: Number(process.env["PORT"] ?? 3000),
  durableObjects: { BOARD: { className: "BoardObject", useSQLite: true } },
});
console.log(`The notice board is at ${(await workerd.ready).href}`);
