import { readFileSync } from "node:fs";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { markdownOf, type Results, type Table, tablesOf } from "../../packages/bench/src/results.ts";
import { CHARTS, draw, labelOf, THEMES } from "./charts.ts";

/**
 * Writes what the pages and the README say of a run of the benchmark, and draws its charts, from docs/figures.json:
 * `node docs/scripts/figures.ts`. With the path of another run's `results.json` that one is taken over first.
 */
const root = join(import.meta.dirname, "../..");
const SOURCE = join(root, "docs/figures.json");

const PAGES = [
  "README.md",
  "docs/index.md",
  "docs/parts/why.md",
  "docs/performance.md",
  "docs/rate-limits.md",
  "docs/telemetry.md",
] as const;

interface Run {
  readonly machine: Results["machine"];
  readonly tables: readonly Table[];
}

/** Figures of a run in the text of a page: where, and what stands there. */
const SAID: readonly { page: (typeof PAGES)[number]; at: RegExp; figure: (run: Run) => string }[] = [
  {
    page: "docs/index.md",
    at: /(?<=The CPU of an echo on Bun is )[\d.]+(?= of a hand-written server's)/,
    figure: cell("Bun: echo", "ws-kit", "ratio"),
  },
  {
    page: "docs/index.md",
    at: /(?<=that of a publish to 5,000 followers )[\d.]+(?=\.)/,
    figure: cell("Bun: publish to 5,000", "ws-kit", "ratio"),
  },
  {
    page: "docs/index.md",
    at: /(?<=CPU of an echo[^|]*\| )[\d.]+ on Bun, [\d.]+ on Node/,
    figure: echoOf("ws-kit"),
  },
  {
    page: "docs/index.md",
    at: /(?<=CPU of an echo[^|]*\|[^|]*\| )[\d.]+ on Bun, [\d.]+ on Node/,
    figure: echoOf("Socket.IO"),
  },
  {
    page: "docs/index.md",
    at: /(?<=CPU of an echo[^|]*\|[^|]*\|[^|]*\| )[\d.]+(?= on Node)/,
    figure: cell("Node: echo", "tRPC", "ratio"),
  },
  {
    page: "docs/parts/why.md",
    at: /(?<=a switch by hand: \*\*)[\d.]+(?=\*\* of its CPU)/,
    figure: cell("Bun: echo", "ws-kit", "ratio"),
  },
  {
    page: "docs/parts/why.md",
    at: /(?<=Socket\.IO takes )[\d.]+(?=\.)/,
    figure: cell("Bun: echo", "Socket.IO", "ratio"),
  },
  {
    page: "docs/performance.md",
    at: /(?<=from its beginning to its end\. ).+(?=\. CPU is)/,
    figure: ({ machine: { cpu, cores, bun, node } }) => `${cpu}, ${cores} cores; Bun ${bun}, Node ${node}`,
  },
  {
    page: "docs/performance.md",
    at: /(?<=a ratio of that table is worth: )\d+(?= % at the worst)/,
    figure: ({ tables }) => String(Math.max(...againOf(tables).map((ratio) => Math.round(Math.abs(ratio - 1) * 100)))),
  },
  {
    page: "docs/rate-limits.md",
    at: /(?<=nothing but echoes takes )[\d.]+(?= of its CPU time\nwith a gate)/,
    figure: cell("Bun: echo, extensions", "ws-kit, rate limit as a gate", "ratio"),
  },
  {
    page: "docs/rate-limits.md",
    at: /(?<=with a gate and )[\d.]+(?= with middleware)/,
    figure: cell("Bun: echo, extensions", "ws-kit, rate limit as middleware", "ratio"),
  },
  {
    page: "docs/rate-limits.md",
    at: /(?<=against itself comes to )[\d.]+(?=: see)/,
    figure: cell("Bun: echo, extensions", "ws-kit, again", "ratio"),
  },
  {
    page: "docs/telemetry.md",
    at: /\d+(?= ns without)/,
    figure: cell("In process", "echo", "ns a message"),
  },
  {
    page: "docs/telemetry.md",
    at: /\d+(?= ns with\n`sample: 0.01`)/,
    figure: cell("In process", "echo, telemetry of 1 %", "ns a message"),
  },
  {
    page: "docs/telemetry.md",
    at: /\d+(?= ns with every message)/,
    figure: cell("In process", "echo, telemetry of all", "ns a message"),
  },
  {
    page: "docs/telemetry.md",
    at: /(?<=nothing but echoes takes )[\d.]+(?= of its CPU)/,
    figure: cell("Bun: echo, extensions", "ws-kit, telemetry of 1 %", "ratio"),
  },
];

/** The run that the pages speak of. */
export function readRun(): Run {
  const results = JSON.parse(readFileSync(SOURCE, "utf8")) as Results;
  return { machine: results.machine, tables: tablesOf(results) };
}

function cell(title: string, row: string, column: string): (run: Run) => string {
  return ({ tables }) => {
    const table = tables.find((each) => each.title === title);
    const text = table?.rows.find(([name]) => name === row)?.[table.columns.indexOf(column)];
    if (text === undefined) throw new Error(`There is no "${column}" of "${row}" in "${title}"`);
    return text;
  };
}

function echoOf(row: string): (run: Run) => string {
  const [bun, node] = [cell("Bun: echo", row, "ratio"), cell("Node: echo", row, "ratio")];
  return (run) => `${bun(run)} on Bun, ${node(run)} on Node`;
}

/** The ratios of baselines that ran a second time. */
function againOf(tables: readonly Table[]): number[] {
  return tables.flatMap(({ columns, rows }) =>
    rows.filter(([name]) => name?.endsWith(", again")).map((row) => Number(row[columns.indexOf("ratio")])),
  );
}

/** The files of a run: each page with its figures, and the charts. */
export async function filesOf(run: Run): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const sizes = new Map<string, string>();
  for (const chart of CHARTS) {
    for (const theme of Object.keys(THEMES) as (keyof typeof THEMES)[]) {
      const svg = await draw(chart, theme, run.tables);
      files.set(`docs/charts/${chart.file}-${theme}.svg`, svg);
      sizes.set(chart.file, /width="\d+" height="\d+"/.exec(svg)?.[0] ?? "");
    }
  }
  for (const page of PAGES) {
    let text = await readFile(join(root, page), "utf8");
    if (page === "docs/performance.md") for (const table of run.tables) text = withTable(text, table);
    for (const chart of CHARTS) {
      text = text.replace(
        new RegExp(`<img src="([^"]*/${chart.file}-light\\.svg)"[^>]*>`),
        (_, source: string) => `<img src="${source}" ${sizes.get(chart.file)} alt="${labelOf(chart, run.tables)}">`,
      );
    }
    for (const { at, figure } of SAID.filter((each) => each.page === page)) {
      if (!at.test(text)) throw new Error(`${page} has nothing at ${at}`);
      text = text.replace(at, () => figure(run));
    }
    files.set(page, text);
  }
  return files;
}

/** A page with this table in place of the first one under the heading that is its title. */
export function withTable(page: string, table: Table): string {
  const heading = `\n### ${table.title}\n`;
  const [before = "", ...after] = page.split(heading);
  const old = /^((?:(?![#|]).*\n)*)(?:\|.*\n)+/;
  if (!old.test(after[0] ?? "")) throw new Error(`There is no table under "### ${table.title}"`);
  const now = after.join(heading).replace(old, (_, said: string) => `${said}${markdownOf(table)}\n`);
  return `${before}${heading}${now}`;
}

if (import.meta.main) {
  const [, , other] = process.argv;
  if (other !== undefined) await copyFile(other, SOURCE);
  for (const [file, text] of await filesOf(readRun())) await writeFile(join(root, file), text);
}
