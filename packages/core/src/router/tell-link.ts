import type { LinkHandler, LinkReport } from "../api/cluster.ts";
import type { Logger } from "../base/logger.ts";
import { attempt } from "../base/when.ts";

/** Tells of the link to the other nodes: the log, and who asked. */
export function tellLink(report: LinkReport, logger: Logger, handlers: readonly LinkHandler[]): void {
  const { engine } = report;
  if (report.state === "down") logger.warn(`The link to the other nodes (${engine}) is down`, report.cause);
  else if (report.downMs > 0) {
    logger.warn(`The link to the other nodes (${engine}) is up again after ${report.downMs} ms`);
  }
  for (const handler of handlers) {
    attempt(() => handler(report)).catch((error: unknown) => logger.error("A handler of onLink failed", error));
  }
}
