/** The APIs' types from their OpenAPI documents; a file that would not change is left alone, so nothing is built anew. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const from = new URL("openapi/", import.meta.url);
const to = new URL("src/api/generated/", import.meta.url);

await mkdir(to, { recursive: true });
for (const document of await readdir(from)) {
  const text = astToString(await openapiTS(JSON.parse(await readFile(new URL(document, from), "utf8"))));
  const file = new URL(document.replace(/\.json$/, ".d.ts"), to);
  if (text !== (await readFile(file, "utf8").catch(() => null))) await writeFile(file, text);
}
