import type { Count } from "./counted.ts";
import type { Section } from "./sections.ts";

/** One section as a table of Markdown. */
export function tableOf({ title, unit, rows, missing }: Section): string {
  const lines = [
    `## ${title}`,
    "",
    `| | base ${unit} | head ${unit} | ratio | base against itself | allowed | verdict |`,
    "|---|---:|---:|---:|---:|---:|---|",
  ];
  const digits = unit === "ns" ? 0 : 2;
  for (const { name, base, head, ratio, self, allowance, verdict } of rows) {
    const spread = `${self[0]?.toFixed(3)} … ${self.at(-1)?.toFixed(3)}`;
    lines.push(
      `| ${name} | ${base.toFixed(digits)} | ${head.toFixed(digits)} | ${ratio.toFixed(3)} | ${spread} | ` +
        `±${(allowance * 100).toFixed(1)} % | ${verdict === "within" ? verdict : `**${verdict}**`} |`,
    );
  }
  for (const { name, side } of missing) lines.push(`| ${name} | | | | | | not in ${side} |`);
  return lines.join("\n");
}

function figure(many: number): string {
  return Number.isNaN(many) ? "" : String(Math.round(many * 100) / 100);
}

export function tableOfCounts(title: string, counts: readonly Count[]): string {
  return [
    `## ${title}`,
    "",
    "| | base | head | difference |",
    "|---|---:|---:|---|",
    ...counts.map(
      ({ name, base, head, difference }) => `| ${name} | ${figure(base)} | ${figure(head)} | ${difference} |`,
    ),
  ].join("\n");
}

/** What is to be looked at, in one line. */
export function conclusion(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, rows: of }) => of.map((row) => ({ ...row, title })));
  const named = (verdict: string) =>
    rows
      .filter((row) => row.verdict === verdict)
      .map(({ title, name, ratio }) => `${name} (${title}, ${ratio.toFixed(3)})`)
      .join(", ");
  const [slower, faster] = [named("slower"), named("faster")];
  const parts = [
    slower === "" ? "Nothing is slower" : `Slower: ${slower}`,
    ...(faster === "" ? [] : [`faster: ${faster}`]),
  ];
  return `${parts.join("; ")}. ${rows.length} rows.`;
}
