import { parse, View, Warn } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Table } from "../../packages/bench/src/results.ts";

/** A picture of a column of one of the benchmark's tables. */
export interface Chart {
  readonly file: string;
  /** The title of its table. */
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

interface Bar {
  readonly name: string;
  readonly text: string;
}

function barsOf({ table: title, column, where = {} }: Chart, tables: readonly Table[]): Bar[] {
  const table = tables.find((each) => each.title === title);
  const at = (name: string): number => table?.columns.indexOf(name) ?? -1;
  const bars = (table?.rows ?? [])
    .filter((row) => Object.entries(where).every(([name, value]) => row[at(name)] === value))
    .map((row) => ({ name: row[0] ?? "", text: row[at(column)] ?? "" }));
  if (bars.length < 2 || bars.some((bar) => !(valueOf(bar) > 0))) {
    throw new Error(`"${title}" has no figures under "${column}": ${JSON.stringify(bars)}`);
  }
  return bars;
}

function valueOf({ text }: Bar): number {
  return Number(text.replaceAll(",", ""));
}

/** What a chart shows, for who does not see it; fit for an attribute. */
export function labelOf(chart: Chart, tables: readonly Table[]): string {
  const bars = barsOf(chart, tables).map(({ name, text }) => `${name} ${text}`);
  const label = `${chart.title}, ${chart.axis}: ${bars.join("; ")}`;
  return label.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

/** A chart as SVG. */
export async function draw(chart: Chart, theme: keyof typeof THEMES, tables: readonly Table[]): Promise<string> {
  const { ink, grid, ours, others } = THEMES[theme];
  const values = barsOf(chart, tables).map((bar) => ({
    ...bar,
    value: valueOf(bar),
    isOurs: bar.name.startsWith("ws-kit"),
  }));
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
      { mark: { type: "text", align: "left", dx: 5, color: ink }, encoding: { text: { field: "text" } } },
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
  return `${svg.replace("<svg ", `<svg role="img" aria-label="${labelOf(chart, tables)}" `)}\n`;
}
