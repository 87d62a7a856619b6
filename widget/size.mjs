// The widget is loaded by every visitor of a page: it may weigh 20 kB at most.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const bytes = gzipSync(readFileSync("dist/widget.js")).length;
console.log(`widget.js: ${(bytes / 1000).toFixed(1)} kB gzipped`);
if (bytes > 20_000) {
  console.error("The widget is larger than 20 kB gzipped.");
  process.exit(1);
}
