import { describe, expect, it } from "vitest";
import { type Frame, pack, unpack } from "./bundle.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (packet: string) => new TextEncoder().encode(packet);

describe("a bundle", () => {
  const texts: [string, string[]][] = [
    ["one text", ["a"]],
    ["texts with line feeds, commas and characters of two units", ["a\nb", "", "1,2 \u{1f600}", "x".repeat(70_000)]],
  ];
  const others: [string, Frame[]][] = [
    ["bytes", [bytes(1, 2, 10), bytes()]],
    ["texts among bytes", ["é", bytes(10, 44), "", "t 5"]],
  ];

  it.each<[string, Frame[]]>([...texts, ...others])("brings %s as they were", (_, frames) => {
    expect(unpack(pack("n-1", 12, 7, frames))).toEqual({ node: "n-1", number: 12, before: 7, frames });
  });

  it.each(texts)("brings %s from a server that makes bytes of them", (_, frames) => {
    const packet = pack("n-1", 12, 7, frames);
    expect(unpack(text(packet as string))).toEqual({ node: "n-1", number: 12, before: 7, frames });
  });

  it.each([
    "",
    "\n",
    "t n 1 0 1",
    "t n 1 0 1\n",
    "t n 1 0 1\nab",
    "t n 1 0 2,1\nab",
    "t n 1 0 -1\n",
    "t n 1 0 1.0\na",
    "t n 1 0 t1\na",
    "t n 1 0 1,\na",
    "t n 1 0 ,1\na",
    "t n 1 0 \n",
    "t n 1 0 1 1\na",
    "t n 1 x 1\na",
    "t n  0 1\na",
    "t  1 0 1\na",
    "t n 1 0\na",
    "b n 1 0 1\na",
    "v n 1 0 1\na",
    "tn 1 0 1\na",
    " t n 1 0 1\na",
  ])("is nothing else: %j", (packet) => {
    expect(unpack(packet)).toBeUndefined();
  });

  it.each([
    "",
    "\n",
    "t n 1 0 2\na",
    "t n 1 0 t1\na",
    "t n 1 x 1\na",
    "b n 1 0 1",
    "b n 1 0 1\n",
    "b n 1 0 2\na",
    "b n 1 0 tt1\na",
    "b n 1 0 t\na",
    "b n 1 0 x\na",
    "b\n",
    "b",
  ])("is nothing else in bytes: %j", (packet) => {
    expect(unpack(text(packet))).toBeUndefined();
  });
});
