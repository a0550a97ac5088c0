import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

/** One entry of a package that is published. */
export interface Entry {
  /** As it is imported: `@ws-kit/core/adapter`. */
  readonly name: string;
  readonly file: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Record<string, string>;
}

/** Every entry that users may import. */
export function publicEntries(): Entry[] {
  return globSync("packages/*/package.json", { cwd: root })
    .toSorted()
    .flatMap((path) => {
      const { name, private: hidden, exports = {} } = JSON.parse(readFileSync(join(root, path), "utf8")) as Manifest;
      if (hidden === true) return [];
      return Object.entries(exports)
        .filter(([, file]) => file.endsWith(".ts"))
        .map(([key, file]) => ({ name: name + key.slice(1), file: join(root, dirname(path), file) }));
    });
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
};

/** What each entry exports, a line each: kind, name, and the public members of classes and interfaces. */
export function surfaces(entries: readonly Entry[]): Map<string, string> {
  const program = ts.createProgram({ rootNames: entries.map(({ file }) => file), options });
  const checker = program.getTypeChecker();
  return new Map(
    entries.map(({ name, file }) => {
      const source = program.getSourceFile(file);
      const module = source && checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} is no module`);
      const lines = checker.getExportsOfModule(module).map((symbol) => lineOf(symbol, checker));
      return [name, `${lines.toSorted().join("\n")}\n`];
    }),
  );
}

function lineOf(exported: ts.Symbol, checker: ts.TypeChecker): string {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const isValue = (symbol.flags & ts.SymbolFlags.Value) !== 0;
  const isType = (symbol.flags & ts.SymbolFlags.Type) !== 0;
  const kind = isValue ? (isType ? "value+type" : "value") : "type";
  const isShape = (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) !== 0;
  const members = isShape ? membersOf(symbol) : [];
  return `${kind} ${exported.name}${members.length > 0 ? ` { ${members.join(", ")} }` : ""}`;
}

function membersOf(symbol: ts.Symbol): string[] {
  return [...(symbol.members?.values() ?? [])]
    .filter(({ flags, declarations = [] }) => {
      if (flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.Signature | ts.SymbolFlags.Constructor)) return false;
      return !declarations.some(
        (declaration) =>
          (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0 || hasPrivateName(declaration),
      );
    })
    .map(({ name, flags }) => (flags & ts.SymbolFlags.Optional ? `${name}?` : name))
    .toSorted();
}

function hasPrivateName(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration);
  return name !== undefined && ts.isPrivateIdentifier(name);
}
