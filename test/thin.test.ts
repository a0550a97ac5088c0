import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

/** Lines of code: what has anything on it that is no comment. */
function linesOfCode(file: string): number {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source).filter((child) => !ts.isJSDoc(child));
    if (children.length > 0) return children.forEach(visit);
    if (node.getWidth(source) === 0) return;
    for (const at of [node.getStart(source), node.end]) lines.add(source.getLineAndCharacterOfPosition(at).line);
  };
  visit(source);
  return lines.size;
}

// What they have in common is in `@ws-kit/client/views`.
test.each(["vue", "svelte", "solid"])("%s is a thin part: fewer than 120 lines of code", (name) => {
  const folder = join(import.meta.dirname, "../packages", name, "src");
  const files = readdirSync(folder).filter((file) => /(?<!\.test|\.test-d)\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(0);
  const total = files.reduce((sum, file) => sum + linesOfCode(join(folder, file)), 0);
  expect(total).toBeGreaterThan(20);
  expect(total).toBeLessThan(120);
});
