import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import ts from "typescript";

/** A block of TypeScript in a page. */
export interface Sample {
  readonly code: string;
  /** Of its first line in the page. */
  readonly line: number;
  /** `ts` or `tsx`. */
  readonly language: string;
  /** Whose JSX it is (```tsx jsx=solid-js); React's where it does not say. */
  readonly jsx: string | undefined;
  /** As its first comment says; pages whose blocks import each other name them. */
  readonly file: string | undefined;
}

const OF_THE_APPLICATION = /(?:from|import\() ?("\.[^"]*\.(?:ts|vue)")/g;
const BLOCK = /^([ \t]*)```(tsx?|vue|svelte)\b([^\n]*)\n([\s\S]*?)^\1```/gm;
const SCRIPT = /<script[^>]*>([\s\S]*?)<\/script>/;

/** A component's script, on the lines where it stands; its markup is its compiler's. */
function scriptOf(component: string): string {
  const found = SCRIPT.exec(component);
  return component.slice(0, found?.index).replaceAll(/[^\n]/g, "") + (found?.[1] ?? "");
}

export function samplesOf(markdown: string): Sample[] {
  return [...markdown.matchAll(BLOCK)].map(
    ({ 1: indent = "", 2: language = "", 3: info = "", 4: block = "", index }) => {
      const isComponent = !language.startsWith("ts");
      const code = isComponent ? scriptOf(block) : block;
      return {
        code: code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
        line: markdown.slice(0, index).split("\n").length + 1,
        language: isComponent ? "ts" : language,
        jsx: /jsx=(\S+)/.exec(info)?.[1],
        file: /^\s*\/\/ (\S+\.tsx?)\b/.exec(code)?.[1],
      };
    },
  );
}

/** What a block declares or imports itself, at its top. */
function declaredIn(code: string): Set<string> {
  const names = new Set<string>();
  const add = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const part of name.elements) if (ts.isBindingElement(part)) add(part.name);
  };
  for (const statement of ts.createSourceFile("block.ts", code, ts.ScriptTarget.Latest).statements) {
    if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) add(name);
    else if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      if (name !== undefined) add(name);
      if (namedBindings === undefined) continue;
      if (ts.isNamespaceImport(namedBindings)) add(namedBindings.name);
      else for (const element of namedBindings.elements) add(element.name);
    } else if ("name" in statement && statement.name !== undefined) add(statement.name as ts.Identifier);
  }
  return names;
}

/** Every word of a block: what it may take from its page's stage. */
function wordsOf(code: string): Set<string> {
  return new Set(code.match(/[A-Za-z_$][\w$]*/g));
}

/** What a stage offers. */
function exportsOf(stage: string): string[] {
  const source = ts.createSourceFile("stage.ts", readFileSync(stage, "utf8"), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined)
      return ts.isNamedExports(statement.exportClause)
        ? statement.exportClause.elements.map(({ name }) => name.text)
        : [statement.exportClause.name.text];
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (isExported !== true) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text);
    return "name" in statement ? [(statement.name as ts.Identifier).text] : [];
  });
}

/**
 * Writes the blocks of a page as modules of their own, in a folder of theirs.
 * @param stage A module with what the page's fragments take for granted: each imports from it what it does not declare.
 * @returns where each module begins in the page.
 */
export async function writeSamples(page: string, stage: string, folder: string): Promise<Map<string, number>> {
  await mkdir(folder, { recursive: true });
  const offered = existsSync(stage) ? exportsOf(stage) : [];
  const lines = new Map<string, number>();
  let count = 0;
  const samples = samplesOf(readFileSync(page, "utf8"));
  const files = new Set(samples.map(({ file }) => file));
  // A module of the application that the page does not show is the stage.
  const elsewhere = (all: string, quoted: string): string =>
    files.has(basename(quoted.slice(1, -1))) ? all : all.replace(quoted, JSON.stringify(stage));
  for (const { code, language, jsx, line, file } of samples) {
    const [declared, words] = [declaredIn(code), wordsOf(code)];
    const taken = offered.filter((name) => words.has(name) && !declared.has(name));
    const name = file === undefined ? `block-${++count}.${language}` : basename(file);
    const pragma = jsx === undefined ? "" : `/** @jsxImportSource ${jsx} */ `;
    const head = taken.length === 0 ? "export {};" : `import { ${taken.join(", ")} } from ${JSON.stringify(stage)};`;
    // On the first line, so that the others keep their numbers.
    await writeFile(join(folder, name), `${pragma}${head} ${code.replaceAll(OF_THE_APPLICATION, elsewhere)}`);
    lines.set(name, line);
  }
  return lines;
}
