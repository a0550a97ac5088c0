#!/usr/bin/env node
import { run } from "./program.ts";

const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
// What was written to a pipe has to leave before.
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
