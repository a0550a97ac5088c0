import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");
const require = createRequire(import.meta.url);

/** The packages that a consumer's program imports, and what each of their entries is called in the source. */
const ENTRIES = {
  core: { "": "index", "/protocol": "shared", "/schema": "schema", "/adapter": "adapter", "/extend": "extend" },
  zod: { "": "index", "/z": "z" },
  valibot: { "": "index", "/v": "v" },
  client: {
    "": "index",
    "/zod": "zod",
    "/valibot": "valibot",
    "/lite": "lite",
    "/parts": "parts",
    "/streams": "streams",
    "/presence": "presence",
  },
} as const;

/** Declarations of our packages, as a program that installed them sees them, and ways to compile against them. */
export interface Declarations extends AsyncDisposable {
  /** Compiler options that make our packages' names stand for their declarations. */
  readonly compilerOptions: { readonly [option: string]: unknown };
  /** Where programs may be put: dependencies are found from there. */
  readonly directory: string;
  /**
   * Compiles files with a TypeScript of a given name in the manifest.
   *
   * @param others What other packages' names stand for.
   * @returns what it prints, "" for no error.
   */
  compileWith(
    others: { readonly [name: string]: readonly string[] },
    typescript: string,
    include: readonly string[],
    ...flags: string[]
  ): Promise<string>;
  /** Compiles files of a project of its own, with its own compiler options. */
  compileAt(
    project: string,
    typescript: string,
    files: readonly string[],
    options: { readonly [option: string]: unknown },
  ): Promise<string>;
  /** As `compileWith`, with no other packages than those installed. */
  compile(typescript: string, include: readonly string[], ...flags: string[]): Promise<string>;
}

export async function emitDeclarations(): Promise<Declarations> {
  const directory = await mkdtemp(join(root, ".types-"));
  const paths: Record<string, string[]> = {};
  // One after the other: each is compiled against the declarations of those before it.
  for (const [name, entries] of Object.entries(ENTRIES)) {
    const source = join(root, "..", name, "src");
    const out = join(directory, name);
    const config = join(directory, `${name}.json`);
    const emit = { noEmit: false, emitDeclarationOnly: true, declaration: true, rootDir: source, outDir: out, paths };
    const files = Object.values(entries).map((file) => join(source, `${file}.ts`));
    await writeFile(
      config,
      JSON.stringify({ extends: join(source, "../tsconfig.json"), compilerOptions: emit, files, include: [] }),
    );
    await run(process.execPath, [tsc("typescript-7"), "-p", config]).catch(({ stdout }: { stdout: string }) => {
      throw new Error(`No declarations of ${name}: ${stdout}`);
    });
    for (const file of globSync("**/*.d.ts", { cwd: out })) {
      const text = await readFile(join(out, file), "utf8");
      // As a build does: a published declaration refers to the emitted modules.
      await writeFile(join(out, file), text.replaceAll(/(from "\.[^"]*|import\("\.[^"]*)\.ts"/g, '$1.js"'));
    }
    for (const [entry, file] of Object.entries(entries)) paths[`@ws-kit/${name}${entry}`] = [join(out, `${file}.d.ts`)];
  }

  const compilerOptions = {
    target: "ES2023",
    lib: ["ES2023", "ESNext.Disposable", "DOM"],
    module: "ESNext",
    moduleResolution: "bundler",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
    paths,
  };
  let programs = 0;
  const compileWith: Declarations["compileWith"] = async (others, typescript, include, ...flags) => {
    const options = { ...compilerOptions, paths: { ...paths, ...others } };
    return compiled(directory, typescript, { compilerOptions: options, include }, ...flags);
  };
  async function compiled(at: string, typescript: string, project: object, ...flags: string[]): Promise<string> {
    const config = join(at, `program-${++programs}.json`);
    await writeFile(config, JSON.stringify(project));
    return run(process.execPath, [tsc(typescript), "-p", config, "--pretty", "false", ...flags]).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
  }
  return {
    compilerOptions,
    directory,
    compileWith,
    compileAt: (at, typescript, files, options) => compiled(at, typescript, { compilerOptions: options, files }),
    compile: (...rest) => compileWith({}, ...rest),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

function tsc(typescript: string): string {
  const manifest = require.resolve(`${typescript}/package.json`);
  const { bin } = require(manifest) as { bin: Record<string, string> };
  const path = bin["tsc"] ?? bin["tsc6"];
  if (path === undefined) throw new Error(`${typescript} has no compiler`);
  return join(dirname(manifest), path);
}
