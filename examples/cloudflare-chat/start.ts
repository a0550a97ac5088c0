import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { Miniflare } from "miniflare";

/** Runs the Worker in workerd on this machine, as `wrangler dev` would. */

async function bundle(entry: string, options: object): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/${entry}`],
    bundle: true,
    write: false,
    format: "esm",
    ...options,
  });
  return outputFiles[0]?.text ?? "";
}

const [script, pageScript, html] = await Promise.all([
  bundle("worker/worker.ts", { conditions: ["workerd", "worker"], external: ["cloudflare:*"] }),
  bundle("page/chat.ts", { minify: true }),
  readFile(`${import.meta.dirname}/page/index.html`, "utf8"),
]);

const workerd = new Miniflare({
  modules: true,
  script,
  compatibilityDate: "2026-05-01",
  port: Number(process.env["PORT"] ?? 3000),
  durableObjects: { ROOMS: { className: "Room", useSQLite: true } },
  bindings: {
    HOUSE_KEY: process.env["HOUSE_KEY"] ?? "",
    PAGE: html.replace("/* chat.ts */", () => pageScript.replaceAll("</script", "<\\/script")),
  },
});
const { href } = await workerd.ready;
console.log(`The chat is at ${href}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void workerd.dispose().then(() => process.exit()));
}
