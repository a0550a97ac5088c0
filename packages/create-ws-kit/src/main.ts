#!/usr/bin/env node
import { run } from "./program.ts";

process.exitCode = await run(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  error: process.stderr,
  isInteractive: process.stdin.isTTY && process.stdout.isTTY,
  userAgent: process.env["npm_config_user_agent"],
});
