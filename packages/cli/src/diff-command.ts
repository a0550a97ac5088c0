import { readFile } from "node:fs/promises";
import type { ContractJson } from "@ws-kit/core";
import { converter } from "./convert.ts";
import { diffContracts } from "./diff/contracts.ts";
import { Failure, reason } from "./failure.ts";
import type { Choice, Io } from "./io.ts";
import { load } from "./load.ts";

interface Options extends Choice {
  readonly json: boolean;
}

/** @returns whether something breaks. */
export async function printDiff(old: string, now: string, { export: name, json }: Options, io: Io): Promise<boolean> {
  const changes = diffContracts(await read(old, name), await read(now, name));
  const breaking = changes.some((change) => change.breaking);
  if (json) io.out(`${JSON.stringify({ breaking, changes }, undefined, 2)}\n`);
  else if (changes.length === 0) io.out("nothing has changed\n");
  else
    for (const { breaking: bad, path, text } of changes) io.out(`${bad ? "breaking" : "ok      "}  ${path} ${text}\n`);
  return breaking;
}

async function read(path: string, name: string | undefined): Promise<ContractJson> {
  if (!path.endsWith(".json")) {
    const loaded = await load(path, name);
    return loaded.contract.toJSON(await converter(loaded, "draft-2020-12"));
  }
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Failure(error.code === "ENOENT" ? `No such file: ${path}` : `${path} cannot be read: ${error.message}`);
  });
  try {
    return checked(JSON.parse(text));
  } catch (error) {
    throw new Failure(`${path} is no contract as "ws-kit export" writes it: ${reason(error)}`);
  }
}

function checked(value: unknown): ContractJson {
  const { messages, topics } = Object(value) as Partial<ContractJson>;
  if (!Array.isArray(messages) || !Array.isArray(topics)) throw new Error("it has no messages and topics");
  for (const part of messages) {
    const { name, type, kind, from } = Object(part) as Record<string, unknown>;
    if (![name, type, kind, from].every((field) => typeof field === "string")) {
      throw new Error(`a message without name, type, kind and from: ${JSON.stringify(part)}`);
    }
  }
  for (const part of topics) {
    const { name, pattern, carries } = Object(part) as Record<string, unknown>;
    if (typeof name !== "string" || typeof pattern !== "string" || !Array.isArray(carries)) {
      throw new Error(`a topic without name, pattern and carries: ${JSON.stringify(part)}`);
    }
  }
  return value as ContractJson;
}
