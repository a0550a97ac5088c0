import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { Findings } from "./stopping-app.ts";

/**
 * Holds that a server which stops loses nothing, lets nobody in, ends, and leaves other servers of its router alone.
 *
 * @param args Runs a program that calls `findStopping` with the runtime's `serve`.
 */
export function stopping(name: string, command: string, args: readonly string[]): void {
  describe(`${name}: a server that stops`, () => {
    let found: Findings;
    beforeAll(async () => {
      const { stdout } = await promisify(execFile)(command, args, { timeout: 60_000 });
      found = JSON.parse(stdout.split("\n").findLast((line) => line.startsWith("{")) ?? "{}") as Findings;
    }, 60_000);

    test("answers the requests that were on their way", () => {
      expect(found.underWay).toEqual({ ran: 20, answered: 20, code: 1012 });
    });

    test("waits until a slow line has carried an answer", () => {
      expect(found.slowAnswer).toEqual({ bytes: 900_000, code: 1012 });
    });

    test("refuses an upgrade that is still being authenticated", () => {
      expect(found.late).toEqual({ opened: false, onOpen: 0, left: 0 });
    });

    test("waits for no connection that has asked for nothing, and for no answer without end", () => {
      expect(found.tookMs.idle).toBeLessThan(2_500);
      expect(found.tookMs.half).toBeLessThan(2_500);
      expect(found.tookMs.endless).toBeLessThan(3_500);
    });

    test("waits for an onClose that never ends as long as it may, and stays alive meanwhile", () => {
      expect(found.tookMs.unclosed).toBeLessThan(2_500);
    });

    test("with no limit, or one beyond a timer's, lets a request under way have its answer", () => {
      expect(found.limitless).toEqual(["whole", "whole"]);
    });

    test("leaves the router's other server alone, and its engine to that one", () => {
      expect(found.other).toEqual({ peerClosed: false, newPeer: true, sessionsClosed: 0 });
    });

    test("answers 500 for what its fetch should not have returned, and goes on", () => {
      expect(found.fetched).toEqual({
        nothing: 500,
        again: [200, 500],
        error: 500,
        controls: [500, 500, 500, 500],
        locked: [
          [500, false],
          [500, false],
          [500, false],
        ],
        page: 200,
        many: "HTTP/1.1 200 OK",
      });
    });
  });
}
