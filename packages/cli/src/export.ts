import { writeFile } from "node:fs/promises";
import { toAsyncApi } from "./asyncapi.ts";
import { converter } from "./convert.ts";
import { Failure, reason } from "./failure.ts";
import type { Choice, Io } from "./io.ts";
import { load } from "./load.ts";

export const FORMATS = ["json", "asyncapi"] as const;

interface Options extends Choice {
  readonly format: (typeof FORMATS)[number];
  readonly out?: string;
}

export async function exportContract(entry: string, { export: name, format, out }: Options, io: Io): Promise<void> {
  const loaded = await load(entry, name);
  const isJson = format === "json";
  const json = loaded.contract.toJSON(await converter(loaded, isJson ? "draft-2020-12" : "draft-07"));
  const text = `${JSON.stringify(isJson ? json : toAsyncApi(json), undefined, 2)}\n`;
  if (out === undefined) io.out(text);
  else await write(out, text);
}

/** @throws Failure where the file cannot be written. */
export async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: unknown) => {
    throw new Failure(`${file} cannot be written: ${reason(error)}`);
  });
}
