import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Application, type Context, Converter } from "typedoc";

/**
 * Writes the reference of everything that is exported, from its docstrings, as pages of this site: `node docs/scripts/api.ts`.
 * They are made at each build and are not kept.
 */
const docs = join(import.meta.dirname, "..");
const root = join(docs, "..");

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
}

/** Every entry of every package that is published, by the file that it is: `@ws-kit/core/adapter`. */
function entries(): Map<string, string> {
  const manifests = globSync("packages/*/package.json", { cwd: root }).toSorted();
  return new Map(
    manifests.flatMap((path) => {
      const { name, private: hidden, exports = {} } = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
      return Object.entries(exports)
        .filter(([, file]) => hidden !== true && file.endsWith(".ts"))
        .map(([key, file]) => [join(root, path, "..", file), name + key.slice(1)] as const);
    }),
  );
}

/** TypeDoc calls a module by its path without what all have in common, `index` and the ending. */
function fileOf(module: string): string {
  const file = join(root, "packages", module);
  return names.has(`${file}.ts`) ? `${file}.ts` : join(file, "index.ts");
}

const names = entries();
const app = await Application.bootstrapWithPlugins({
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: [...names.keys()],
  tsconfig: join(docs, "tsconfig.api.json"),
  // Types are checked elsewhere, with each package's own globals.
  skipErrorChecking: true,
  readme: "none",
  name: "API",
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  excludeExternals: true,
  logLevel: "Error",
});
app.options.setValue("out", join(docs, "api"));
// One page for each entry, which the plugin's own options say; TypeDoc's types do not know them.
for (const [option, value] of Object.entries({
  outputFileStrategy: "modules",
  entryFileName: "index",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  sanitizeComments: true,
  useHTMLEncodedBrackets: true,
})) {
  app.options.setValue(option as "name", value as string);
}
// As they are imported, and not by where they lie.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project: { children = [] } }: Context) => {
  for (const module of children) module.name = names.get(fileOf(module.name)) ?? module.name;
});
const project = await app.convert();
if (project === undefined) throw new Error("TypeDoc found nothing");
await app.generateOutputs(project);
