import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readFileSync } from "node:fs";
import type { Declarations } from "./declarations.ts";

/** `strict`: as pnpm installs, where a project finds what it depends on itself and nothing else. `flat`: as npm does. */
export type Layout = "strict" | "flat";

const WORKSPACE = join(import.meta.dirname, "../../..");
/** What each package finds beside itself. */
const BESIDE = {
  core: [],
  zod: ["core"],
  valibot: ["core"],
  client: ["core", "zod", "valibot"],
} as const;
type Name = keyof typeof BESIDE;

/** A project that has installed our packages, outside of this repository, whose own would be found otherwise. */
export interface Project extends AsyncDisposable {
  readonly directory: string;
}

export async function install({ directory: source }: Declarations, layout: Layout): Promise<Project> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "installed-")));
  const home = (name: string) =>
    layout === "flat"
      ? join(directory, "node_modules/@ws-kit", name)
      : join(directory, "store", name, "node_modules/@ws-kit", name);
  for (const [name, beside] of Object.entries(BESIDE) as [Name, readonly Name[]][]) {
    await mkdir(home(name), { recursive: true });
    await cp(join(source, name), home(name), { recursive: true });
    await writeFile(join(home(name), "package.json"), manifestOf(name));
    const modules =
      layout === "flat" ? join(directory, "node_modules") : join(directory, "store", name, "node_modules");
    for (const validator of ["zod", "valibot"] as const) {
      const target = await realpath(join(WORKSPACE, "packages", validator, "node_modules", validator));
      await symlink(target, join(modules, validator)).catch(() => {});
    }
    if (layout === "flat") continue;
    for (const other of beside) await symlink(home(other), join(modules, "@ws-kit", other));
    if (name === "core") continue;
    const link = join(directory, "project/node_modules/@ws-kit", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(home(name), link);
  }
  const project = layout === "flat" ? directory : join(directory, "project");
  if (layout === "strict") {
    for (const validator of ["zod", "valibot"]) {
      await symlink(join(directory, "store/zod/node_modules", validator), join(project, "node_modules", validator));
    }
  }
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
  return { directory: project, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

/** As published, its entries where declarations were emitted to. */
function manifestOf(name: Name): string {
  const { exports: entries } = JSON.parse(readFileSync(join(WORKSPACE, "packages", name, "package.json"), "utf8")) as {
    exports: Record<string, string>;
  };
  const types = Object.entries(entries).flatMap(([entry, file]) =>
    file.endsWith(".ts") ? [[entry, { types: file.replace("./src/", "./").replace(/\.ts$/, ".d.ts") }]] : [],
  );
  return JSON.stringify({ name: `@ws-kit/${name}`, type: "module", exports: Object.fromEntries(types) });
}
