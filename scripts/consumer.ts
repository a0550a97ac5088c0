import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readmeFiles } from "../test/readme.ts";
import { catalog } from "./catalog.ts";

const run = promisify(execFile);

/** What the project uses, by package and entry; packages for other runtimes are tried by their own tests. */
const ENTRIES: { readonly [name: string]: readonly string[] } = {
  "@ws-kit/core": ["", "/protocol"],
  "@ws-kit/zod": [""],
  "@ws-kit/valibot": [""],
  "@ws-kit/bun": [""],
  "@ws-kit/client": ["", "/zod", "/valibot"],
};

/**
 * Installs the tarballs into an empty project, type-checks the README's code and every entry there with all library
 * checks on, and imports the entries in Bun.
 *
 * @returns what went wrong.
 */
export async function checkConsumer(directory: string, tarballs: ReadonlyMap<string, string>): Promise<string[]> {
  const packed = Object.fromEntries([...tarballs].map(([name, tarball]) => [name, `file:${tarball}`]));
  const wanted = Object.fromEntries(Object.keys(ENTRIES).map((name) => [name, packed[name]]));
  const files: { [name: string]: string } = {
    ...Object.fromEntries(await readmeFiles()),
    "package.json": JSON.stringify({
      private: true,
      type: "module",
      dependencies: {
        ...wanted,
        zod: catalog["zod"],
        valibot: catalog["valibot"],
        "@types/bun": catalog["@types/bun"],
      },
    }),
    // The packages depend on each other by version; here those are the tarballs.
    "pnpm-workspace.yaml": JSON.stringify({ packages: [], overrides: packed }),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        target: "ES2023",
        lib: ["ES2023", "ESNext.Disposable", "DOM"],
        types: ["bun"],
        module: "ESNext",
        moduleResolution: "bundler",
        moduleDetection: "force",
        allowImportingTsExtensions: true,
        strict: true,
        noEmit: true,
      },
      exclude: ["page"],
    }),
    // A page that checks its libraries, and whose own `lib` is not as new as ours.
    "page/tsconfig.json": JSON.stringify({
      compilerOptions: {
        target: "ES2022",
        lib: ["ES2022", "DOM", "DOM.Iterable"],
        types: [],
        module: "ESNext",
        moduleResolution: "bundler",
        strict: true,
        skipLibCheck: false,
        noEmit: true,
      },
    }),
    "page/page.ts": `import { wsClient } from "@ws-kit/client";
      import { wsClient as small } from "@ws-kit/client/lite";
      export const clients = [wsClient({ url: "wss://example.com/ws" }), small({ url: "wss://example.com/ws" })];`,
    "entries.ts": Object.entries(ENTRIES)
      .flatMap(([name, entries]) =>
        entries.map((entry) => `console.log(Object.keys(await import("${name}${entry}")).length);`),
      )
      .join("\n"),
  };
  await mkdir(join(directory, "page"), { recursive: true });
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));

  const failures: string[] = [];
  for (const [command, ...args] of [
    ["pnpm", "install", "--prefer-offline", "--no-frozen-lockfile"],
    ["tsc", "-p", directory],
    ["tsc", "-p", join(directory, "page")],
    ["bun", "entries.ts"],
  ] as const) {
    try {
      await run(command, args, { cwd: directory });
      console.log(`ok   consumer ${command}`);
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      console.log(`FAIL consumer ${command}`);
      failures.push(`consumer: ${command}\n${stdout}${stderr}`);
    }
  }
  return failures;
}
