import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { fingerprintOf } from "@ws-kit/core";
import { converter } from "./convert.ts";
import { write } from "./export.ts";
import type { Choice, Io } from "./io.ts";
import { load } from "./load.ts";

/** What the contract has for its fingerprint, and what it should have. */
async function fingerprints(entry: string, { export: name }: Choice) {
  const loaded = await load(entry, name);
  const actual = fingerprintOf(loaded.contract, await converter(loaded, "draft-2020-12"));
  return { name: loaded.name, declared: loaded.contract.fingerprint, actual };
}

export async function printFingerprint(entry: string, options: Choice, io: Io): Promise<void> {
  io.out(`${(await fingerprints(entry, options)).actual}\n`);
}

/** Writes a module with the constant. It has to be there for the contract, which imports it, to load. */
export async function writeFingerprint(entry: string, options: Choice & { out: string }, io: Io): Promise<void> {
  const { out } = options;
  const isNew = !existsSync(out);
  if (isNew) await write(out, moduleOf(""));
  try {
    const { actual } = await fingerprints(entry, options);
    await write(out, moduleOf(actual));
    io.error(`${out} is written\n`);
  } catch (error) {
    if (isNew) await rm(out);
    throw error;
  }
}

function moduleOf(fingerprint: string): string {
  return `/** Of the contract, as "ws-kit fingerprint" writes it. */\nexport const fingerprint = "${fingerprint}";\n`;
}

/** @returns whether it is what it should be. */
export async function checkFingerprint(entry: string, options: Choice, io: Io): Promise<boolean> {
  const { name, declared, actual } = await fingerprints(entry, options);
  if (declared === actual) return true;
  const has = declared === undefined || declared === "" ? "no fingerprint" : `the fingerprint ${declared}`;
  io.error(`${name} of ${entry} has ${has}; it should be ${actual}\n`);
  return false;
}
