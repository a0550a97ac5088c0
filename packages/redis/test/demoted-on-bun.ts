import { findDemoted } from "./demoted.ts";

const [path = "", client = ""] = process.argv.slice(2);
console.log(JSON.stringify(await findDemoted(client, path)));
process.exit(0);
