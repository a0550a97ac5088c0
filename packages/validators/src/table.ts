import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Differs, type Case } from "./case.ts";
import { cases, type CaseId } from "./cases.ts";
import { kits } from "./kits.ts";

export const PAGE: string = join(import.meta.dirname, "../../../docs/validators.md");

const START = "<!-- generated: what each validator does -->";
const END = "<!-- end of what is generated -->";

/** What the suite shows, as the documentation has it. */
export function table(): string {
  const header = ["what", ...kits.map(({ name }) => name)];
  const rows = Object.entries<Case>(cases).map(([id, { title, carries = [] }]) => {
    const undeclared = carries.some(
      ({ given, wire }) => wire !== undefined && JSON.stringify(given) !== JSON.stringify(wire),
    );
    return [
      title,
      ...kits.map(({ schemas, strips }) => {
        const schema = schemas[id as CaseId];
        if (schema instanceof Differs) return schema.how;
        return undeclared && !strips ? "yes ¹" : "yes";
      }),
    ];
  });
  const refused = [
    "dates, bigints, maps … refused when defined",
    ...kits.map((kit) => (Object.keys(kit.uncarried).length > 0 ? "yes" : "no ¹")),
  ];
  const reserved = [
    "reserved meta keys refused when defined",
    ...kits.map((kit) => (kit.meta.reserved === undefined ? "no ¹" : "yes")),
  ];
  return [header, header.map(() => "---"), ...rows, refused, reserved]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** The page with its table up to date. */
export function withTable(page: string): string {
  const [before, after] = [page.indexOf(START), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has lost the marks around its table`);
  return `${page.slice(0, before + START.length)}\n\n${table()}\n\n${page.slice(after)}`;
}

if (import.meta.main) writeFileSync(PAGE, withTable(readFileSync(PAGE, "utf8")));
