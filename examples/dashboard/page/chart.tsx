import { useEffect, useRef } from "react";
import UPlot from "uplot";
import type { Measured } from "../shared/messages.ts";

export interface ChartProps {
  title: string;
  unit: string;
  ticks: readonly Measured[];
  value: (tick: Measured) => number;
}

/** One line over time. React makes it once; each tick gives uPlot the new figures, which redraws the canvas alone. */
export function Chart({ title, unit, ticks, value }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const { color, borderColor } = getComputedStyle(element);
    const axis = { stroke: color, grid: { stroke: `color-mix(in srgb, ${color} 15%, transparent)` } };
    const made = new UPlot(
      {
        width: element.clientWidth,
        height: 140,
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, _low, high) => [0, Math.max(1, high * 1.2)] } },
        axes: [axis, axis],
        series: [{}, { stroke: borderColor, width: 2, points: { show: false } }],
      },
      [[], []],
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: 140 }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, []);

  useEffect(() => plot.current?.setData([ticks.map(({ at }) => at / 1_000), ticks.map(value)]));

  const last = ticks.at(-1);
  const shown = last === undefined ? "–" : `${Math.round(value(last) * 10) / 10} ${unit}`.trim();
  return (
    <section>
      <h2>
        {title} <output>{shown}</output>
      </h2>
      <div className="chart" ref={place} role="img" aria-label={`${title} over time, now ${shown}`} />
    </section>
  );
}
