import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, View, Warn } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/**
 * Draws tables of docs/performance.md, as they stand there: `node docs/scripts/charts.ts`. So a picture says what its table says,
 * which a test holds.
 */
export interface Chart {
  readonly file: string;
  /** The heading of its table. */
  readonly table: string;
  /** The column that is drawn. */
  readonly column: string;
  /** Of which rows; left out: of all. */
  readonly where?: Readonly<Record<string, string>>;
  readonly title: string;
  readonly axis: string;
}

export const CHARTS: readonly Chart[] = [
  {
    file: "echo-bun",
    table: "Bun: echo",
    column: "CPU µs",
    title: "An echo on Bun",
    axis: "µs of the server's CPU a message",
  },
  {
    file: "echo-node",
    table: "Node: echo",
    column: "CPU µs",
    title: "An echo on Node",
    axis: "µs of the server's CPU a message",
  },
  {
    file: "memory",
    table: "Memory of an idle connection",
    column: "bytes",
    where: { connections: "9,000", topic: "yes" },
    title: "An idle connection that follows a topic, 9,000 of them",
    axis: "bytes of memory",
  },
];

export const THEMES = {
  light: { ink: "#3c3c43", grid: "#e2e2e3", ours: "#3451b2", others: "#b4b9c8" },
  dark: { ink: "#dfdfd6", grid: "#3c3f44", ours: "#a8b1ff", others: "#5c606b" },
} as const;

const docs = join(import.meta.dirname, "..");

/** The rows of a table, by its columns' names; the first column is `name`. */
export function rowsOf(markdown: string, table: string): Record<string, string>[] {
  const [, after = ""] = markdown.split(new RegExp(`^### ${table}$`, "m"));
  const [section = ""] = after.split(/^#/m);
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  const cells = lines.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [head = [], , ...rows] = cells;
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [i === 0 ? "name" : head[i], cell])));
}

/** A chart as SVG. */
export async function draw(chart: Chart, theme: keyof typeof THEMES): Promise<string> {
  const { ink, grid, ours, others } = THEMES[theme];
  const wanted = Object.entries(chart.where ?? {});
  const rows = rowsOf(readFileSync(join(docs, "performance.md"), "utf8"), chart.table).filter((row) =>
    wanted.every(([column, value]) => row[column] === value),
  );
  const values = rows.map((row) => ({
    name: row["name"],
    value: Number(row[chart.column]?.replaceAll(",", "")),
    isOurs: row["name"]?.startsWith("ws-kit") ?? false,
  }));
  if (values.length < 2 || values.some(({ value }) => !(value > 0))) {
    throw new Error(`"${chart.table}" has no figures under "${chart.column}": ${JSON.stringify(rows)}`);
  }
  const text = { labelColor: ink, titleColor: ink };
  const spec: TopLevelSpec = {
    width: 460,
    height: { step: 24 },
    background: "transparent",
    padding: 8,
    title: { text: chart.title, color: ink, anchor: "start", fontSize: 15 },
    data: { values },
    encoding: {
      y: { field: "name", type: "nominal", sort: null, axis: { title: null, labelLimit: 220, ticks: false } },
      x: { field: "value", type: "quantitative", axis: { title: chart.axis, tickCount: 5 } },
    },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 3, height: 16 },
        encoding: { color: { condition: { test: "datum.isOurs", value: ours }, value: others } },
      },
      { mark: { type: "text", align: "left", dx: 5, color: ink }, encoding: { text: { field: "value" } } },
    ],
    config: {
      font: "system-ui, sans-serif",
      axis: {
        ...text,
        gridColor: grid,
        domainColor: grid,
        tickColor: grid,
        labelFontSize: 12,
        titleFontWeight: "normal",
      },
      view: { stroke: null },
    },
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none", logLevel: Warn });
  const svg = await view.toSVG();
  const said = values.map(({ name, value }) => `${name} ${value}`).join(", ");
  const label = `${chart.title}, ${chart.axis}: ${said}`.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `${svg.replace("<svg ", `<svg role="img" aria-label="${label}" `)}\n`;
}

export function fileOf(chart: Chart, theme: keyof typeof THEMES): string {
  return join(docs, "charts", `${chart.file}-${theme}.svg`);
}

if (import.meta.main) {
  for (const chart of CHARTS) {
    for (const theme of ["light", "dark"] as const) await writeFile(fileOf(chart, theme), await draw(chart, theme));
  }
}
