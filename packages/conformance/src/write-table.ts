import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capabilityTable } from "./table.ts";

/** Puts the table that the adapters declare into the documentation. */
const page = join(import.meta.dirname, "../../../docs/adapters.md");
const block = /(<!-- capabilities -->\n\n)[^]*?(\n\n<!-- \/capabilities -->)/;
writeFileSync(
  page,
  readFileSync(page, "utf8").replace(block, (_, open: string, close: string) => open + capabilityTable() + close),
);
