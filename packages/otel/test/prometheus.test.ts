import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { withServer } from "@ws-kit/conformance/engines/suites";
import { createTestServer } from "@ws-kit/testing";
import { createRouter } from "@ws-kit/zod";
import { expect, test, vi } from "vitest";
import { freePort } from "../../../test/ports.ts";
import { instrument } from "../src/index.ts";
import { Add, Confirm, Join, Room, Said, Say } from "./messages.ts";

const dashboards = join(import.meta.dirname, "../dashboards");

/** The queries of the dashboard's panels, with what stands for its variables. */
function panels(): string[] {
  const { panels: all } = JSON.parse(readFileSync(join(dashboards, "grafana.json"), "utf8")) as {
    panels: { targets?: { expr: string }[] }[];
  };
  return all.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll("$__rate_interval", "10s")));
}

/** Names as the OpenTelemetry Collector writes them: with their unit. */
const WITH_UNITS = [
  ["(.*_duration)(_bucket|_sum|_count)", "${1}_seconds${2}"],
  ["(ws_kit_server_buffered)()", "${1}_bytes"],
].map(([regex, replacement]) => ({ source_labels: ["__name__"], regex, target_label: "__name__", replacement }));

withServer("prometheus", "by Prometheus", (path) => {
  test.each([
    ["", []],
    [", names with units", WITH_UNITS],
  ])("every query of the dashboard has an answer, and the alerts are taken and evaluated%s", async (_, relabelled) => {
    const [port, scraped] = [await freePort(), await freePort()];
    const exporter = new PrometheusExporter({ port: scraped, host: "127.0.0.1" });
    await exporter.startServer().catch(() => {});
    const meter = new MeterProvider({ readers: [exporter] }).getMeter("test");
    const engine = {
      name: "an engine",
      connect: () => ({ follow: () => {}, unfollow: () => {}, publish: () => {}, close: () => {} }),
    };
    const router = instrument(createRouter({ engine: engine as never }), { meter })
      .on(Join, (ctx) => void ctx.topics.subscribe(Room({ id: "7" })))
      .on(Say, async (ctx) => {
        await ctx.publish(Room({ id: "7" }), Said, ctx.payload);
        await ctx.request(Confirm, { text: ctx.payload.text });
      })
      .rpc(Add, (ctx) => (ctx.payload.a < 0 ? ctx.error("OUT_OF_RANGE", "Negative") : { sum: 3 }));
    const server = createTestServer(router);
    const folder = mkdtempSync(join(tmpdir(), "ws-kit-prometheus-"));
    writeFileSync(
      join(folder, "prometheus.yml"),
      JSON.stringify({
        global: { scrape_interval: "1s", evaluation_interval: "1s" },
        rule_files: [join(dashboards, "alerts.yml")],
        scrape_configs: [
          {
            job_name: "ws-kit",
            static_configs: [{ targets: [`127.0.0.1:${scraped}`] }],
            metric_relabel_configs: relabelled,
          },
        ],
      }),
    );
    const child = spawn(
      path,
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${folder}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: "ignore" },
    );
    try {
      const api = async (
        what: string,
      ): Promise<{ data: { result: unknown[]; groups: { rules: { name: string; health: string }[] }[] } }> =>
        (await (await fetch(`http://127.0.0.1:${port}/api/v1/${what}`)).json()) as never;
      await server.clock.advance(1_000);
      const ada = await server.connect();
      const leaver = await server.connect();
      ada.handle(Confirm, () => ({ yes: true }));
      ada.send(Join);
      const work = setInterval(() => {
        ada.send(Say, { text: "hello" });
        ada.sendRaw({ type: "NOBODY" });
        for (const a of [1, -1]) ada.request(Add, { a, b: 1 }).catch(() => {});
      }, 100);
      leaver.close();
      await createRefusal(server);
      try {
        for (const query of panels()) {
          await vi.waitFor(
            async () => {
              const { data } = await api(`query?query=${encodeURIComponent(query)}`);
              expect([query, data.result]).not.toEqual([query, []]);
            },
            { timeout: 20_000, interval: 300 },
          );
        }
        const { data } = await api("rules");
        const rules = data.groups.flatMap((group) => group.rules);
        expect(rules.length).toBeGreaterThanOrEqual(5);
        await vi.waitFor(async () => {
          const now = (await api("rules")).data.groups.flatMap((group) => group.rules);
          expect(now.filter(({ health }) => health !== "ok")).toEqual([]);
        }, 10_000);
      } finally {
        clearInterval(work);
      }
    } finally {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      await exporter.shutdown();
      rmSync(folder, { recursive: true });
    }
  });
});

async function createRefusal(server: ReturnType<typeof createTestServer>): Promise<void> {
  await server.connect({ headers: { origin: "https://elsewhere.example" } }).catch(() => {});
}
