import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Declarations } from "./declarations.ts";

/** A program in an editor. */
export interface Editor {
  readonly service: ts.LanguageService;
  readonly file: string;
  /** The places that are marked in the program by a comment of this text. */
  readonly marks: (text: string) => number[];
  /** What is offered at a place, in the order in which it is shown. */
  readonly offered: (at: number) => string[];
}

export function openEditor(declarations: Declarations, name: string, program: string): Editor {
  const file = join(declarations.directory, name);
  writeFileSync(file, program);
  const config = { ...declarations.compilerOptions, skipLibCheck: true };
  const { options, errors } = ts.convertCompilerOptionsFromJson(config, declarations.directory);
  if (errors.length > 0)
    throw new Error(errors.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")).join("\n"));
  const service = ts.createLanguageService({
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    realpath: (path) => ts.sys.realpath?.(path) ?? path,
    directoryExists: (path) => ts.sys.directoryExists(path),
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const text = ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => declarations.directory,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  return {
    service,
    file,
    marks(text) {
      const mark = `/*${text}*/`;
      const found = program.split(mark).slice(0, -1);
      return found.map((_, index) => found.slice(0, index + 1).join(mark).length + mark.length);
    },
    offered(at) {
      const entries = service.getCompletionsAtPosition(file, at, {})?.entries ?? [];
      const sorted = entries.toSorted((a, b) => (a.sortText + a.name < b.sortText + b.name ? -1 : 1));
      return sorted.map((entry) => entry.name);
    },
  };
}
