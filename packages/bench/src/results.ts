import type { DispatchFigure } from "./dispatch/quick.ts";
import type { LoadFigure, MemoryFigure, StartFigure } from "./measure.ts";

/** Everything one run found, as it is written to `results.json`. */
export interface Results {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly bun: string; readonly node: string };
  readonly dispatch: DispatchFigure[];
  readonly client: DispatchFigure[];
  readonly suites: { name: string; figures: LoadFigure[] }[];
  readonly memory: MemoryFigure[];
  readonly start: StartFigure[];
}

/** Figures as the text that is read of them; the first column names its row. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

type Columns<Figure> = Readonly<Record<string, (figure: Figure) => string>>;

const whole = (value: number): string => value.toFixed(0);
const hundredths = (value: number): string => value.toFixed(2);
const grouped = (value: number): string => Math.round(value).toLocaleString("en");
const percent = (part: number): string => `${whole(part * 100)} %`;

const DISPATCH: Columns<DispatchFigure> = {
  what: ({ name }) => name,
  "ns a message": ({ ns }) => whole(ns),
  ratio: ({ ratio }) => hundredths(ratio),
};

const LOAD: Columns<LoadFigure> = {
  what: ({ name }) => name,
  "CPU µs": ({ cpuMicros }) => hundredths(cpuMicros),
  ratio: ({ ratio }) => hundredths(ratio),
  "a second": ({ perSecond }) => grouped(perSecond),
  "p50 ms": ({ p50 }) => hundredths(p50),
  "p99 ms": ({ p99 }) => hundredths(p99),
  "server busy": ({ serverBusy }) => percent(serverBusy),
  "load busy": ({ generatorBusy }) => percent(generatorBusy),
};

const MEMORY: Columns<MemoryFigure> = {
  what: ({ name }) => name,
  connections: ({ connections }) => grouped(connections),
  topic: ({ topic }) => (topic ? "yes" : "no"),
  bytes: ({ bytes }) => whole(bytes),
  "of the heap": ({ heapBytes }) => whole(heapBytes),
  "µs to connect": ({ connectMicros }) => whole(connectMicros),
};

const START: Columns<StartFigure> = {
  what: ({ name }) => name,
  ms: ({ ms }) => whole(ms),
  ratio: ({ ratio }) => hundredths(ratio),
};

/** The tables of a run, in the order in which they are measured; none of what was not. */
export function tablesOf({ dispatch, client, suites, memory, start }: Results): Table[] {
  return [
    table("In process", DISPATCH, dispatch),
    table("Client, in process", DISPATCH, client),
    ...suites.map(({ name, figures }) => table(name, LOAD, figures)),
    table("Memory of an idle connection", MEMORY, memory),
    table("Start", START, start),
  ].filter(({ rows }) => rows.length > 0);
}

function table<Figure>(title: string, columns: Columns<Figure>, figures: readonly Figure[]): Table {
  const read = Object.values(columns);
  return { title, columns: Object.keys(columns), rows: figures.map((figure) => read.map((text) => text(figure))) };
}

/** A table as Markdown, laid out as `oxfmt` does; what are figures all the way stands to the right. */
export function markdownOf({ columns, rows }: Table): string {
  const lines = [columns, ...rows];
  const layout = columns.map((_, i) => ({
    width: Math.max(3, ...lines.map((line) => line[i]?.length ?? 0)),
    right: rows.every((row) => /^\d/.test(row[i] ?? "")),
  }));
  const rule = layout.map(({ width, right }) => (right ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  const [head, ...body] = lines.map((line) =>
    line.map((cell, i) => (layout[i]?.right ? cell.padStart(layout[i].width) : cell.padEnd(layout[i]?.width ?? 0))),
  );
  return [head, rule, ...body].map((line = []) => `| ${line.join(" | ")} |`).join("\n");
}
