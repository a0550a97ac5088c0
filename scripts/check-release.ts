import { readFileSync } from "node:fs";

/** Refuses a release while something that only the project's owner can know is still a blank. */
const security = readFileSync("SECURITY.md", "utf8");
if (security.includes("<!-- security-contact -->")) {
  console.error("SECURITY.md names nobody to report to: put an address in the place of <!-- security-contact -->");
  process.exitCode = 1;
}

const { repository } = JSON.parse(readFileSync("package.json", "utf8")) as { repository: { url: string } };
if (repository.url === "") {
  console.error('package.json has no address of the project: put it, as "https://…", into repository.url');
  process.exitCode = 1;
}
