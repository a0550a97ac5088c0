import { alone } from "./alone.ts";
import uPlot from "uplot";
import type { Look, Point } from "../wire.ts";
import { el } from "./dom.ts";
import type { PageView } from "./view.ts";

/** Seconds that are shown. */
const SECONDS = 120;
const HEIGHT = 220;

interface Line {
  readonly label: string;
  readonly color: string;
  readonly of: (point: Point) => number | null;
}

const RATES: readonly Line[] = [
  { label: "in", color: "--in", of: (point) => point.in },
  { label: "out", color: "--out", of: (point) => point.out },
  { label: "published", color: "--topic", of: (point) => point.published },
  { label: "errors", color: "--bad", of: (point) => point.errors },
];
const LATENCIES: readonly Line[] = [
  { label: "p50", color: "--in", of: (point) => point.p50 },
  { label: "p95", color: "--wait", of: (point) => point.p95 },
  { label: "p99", color: "--bad", of: (point) => point.p99 },
];

/** Rates and latencies of the last two minutes. */
export class Charts implements PageView {
  readonly view = "charts";
  readonly title = "Charts";
  readonly element: HTMLElement;
  private readonly rates: HTMLElement = el("section", { class: "chart" });
  private readonly latencies: HTMLElement = el("section", { class: "chart" });
  private plots: readonly (readonly [uPlot, readonly Line[]])[] = [];
  private points: Point[] = [];
  private shown = false;

  constructor() {
    this.element = el("div", { class: "view charts" }, this.rates, this.latencies);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.build());
    new ResizeObserver(() => {
      for (const [plot] of this.plots) plot.setSize({ width: this.width(), height: HEIGHT });
    }).observe(this.element);
  }

  /** Points come whichever view is in sight. */
  add(points: readonly Point[]): void {
    if (points.length === 0) return;
    this.points = [...this.points, ...points].slice(-SECONDS);
    if (this.shown && !this.element.hidden) this.draw();
  }

  look(): Partial<Look> {
    return {};
  }

  show(): void {
    // Its points come with every answer.
  }

  opened(): void {
    if (!this.shown) {
      this.shown = true;
      this.build();
    }
    this.draw();
  }

  private build(): void {
    if (!this.shown) return;
    for (const [plot] of this.plots) plot.destroy();
    this.plots = [
      [this.chart(this.rates, "Frames a second", RATES, (value) => String(value)), RATES],
      [
        this.chart(this.latencies, "Milliseconds from a message's arrival to its end", LATENCIES, (value) =>
          value.toFixed(2),
        ),
        LATENCIES,
      ],
    ];
    this.draw();
  }

  private chart(place: HTMLElement, title: string, lines: readonly Line[], said: (value: number) => string): uPlot {
    place.replaceChildren(el("h2", {}, title));
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color("--quiet"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { stroke: color("--line") },
    };
    return new uPlot(
      {
        width: this.width(),
        height: HEIGHT,
        cursor: { drag: { x: false, y: false } },
        scales: { y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
        axes: [axis, { ...axis, size: 60 }],
        series: [
          { label: "time" },
          ...lines.map(({ label, color: name }) => ({
            label,
            stroke: color(name),
            width: 1.5,
            points: {
              show: false,
              size: 5,
              fill: color(name),
              filter: (plot: uPlot, at: number) => alone(plot.data[at] ?? []),
            },
            value: (_: uPlot, value: number | null) => (value === null ? "–" : said(value)),
          })),
        ],
      },
      [[], ...lines.map(() => [])],
      place,
    );
  }

  private width(): number {
    return Math.max(240, this.element.clientWidth - 24);
  }

  private draw(): void {
    const times = this.points.map(({ second }) => second);
    for (const [plot, lines] of this.plots) {
      plot.setData([times, ...lines.map(({ of }) => this.points.map((point) => of(point)))]);
    }
  }
}
